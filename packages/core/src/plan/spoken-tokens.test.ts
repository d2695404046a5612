import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spokenTokens, writtenTimes } from './spoken-tokens.ts';

const token = (written: string, spoken: readonly string[], pauseAfter: 'none' | 'comma' | 'sentence' = 'none') => ({
  written,
  start: 0,
  end: written.length,
  spoken,
  pauseAfter,
});

test('speech does not depend on how its words are written', () => {
  const digits = spokenTokens([token('Part', ['part']), token('34.', ['thirty', 'four'], 'sentence')]);
  const words = spokenTokens([token('Part', ['part']), token('thirty', ['thirty']), token('four.', ['four'], 'sentence')]);
  assert.deepEqual(digits, words);
});

test('a written word lasts from its first spoken word to its last; an emoji has no time', () => {
  const tokens = [token('34', ['thirty', 'four']), token('🙂', []), token('days.', ['days'], 'sentence')];
  const times = writtenTimes(tokens, [
    { startMs: 0, endMs: 100 },
    { startMs: 120, endMs: 300 },
    { startMs: 350, endMs: 600 },
  ]);
  assert.deepEqual(times, [{ startMs: 0, endMs: 300 }, null, { startMs: 350, endMs: 600 }]);
});
