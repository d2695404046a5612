import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type Lease, type Task, toProblem } from '@filmwright/contracts';
import { readMetrics } from '@filmwright/process/testing';
import type { Done, Ran } from './executor.ts';
import { type LeaseWork, leaseAndWork } from './lease-work.ts';
import { type Held, runBatch, runLease, type WorkingExecutor } from './run-leases.ts';
import { done, leaseOf, workOf } from './testing/lease-scene.ts';

/** Gives each lease once, as a gateway does that keeps whoever asks waiting until there is one. */
function givenOnce(leases: Lease[]): LeaseWork['client']['leaseTasks'] {
  return async ({ max, signal }) => {
    while (leases.length === 0) {
      signal?.throwIfAborted();
      await sleep(5);
    }
    return leases.splice(0, max);
  };
}

test('of a batch that is stale as a whole the last one is told once its process is gone, the others at once', async () => {
  let gone = (): void => {};
  const runs = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<Ran> =>
    new Promise((_, reject) => {
      gone = () => reject(signal.reason);
    });
  const { work, executor } = workOf({ executor: { runBatch: runs } });
  const held = new Map<number, Held>();
  const stale: string[] = [];
  const onStale = ({ task }: Lease): void => void stale.push(task.key);
  const over = runBatch(work, { batch: [leaseOf('a', 1), leaseOf('b', 2)], executor, held, onStale });
  held.get(1)?.stop.abort(new Error('cancelled'));
  assert.deepEqual(stale, ['a']);
  held.get(2)?.stop.abort(new Error('cancelled'));
  assert.deepEqual(stale, ['a'], 'the process still works');
  gone();
  await over;
  assert.deepEqual([stale, held.size], [['a', 'b'], 0]);
});

test('a batch is told which of its tasks are wanted no longer or asked back, and tells of each how far it is; an empty process is tried where others left it no room', async () => {
  const ran = (...problems: readonly FilmwrightError[]): Ran => {
    const took = { wallMs: 2, cpuMs: 1, loadMs: 0 };
    return {
      type: 'ran',
      ends: [0, 1].map((at) => ({ ...took, ...(problems[at] ? { problem: toProblem(problems[at]) } : { output: {}, assets: [] }) })),
    };
  };
  const held = new Map<number, Held>();
  const stale: string[] = [];
  const ended: string[] = [];
  let closed = 0;
  let tries = 0;
  const full = new FilmwrightError('out-of-memory', 'There is no room.');
  const runs: WorkingExecutor['runBatch'] = async (members, { onPercent, onPreview, devices }) => {
    if (++tries === 1) return ran(full, full);
    assert.deepEqual(
      [devices?.[0], members.map(({ task, resume }) => [task.key, resume])],
      [
        'GPU-1',
        [
          ['a', { step: 1 }],
          ['b', undefined],
        ],
      ],
    );
    onPercent(40, 1);
    onPreview?.(Uint8Array.of(7), 1);
    assert.deepEqual(
      [...held.values()].map(({ percent, preview }) => [percent, preview?.[0]]),
      [
        [0, undefined],
        [40, 7],
      ],
    );
    held.get(2)?.back.abort();
    held.get(1)?.stop.abort(new Error('cancelled'));
    assert.deepEqual(
      members.map(({ back, stop }) => [back.aborted, stop.aborted]),
      [
        [false, true],
        [true, false],
      ],
    );
    return ran();
  };
  const { work, executor } = workOf({
    executor: { runBatch: runs, held: ['model oil@1'], close: () => void closed++ },
    client: { completeTask: async ({ key }) => void ended.push(key) },
  });
  const batch = [{ ...leaseOf('a', 1), devices: ['GPU-1'], resume: { step: 1 } }, leaseOf('b', 2)] as const;
  await runBatch(work, { batch, executor, held, onStale: ({ task }) => void stale.push(task.key) });
  assert.deepEqual([closed, stale, ended, held.size], [1, ['a'], ['b'], 0]);
});

test('an end that is told too late is one of lost work, whatever it was, alone and in a batch', async () => {
  const late = async (): Promise<void> => {
    throw new FilmwrightError('lease-stale', 'Another has it by now.');
  };
  const took = { wallMs: 5, cpuMs: 4, loadMs: 1 };
  const ends: WorkingExecutor['run'][] = [
    async () => done,
    async () => ({ type: 'returned', resume: { step: 1 } }),
    () => Promise.reject(new FilmwrightError('task-failed', 'It broke.')),
  ];
  for (const run of ends) {
    const together = async (): Promise<Ran> => ({ type: 'ran', ends: [{ ...took, output: {}, assets: [] }] });
    const { work, executor } = workOf({
      executor: { run, runBatch: together },
      client: { completeTask: late, failTask: late, handBack: late },
    });
    const told: string[] = [];
    const stale: string[] = [];
    const place = { executor, held: new Map<number, Held>(), onStale: ({ task }: Lease) => void stale.push(task.key) };
    const telling = { ...work, log: (_: string, message: string) => void told.push(message) };
    await runLease(telling, { ...place, lease: leaseOf('a') });
    await runBatch(telling, { ...place, batch: [leaseOf('b')] });
    const { sum } = readMetrics(await work.figures.metrics.text());
    assert.equal(sum('filmwright_runner_tasks_total', { outcome: 'lost' }), 2);
    assert.equal(sum('filmwright_runner_tasks_total'), 2);
    assert.deepEqual(stale, ['a', 'b']);
    assert.doesNotMatch(told.join(), /done|handed back/);
  }
});

test('a task that is leased anew stays held while its lease of before comes to its end', async () => {
  let answer = (): void => {};
  const handBack = (): Promise<void> =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const works: ((how: Done) => void)[] = [];
  const run: WorkingExecutor['run'] = (_, { resume }) =>
    resume === undefined
      ? Promise.resolve({ type: 'returned', resume: { step: 1 } })
      : new Promise<Done>((resolve) => void works.push(resolve));
  const { work, executor } = workOf({ executor: { run }, client: { handBack } });
  const held = new Map<number, Held>();
  const place = { executor, held, onStale: () => {} };
  const first = runLease(work, { ...place, lease: leaseOf('a', 1) });
  await sleep(5);
  const second = runLease(work, { ...place, lease: { ...leaseOf('a', 2), resume: { step: 1 } } });
  answer();
  await first;
  assert.deepEqual([...held.keys()], [2], 'it is renewed');
  works[0]?.(done);
  await second;
  assert.equal(held.size, 0);
});

test('an answer about a lease that has ended stops no later one of the same task', { timeout: 20_000 }, async (context) => {
  const end = new AbortController();
  context.after(() => end.abort(new Error('over')));
  const given = [leaseOf('a', 1), leaseOf('a', 2)];
  const works: { readonly finish: () => void; readonly signal: AbortSignal }[] = [];
  const beats: ((stale: readonly string[]) => void)[] = [];
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(5);
  };
  const { work } = workOf({
    end: end.signal,
    executor: {
      run: (_, { signal }) => new Promise<Done>((resolve) => works.push({ finish: () => resolve(done), signal })),
    },
    client: {
      leaseTasks: givenOnce(given),
      heartbeat: ({ leases }) =>
        new Promise((resolve) => {
          if (leases.some(({ fence }) => fence === 1)) beats.push((stale) => resolve({ stale, back: [] }));
          else resolve({ stale: [], back: [] });
        }),
    },
  });
  const over = leaseAndWork(work);
  await until(() => beats.length > 0);
  works[0]?.finish();
  await until(() => works.length === 2);
  beats[0]?.(['a']);
  await sleep(20);
  assert.equal(works[1]?.signal.aborted, false);
  works[1]?.finish();
  end.abort(new Error('over'));
  await over.catch(() => {});
});

test('tasks of the same key in two workspaces run side by side, and one that is stale is told by its fence', async (context) => {
  const end = new AbortController();
  context.after(() => end.abort(new Error('over')));
  const given = [leaseOf('a', 1), leaseOf('a', 2)].map((lease, at) => ({ ...lease, workspaceId: `workspace ${at}` }));
  const signals: AbortSignal[] = [];
  let told: readonly number[] = [];
  const { work, executor } = workOf({
    end: end.signal,
    executor: {
      run: (_, { signal }) =>
        new Promise<Done>((_resolve, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    },
    client: {
      leaseTasks: givenOnce(given),
      heartbeat: async ({ leases }) => {
        told = leases.map(({ fence }) => fence);
        return told.includes(1) && told.includes(2) ? { stale: ['a'], staleFences: [1], back: [] } : { stale: [], back: [] };
      },
    },
  });
  const over = leaseAndWork({ ...work, executors: [executor, { ...executor }] });
  while (signals[0]?.aborted !== true || signals.length < 2) await sleep(5);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  );
  end.abort(new Error('over'));
  await over.catch(() => {});
});

test('what whoever granted a lease chose leaves its device before it begins, and nothing else does; without a choice nothing does', async () => {
  const runs: string[] = [];
  const executor = (name: string, { devices, held }: Pick<WorkingExecutor, 'devices' | 'held'>): WorkingExecutor => ({
    ...workOf({}).executor,
    ...{ devices, held },
    unload: async (models) => {
      await sleep(5);
      runs.push(`${name} unloads ${models.join()}`);
    },
    run: async ({ key }) => {
      runs.push(key);
      return done;
    },
  });
  const here = executor('here', { devices: ['GPU-2'], held: ['model ink@1'] });
  const executors = [
    here,
    executor('beside', { devices: ['GPU-2'], held: ['model oil@1', 'model sand@1'] }),
    executor('elsewhere', { devices: ['GPU-1'], held: ['model oil@1'] }),
  ];
  const { work } = workOf({});
  const place = { executor: here, held: new Map<number, Held>(), onStale: () => {} };
  const run = (lease: Lease) => runLease({ ...work, executors }, { ...place, lease: { ...lease, devices: ['GPU-2'] } });
  await run({ ...leaseOf('a'), unload: ['model oil@1'] });
  await run({ ...leaseOf('b'), unload: [] });
  await run(leaseOf('c'));
  assert.deepEqual(runs, ['beside unloads model oil@1', 'a', 'b', 'c']);
});

test('work that has a GPU to itself goes to the executor of that GPU, first to one that holds its model; where that one has no room, it is tried once in an empty process', async () => {
  const runs: string[] = [];
  const lease: Lease = { ...leaseOf('a'), devices: ['GPU-2'] };
  const payload = { model: 'ink@1', steps: 1 };
  const drawing = { ...lease, task: { ...lease.task, kind: 'generate', payload } as unknown as Task };
  const end = new AbortController();
  const given: Lease[] = [drawing];
  let told = (): void => {};
  const ended = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { work } = workOf({
    end: end.signal,
    client: {
      leaseTasks: givenOnce(given),
      completeTask: async () => told(),
      failTask: async () => told(),
    },
  });
  const executor = (name: string, changes: Partial<WorkingExecutor>): WorkingExecutor => ({
    ...{ held: [], devices: [], runBatch: () => assert.fail('no batch'), unload: () => assert.fail('nothing is to be unloaded') },
    close: () => void runs.push(`${name} is emptied`),
    run: async (_, { devices }) => {
      runs.push(`${name} on ${devices}`);
      if (runs.length === 1) throw new FilmwrightError('out-of-memory', 'There is no room.');
      return done;
    },
    ...changes,
  });
  const executors = [
    executor('unbound', {}),
    executor('other', { devices: ['GPU-1'], held: ['model ink@1'] }),
    executor('cold', { devices: ['GPU-2'] }),
    executor('warm', { devices: ['GPU-2'], held: ['model oil@1', 'model ink@1'] }),
  ];
  const over = leaseAndWork({ ...work, executors });
  await ended;
  end.abort(new Error('over'));
  await over.catch(() => {});
  assert.deepEqual(runs, ['warm on GPU-2', 'warm is emptied', 'warm on GPU-2']);
});
