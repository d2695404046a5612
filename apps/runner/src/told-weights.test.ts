import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Completion, HostMemory, Lease, LoadedFrom, Task } from '@filmwright/contracts';
import { leaseAndWork } from './lease-work.ts';
import { runLease } from './run-leases.ts';
import { done, leaseOf, workOf } from './testing/lease-scene.ts';

const drawing = (key: string): Lease => {
  const lease = leaseOf(key);
  const payload = { model: 'ink@1', prompt: key, steps: 4 };
  return { ...lease, task: { ...lease.task, kind: 'generate', payload } as unknown as Task };
};

test('a heartbeat tells which weights lie in memory where that is news, and again where it was not heard', {
  timeout: 120_000,
}, async () => {
  const heard: string[] = [];
  const drain = new AbortController();
  let memory: HostMemory | null = null;
  let isAway = false;
  let beats = 0;
  const held = ['model drawn@1'];
  const { work } = workOf({
    executor: { held },
    weights: {
      add: () => {},
      now: (names) => (names.join() === held.join() ? memory : assert.fail(names.join())),
      sourceOf: async () => null,
    },
    client: {
      leaseTasks: async ({ signal }) => {
        await sleep(120_000, undefined, { signal });
        throw drain.signal.reason;
      },
      async heartbeat({ hostMemory }) {
        beats++;
        if (isAway) throw new Error('away');
        if (hostMemory !== undefined) heard.push(hostMemory === null ? 'no more' : `${hostMemory.budgetMib} ${hostMemory.models.join()}`);
        return { stale: [], back: [] };
      },
    },
  });
  const over = leaseAndWork({ ...work, endings: { ...work.endings, drain: drain.signal } });
  const beaten = async (more = 2): Promise<void> => {
    for (const until = beats + more; beats < until; ) await sleep(5);
  };
  await beaten();
  assert.deepEqual(heard, [], 'where nothing is known nothing is told');
  memory = { budgetMib: 1024, models: ['model a@1'] };
  await beaten(3);
  assert.deepEqual(heard, ['1024 model a@1']);
  isAway = true;
  memory = { budgetMib: 1024, models: [] };
  await beaten();
  isAway = false;
  await beaten();
  assert.deepEqual(heard, ['1024 model a@1', '1024 ']);
  memory = null;
  await beaten(3);
  assert.deepEqual(heard.splice(0), ['1024 model a@1', '1024 ', 'no more'], 'what was told is withdrawn, once');
  // What was told may have come there though no answer came back.
  isAway = true;
  memory = { budgetMib: 1024, models: ['model a@1'] };
  await beaten();
  memory = null;
  isAway = false;
  await beaten(3);
  assert.deepEqual(heard, ['no more']);
  drain.abort(new Error('drains'));
  await over;
});

test('the end of a task tells from where its model was loaded, where it loaded one and that was seen in time', async () => {
  const sourceOf = async (models: readonly string[]): Promise<LoadedFrom> => {
    assert.deepEqual(models, ['model ink@1']);
    return 'memory';
  };
  const endOf = async (
    said: { readonly loadMs?: number; readonly held?: readonly string[]; readonly source?: typeof sourceOf } = {},
  ): Promise<LoadedFrom | undefined> => {
    const { loadMs = 3, held = [], source = sourceOf } = said;
    const ends: Completion[] = [];
    const { work, executor } = workOf({
      executor: { held, run: () => sleep(1, { ...done, loadMs }) },
      weights: { add: () => {}, now: () => null, sourceOf: source },
      client: { completeTask: async (completion) => void ends.push(completion) },
    });
    await runLease(work, { lease: drawing('a'), executor, held: new Map(), onStale: () => assert.fail() });
    assert.equal(ends.length, 1);
    return ends[0]?.loadedFrom;
  };
  assert.equal(await endOf(), 'memory');
  assert.equal(await endOf({ source: async () => 'disk' }), 'disk');
  assert.equal(await endOf({ loadMs: 0 }), undefined);
  assert.equal(await endOf({ held: ['model ink@1'], source: () => assert.fail() }), undefined);
  assert.equal(await endOf({ source: () => Promise.reject(new Error('no such files')) }), undefined);
  assert.equal(await endOf({ source: () => new Promise(() => {}) }), undefined, 'nothing waits for it');
});
