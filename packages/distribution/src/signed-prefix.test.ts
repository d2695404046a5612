import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPrefix, signPrefix } from './signed-prefix.ts';

test('a token opens its subject until it expires, and nothing else', () => {
  const token = signPrefix({ subject: 'film-1', expires: 1000 }, 'secret');
  assert.equal(checkPrefix({ subject: 'film-1', token, nowSeconds: 999 }, 'secret'), 'good');
  assert.equal(checkPrefix({ subject: 'film-1', token, nowSeconds: 1000 }, 'secret'), 'expired');
  assert.equal(checkPrefix({ subject: 'film-2', token, nowSeconds: 1 }, 'secret'), 'wrong');
  assert.equal(checkPrefix({ subject: 'film-1', token, nowSeconds: 1 }, 'other'), 'wrong');
  assert.equal(checkPrefix({ subject: 'film-1', token: token.replace('1000', '9999'), nowSeconds: 1 }, 'secret'), 'wrong');
  for (const bad of ['', '.', '1000', '1000.', `1000.${'A'.repeat(43)}`, 'x.y'])
    assert.equal(checkPrefix({ subject: 'film-1', token: bad, nowSeconds: 1 }, 'secret'), 'wrong');
});

test('a token is the same on every edge that knows the secret', () => {
  assert.equal(signPrefix({ subject: 'film-1', expires: 1000 }, 'secret'), '1000.nAdzzyzX9puhpz_kN40XaA0AtcUvoeMs5hOlzSim9e0');
});
