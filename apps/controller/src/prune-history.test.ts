import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pruneHistory, readHistoryMs } from './prune-history.ts';

test('attempts are kept for 90 days, or for what the environment says, and a time that cannot be meant is refused', () => {
  assert.equal(readHistoryMs({}), 90 * 86_400_000);
  assert.equal(readHistoryMs({ FILMWRIGHT_HISTORY_MS: '86400000' }), 86_400_000);
  for (const text of ['1000', '90 days', '-1', '1e99.5'])
    assert.throws(() => readHistoryMs({ FILMWRIGHT_HISTORY_MS: text }), /FILMWRIGHT_HISTORY_MS is .*; wanted/);
});

test('what is old is asked for from the start and ends with the leadership; a failure is said', async () => {
  const over = new AbortController();
  const said: string[] = [];
  const asked: unknown[] = [];
  const records = {
    pruneHistory: async (options: { readonly after?: bigint }) => {
      asked.push(options.after);
      over.abort();
      throw new Error('no such table');
    },
  };
  await pruneHistory({ records, olderMs: 1, signal: over.signal, log: (_level, message) => void said.push(message) });
  assert.deepEqual([asked, said], [[undefined], ['old attempts were not removed']]);
});
