import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipMoment, isPart } from './clip-range.ts';

test('moments of a clip are read as people write them, and what is none is told from none', () => {
  for (const [written, moment] of [
    ['2', '2s'],
    ['2,5', '2.5s'],
    [' 1:05.25 ', '65.25s'],
    ['0', '0s'],
    ['800 ms', '800ms'],
    ['12f', '12f'],
    ['1min', '1min'],
    ['', ''],
    ['soon', null],
    ['-1', null],
    ['1:', null],
  ] as const)
    assert.equal(clipMoment(written), moment, written);
});

test('a part of a clip ends after it begins', () => {
  assert.ok(isPart({ from: '', to: '', fps: 25 }) && isPart({ from: '9s', to: '', fps: 25 }) && isPart({ from: '1s', to: '26f', fps: 25 }));
  assert.ok(!isPart({ from: '1s', to: '25f', fps: 25 }) && !isPart({ from: '', to: '0s', fps: 25 }));
});
