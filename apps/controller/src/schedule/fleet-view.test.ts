import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine } from '@filmwright/contracts';
import { installedModels } from '@filmwright/core/plan/installed-models';
import type { FleetEvent, FleetTask, TaskDemand } from '@filmwright/records';
import { type Change, openState, step } from '@filmwright/scheduler';
import { capabilityOf, encoderCapability, factsOf } from './demand-of.ts';
import { createFleetView } from './fleet-view.ts';

const runner = { runnerId: 'r', pool: '', region: '', draining: false, held: [] } as const;
const offer = {
  name: 'r',
  pid: 1,
  slots: 1,
  kinds: ['encode'],
  toolchain: {},
  voices: [],
  models: [],
  fonts: [],
  runsBatches: true,
} as const;

function demand(key: string): TaskDemand {
  return {
    ...{ workspaceId: 'w', key, buildId: 'b', kind: 'encode', version: 1, toolchain: '', model: null, size: '', estimateMs: 1000, gpus: 0 },
    ...{ vramMib: 0, region: null, pool: null, bordersMs: null, batch: 'alike', batchMost: 4, priority: 'normal', rank: 0 },
    ...{ deadlineInMs: null, turnAgoMs: 0, readyInMs: 0 },
  };
}
const running = (key: string, fence: number): FleetTask => ({
  ...{ workspaceId: 'w', key, state: 'leased', demand: demand(key) },
  lease: { fence, runnerId: 'r', devices: [], sinceMs: 0, batch: 'as one' },
});
/** Nobody wants it any more, and its runner has still to stop it. */
const cancelled = (key: string, fence: number): FleetEvent => ({
  type: 'task',
  ended: { fence, outcome: 'returned', ranMs: 0, stopping: true },
  task: { workspaceId: 'w', key, state: 'waiting', demand: null, lease: null },
});
const stopped = (key: string, fence: number): FleetEvent => ({ type: 'stopped', task: { workspaceId: 'w', key }, fence });

/** A runner with a batch of three, as whoever begins to lead finds it. */
function opened(snapshot: { readonly tasks: readonly FleetTask[]; readonly stopped?: readonly number[] }) {
  const view = createFleetView();
  const stopping = (snapshot.stopped ?? []).map((fence) => ({
    ...{ workspaceId: 'w', key: `k${fence}`, fence, runnerId: 'r', devices: [], batch: 'as one' },
  }));
  const position = { xid: 0n, seen: new Map() };
  const changes = view.open({ tasks: snapshot.tasks, runners: [{ ...runner, offer }], workspaces: [], stopping, position }, 0);
  return { view, changes };
}
const places = (changes: readonly { readonly type: string }[]): number => changes.filter(({ type }) => type === 'running').length;

test('L10: tasks of a batch that are cancelled take one place until they have stopped, and none while others of it run', () => {
  const { view, changes } = opened({ tasks: [1, 2, 3].map((fence) => running(`k${fence}`, fence)) });
  assert.equal(places(changes), 1, 'those that run as one are one');
  const told = [1, 2, 3].map((fence) => view.changesOf(cancelled(`k${fence}`, fence), 10));
  assert.deepEqual(told.map(places), [0, 0, 1]);
  const freed = [1, 2, 3].map((fence) => view.changesOf(stopped(`k${fence}`, fence), 20).map(({ type }) => type));
  assert.deepEqual(freed, [[], [], ['ended']]);
});

test('L10: whoever begins to lead finds the cancelled tasks of a batch in one place as well', () => {
  assert.equal(places(opened({ tasks: [], stopped: [1, 2, 3] }).changes), 1);
  assert.equal(places(opened({ tasks: [running('k3', 3)], stopped: [1, 2] }).changes), 1, 'that of the one which runs');
});

test('P8: what a batch took is said with the last of it, as the sum of the parts that its tasks were told', () => {
  const { view } = opened({ tasks: [1, 2, 3].map((fence) => running(`k${fence}`, fence)) });
  const done = (fence: number, ranMs: number, loadMs: number): FleetEvent => ({
    type: 'task',
    ended: { fence, outcome: 'done', ranMs, loadMs },
    task: { ...running(`k${fence}`, fence), state: 'done', demand: null, lease: null },
  });
  const told = [done(2, 20, 5), done(1, 70, 0), done(3, 110, 5)].flatMap((event) => view.changesOf(event, 10));
  assert.deepEqual(
    told.map((change) => change.type === 'ended' && [change.ranMs, change.loadMs]),
    [
      [20, 5],
      [90, 5],
      [200, 10],
    ],
  );
});

test('I4: from where a runner says that it loaded a model is told with what it took', () => {
  const { view } = opened({
    tasks: [1, 2].map((fence) => ({ ...running(`k${fence}`, fence), lease: { fence, runnerId: 'r', devices: [], sinceMs: 0 } })),
  });
  const ends = [{ loadedFrom: 'memory' } as const, {}].flatMap((from, at) => {
    const fence = at + 1;
    const task = { ...running(`k${fence}`, fence), state: 'done', demand: null, lease: null } as const;
    return view.changesOf({ type: 'task', ended: { fence, outcome: 'done', ranMs: 20, loadMs: 5, ...from }, task }, 10);
  });
  assert.deepEqual(
    ends.map((change) => change.type === 'ended' && [change.loadMs, change.loadedFrom]),
    [
      [5, 'memory'],
      [5, undefined],
    ],
  );
});

function machineOf(encoders: Machine['encoders']): Machine {
  return {
    ...{ cores: 8, processor: 'Fast 9', memoryBytes: 2 ** 34, diskFreeBytes: 0, numaNodes: 1 },
    ...{ downBytesPerS: null, upBytesPerS: null, warnings: [], encoders },
  };
}

test('P1: a hardware encoder is offered by runners that encoded with it, and what asks for one goes there alone', () => {
  const probe = { framesPerS: 100, reason: null };
  const machine = machineOf([
    { name: 'h264_nvenc', works: true, ...probe },
    { name: 'av1_nvenc', works: false, framesPerS: null, reason: 'no such engine' },
  ]);
  const view = createFleetView();
  const joined = ['without', 'with'].flatMap((runnerId) => {
    const told = { ...runner, runnerId, offer: { ...offer, slots: 9, ...(runnerId === 'with' && { machine }) } };
    return view.changesOf({ type: 'runner', runnerId, runner: told }, 0);
  });
  const classes = joined.flatMap((change) => (change.type === 'runner' ? [change.runner.slotClass] : []));
  assert.deepEqual(classes, [undefined, 'Fast 9'], 'times are learned apart by processors');
  const waiting = view.changesOf({ type: 'task', ended: null, task: { ...running('k', 1), state: 'waiting', lease: null } }, 0);
  const [task] = waiting.flatMap((change) => (change.type === 'task' ? [change.task] : []));
  assert.ok(task);
  const asks = ['h264_nvenc', 'av1_nvenc'].map((name) => ({ ...task, id: name, batch: null, capability: encoderCapability(name) }));
  const { decisions } = step(openState(), [...joined, ...asks.map((one) => ({ type: 'task' as const, task: one }))], 0);
  const grants = decisions.flatMap((one) => (one.type === 'grant' ? [[one.tasks[0], one.runner]] : []));
  assert.deepEqual(grants, [['h264_nvenc', 'with']]);
});

test('P2b: how near a runner is to the store is what it measured, of a mounted folder the slower way, for one on the store’s own machine what a disk brings, else not known', () => {
  const near = (changes: object, [down, up]: readonly (number | null)[]) => {
    const [downBytesPerS = null, upBytesPerS = null] = [down, up].map((mib) => (mib == null ? null : mib * 2 ** 20));
    const machine = { ...machineOf([]), downBytesPerS, upBytesPerS };
    return factsOf({ ...runner, offer: { ...offer, ...changes, machine } }, []).linkMibPerS;
  };
  assert.equal(near({ cachesFiles: true }, [64, 8]), 64, 'inputs are what is on the way most');
  assert.equal(near({ cachesFiles: false }, [3000, 90]), 90, 'what was read of a mounted store lay in memory');
  assert.equal(near({ cachesFiles: false }, [64, null]), 64);
  assert.equal(near({ cachesFiles: false }, [null]), 1024);
  assert.equal(near({}, [null]), undefined);
});

test('held on slots is what lies in the machine’s memory, on a device what lies on it; one that does not tell where has models on its only device', () => {
  const held = ['model a@1', 'voice x 1'];
  const devices = ['GPU-1', 'GPU-2'].map((id) => ({ id, product: 'a GPU', vramMib: 1024, fabric: id }));
  const places = (changes: object, given: typeof devices) => {
    const { onSlots, resident } = factsOf({ ...runner, offer, held, ...changes }, given);
    return { onSlots, resident };
  };
  const heldOn = [
    { device: null, models: ['voice x 1'] },
    { device: 'GPU-2', models: ['model a@1'] },
  ];
  const on = (device: string) => [{ device, model: 'model a@1' }];
  assert.deepEqual(places({ heldOn }, devices), { onSlots: ['voice x 1'], resident: on('GPU-2') });
  assert.deepEqual(places({ heldOn: [] }, devices), { onSlots: [], resident: [] });
  assert.deepEqual(places({}, devices.slice(0, 1)), { onSlots: ['voice x 1'], resident: on('GPU-1') });
  assert.deepEqual(places({}, devices), { onSlots: ['voice x 1'], resident: undefined });
  assert.deepEqual(places({}, []), { onSlots: held, resident: [] });
});

test('in memory, to be loaded from there, is what a runner tells that lies there and offers, models that work together too; who does not tell has nothing there', () => {
  const able = { ...offer, models: ['a@1', 'b@1', 'c@1'] };
  const devices = [{ id: 'GPU-1', product: 'a GPU', vramMib: 1024, fabric: 'f' }];
  const memoryOf = (hostMemory: object) => {
    const { hostMib, inMemory, spareMib } = factsOf({ ...runner, offer: { ...able, readsWeights: true }, ...hostMemory }, devices);
    return { hostMib, inMemory, spareMib };
  };
  const told = { budgetMib: 4096, models: ['model a@1', 'model b@1', 'model gone@1'] };
  const inMemory = ['model a@1', 'model b@1', 'model a@1+b@1', 'model b@1+a@1'];
  assert.deepEqual(memoryOf({ hostMemory: told }), { hostMib: 4096, inMemory, spareMib: 4096 });
  assert.deepEqual(memoryOf({}), { hostMib: 0, inMemory: [], spareMib: 0 });
});

test('what only a pool offers of which no machine is there waits for it, and is asked of nobody who lacks the model', () => {
  const view = createFleetView();
  const voiced = { ...offer, kinds: ['speak'], toolchain: { speak: 'onnx' }, versions: { speak: 1 } } as const;
  const task: TaskDemand = { ...demand('k'), kind: 'speak', toolchain: 'onnx', model: 'voice ann' };
  const bare = capabilityOf({ ...task, model: null });
  const there = { ...voiced, voices: [] };
  const machine = { ...voiced, voices: [{ id: 'ann', language: 'en', natural: true, licence: 'MIT', engine: 'x', revision: '1' }] };
  const asksFor = (changes: readonly Change[]) => changes.map((change) => (change.type === 'task' ? change.task.capability : change.type));
  view.changesOf({ type: 'runner', runnerId: 'r', runner: { ...runner, offer: there } }, 0);
  const [model] = Object.values(installedModels(machine)).flat();
  const waiting: FleetTask = { workspaceId: 'w', key: 'k', state: 'waiting', demand: { ...task, model: model ?? '' }, lease: null };
  assert.deepEqual(asksFor(view.changesOf({ type: 'task', ended: null, task: waiting }, 10)), [bare], 'installed nowhere');
  const whole = `${bare} with ${model}`;
  assert.deepEqual(asksFor(view.setAtRest([{ pool: 'cloud', offer: machine, isShort: false }], 20)), [whole]);
  assert.deepEqual(view.setAtRest([{ pool: 'cloud', offer: machine, isShort: true }], 30), [], 'known');
  assert.deepEqual(asksFor(view.setAtRest([], 40)), [bare]);
});
