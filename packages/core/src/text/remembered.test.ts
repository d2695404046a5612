import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from './remembered.ts';

test('what was asked lately is not worked out again; of many answers the oldest are forgotten', () => {
  const worked: number[] = [];
  const double = remembered(({ one }: { readonly one: number }) => {
    worked.push(one);
    return { two: 2 * one };
  }, '{"one":1}'.length * 2);
  assert.deepEqual(double({ one: 1 }), { two: 2 });
  assert.equal(double({ one: 1 }), double({ one: 1 }));
  for (const one of [2, 3, 2, 1]) assert.deepEqual(double({ one }), { two: 2 * one });
  assert.deepEqual(worked, [1, 2, 3, 1]);
});
