import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type FreeMemory } from '@filmwright/contracts';
import { heldAnywhere, heldPlaces } from './held-places.ts';
import { leaseAndWork } from './lease-work.ts';
import { createRunnerMetrics } from './runner-metrics.ts';

test('what executors hold is told by GPU, and by null where it lies in the memory of the machine: voices always do', () => {
  const places = heldPlaces([
    { devices: ['GPU-2'], held: ['model b@1', 'voice x 1'] },
    { devices: [], held: ['model a@1', 'voice x 1'] },
    { devices: ['GPU-1'], held: [] },
    { devices: ['GPU-2', 'GPU-3'], held: ['model a@1'] },
  ]);
  assert.deepEqual(places, [
    { device: null, models: ['model a@1', 'voice x 1'] },
    { device: 'GPU-2', models: ['model a@1', 'model b@1'] },
    { device: 'GPU-3', models: ['model a@1'] },
  ]);
  assert.deepEqual(heldAnywhere(places), ['model a@1', 'model b@1', 'voice x 1']);
});

test('heartbeats tell what is held and where, once and when it changes place, and what is free on GPUs until that was heard', {
  timeout: 60_000,
}, async () => {
  const end = new AbortController();
  const told: unknown[] = [];
  let away = false;
  let lost = 0;
  let free: readonly FreeMemory[] | null = [{ id: 'GPU-1', freeMib: 5 }];
  const heard = (): void => {
    free = null;
  };
  const never = () => assert.fail('nothing is to be run');
  const executors = ['GPU-1', 'GPU-2'].map((id) => ({
    devices: [id],
    held: [] as readonly string[],
    close: never,
    unload: never,
    run: never,
    runBatch: never,
  }));
  const over = leaseAndWork({
    ...{ runnerId: 'me', leaseMs: 40, log: () => {}, cache: () => null, hasRoom: async () => true, executors },
    figures: createRunnerMetrics({ slots: 1, cache: () => null }),
    endings: { drain: end.signal, end: end.signal },
    offerChanged: new AbortController().signal,
    devices: { offer: never, news: () => free, told: heard, close: () => {} },
    client: {
      ...{ completeTask: never, failTask: never, handBack: never },
      leaseTasks: ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      async heartbeat({ models, held, free: now }) {
        if (away) {
          lost++;
          throw new FilmwrightError('unavailable', 'The gateway is away.');
        }
        if (held !== undefined || now !== undefined) told.push([models, held, now]);
        return { stale: [], back: [] };
      },
    },
  });
  const until = async (count: number): Promise<void> => {
    while (told.length < count) await sleep(5);
  };
  await until(1);
  const [first, second] = executors as [(typeof executors)[0], (typeof executors)[0]];
  away = true;
  first.held = ['model a@1'];
  await sleep(60);
  away = false;
  await until(2);
  // The same models elsewhere.
  [first.held, second.held] = [[], ['model a@1']];
  await until(3);
  // What was told while no answer came may have been heard: it is told again how it is, though it is as it was heard last.
  away = true;
  second.held = [];
  for (const beats = lost + 2; lost < beats; ) await sleep(5);
  second.held = ['model a@1'];
  away = false;
  await until(4);
  await sleep(60);
  end.abort();
  await over;
  const on = (device: string) => [['model a@1'], [{ device, models: ['model a@1'] }], undefined];
  assert.deepEqual(told, [[[], [], [{ id: 'GPU-1', freeMib: 5 }]], on('GPU-1'), on('GPU-2'), on('GPU-2')]);
});
