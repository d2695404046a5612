import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from './parse-range.ts';

test('ranges mean what RFC 9110 says', () => {
  const cases: readonly (readonly [string | undefined, number, ReturnType<typeof parseRange>])[] = [
    [undefined, 10, 'none'],
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=0-', 10, { start: 0, end: 9 }],
    ['bytes=3-5', 10, { start: 3, end: 5 }],
    ['bytes=3-999', 10, { start: 3, end: 9 }],
    ['bytes=9-', 10, { start: 9, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=10-12', 10, 'unsatisfiable'],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-999', 10, { start: 0, end: 9 }],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'unsatisfiable'],
    ['BYTES = 1-2', 10, { start: 1, end: 2 }],
    ['bytes=5-3', 10, 'none'],
    ['bytes=-', 10, 'none'],
    ['bytes=0-1,3-4', 10, 'none'],
    ['lines=0-1', 10, 'none'],
    ['bytes=a-b', 10, 'none'],
    ['bytes=0-99999999999999999999', 10, 'none'],
    ['', 10, 'none'],
  ];
  for (const [header, size, wanted] of cases) assert.deepEqual(parseRange(header, size), wanted, `${header} of ${size}`);
});
