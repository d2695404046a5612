import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Token } from '@filmwright/contracts';
import { startsAfterPauses } from './starts-after-pauses.ts';

const token = (written: string, pauseAfter: Token['pauseAfter'] = 'none'): Token => ({
  written,
  start: 0,
  end: 1,
  spoken: [written],
  pauseAfter,
});

test('words after the start, a comma, or silence of 150 ms follow a pause; unspoken ones do not count', () => {
  const tokens = [token('one'), token('two', 'comma'), token('-'), token('three'), token('four'), token('five')];
  const times = [
    { startMs: 310, endMs: 800 },
    { startMs: 850, endMs: 1200 },
    null,
    { startMs: 1250, endMs: 1500 },
    { startMs: 1500, endMs: 1700 },
    { startMs: 1850, endMs: 2200 },
  ];
  assert.deepEqual(startsAfterPauses(tokens, times), [310, 1250, 1850]);
  assert.deepEqual(startsAfterPauses([], []), []);
});
