import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptAnswer } from './kept-answer.ts';

test('an answer holds for its time, and what took long to find for longer', async () => {
  let now = 0;
  let takesMs = 10;
  let asked = 0;
  const ask = keptAnswer(
    async () => {
      now += takesMs;
      return ++asked;
    },
    { trustMs: 900, nowMs: () => now },
  );
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  now += 899;
  assert.equal(await ask(), 1);
  now += 1;
  takesMs = 500;
  assert.equal(await ask(), 2);
  now += 9999;
  assert.equal(await ask(), 2);
  now += 1;
  takesMs = 60_000;
  assert.equal(await ask(), 3);
  now += 30_000;
  takesMs = 1;
  assert.equal(await ask(), 4, 'what took a minute is not kept for twenty');
});

test('a failure is told once and not kept', async () => {
  let asked = 0;
  const ask = keptAnswer(
    async () => {
      if (++asked === 1) throw new Error('away');
      return asked;
    },
    { trustMs: 900, nowMs: () => 0 },
  );
  await assert.rejects(ask(), /away/);
  assert.equal(await ask(), 2);
});
