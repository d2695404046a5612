import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureRound, type Trial } from './measure-round.ts';

test('the run that counts comes after the first and after those that warm a model up', async () => {
  for (const [card, wanted] of [
    [{}, 2],
    [{ warmUpRuns: 3 }, 5],
  ] as const) {
    let runs = 0;
    let closed = 0;
    const trial: Trial = { step: 'a look', run: async () => void runs++, pids: async () => [], close: async () => void closed++ };
    const { loadMs, ramMib } = await measureRound(trial, card);
    assert.deepEqual([runs, closed > 0, loadMs >= 0, ramMib], [wanted, true, true, 0]);
  }
});
