import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@filmwright/client';
import type { Build, Fleet } from '@filmwright/contracts';
import { untilIdle } from './until-idle.ts';

const page = (...states: readonly Build['state'][]) =>
  ({ builds: states.map((state) => ({ state })), next: null }) as unknown as Awaited<ReturnType<Client['listBuilds']>>;
const fleet = (waiting: number, running: number) =>
  ({ queue: Array(waiting).fill({}), runners: [{ tasks: Array(running).fill({}) }] }) as unknown as Fleet;

/** Answers in turn, the last one again and again, and how often it was asked. */
function inTurn<T>(answers: readonly T[]): { readonly ask: () => Promise<T>; readonly asked: () => number } {
  let asked = 0;
  return { ask: async () => answers[Math.min(asked++, answers.length - 1)] as T, asked: () => asked };
}

test('a platform is kept while a build of a known workspace runs, and while anything of others waits or runs', async () => {
  const known = inTurn([page('running', 'succeeded'), page('succeeded')]);
  // Of another workspace: one runs, then nothing for a moment between two tasks, then one waits, then nothing.
  const others = inTurn([fleet(0, 1), fleet(0, 1), fleet(0, 0), fleet(1, 0), fleet(0, 0)]);
  await untilIdle({ own: { fleet: others.ask }, workspaces: [{ listBuilds: known.ask }], pauseMs: 1 });
  assert.equal(others.asked(), 6);
});

test('a platform that no longer answers is not waited for', async () => {
  const gone = async (): Promise<never> => {
    throw new Error('gone');
  };
  await untilIdle({ own: { fleet: gone }, workspaces: [{ listBuilds: gone }], pauseMs: 1 });
});
