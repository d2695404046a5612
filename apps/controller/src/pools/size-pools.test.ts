import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, type Generator, type ModelFigures, poolSchema, type RunnerOffer } from '@filmwright/contracts';
import type { MachineRow, PoolFacts, PoolMemoryRow } from '@filmwright/records';
import { createSizing, type Look, type Sizing } from './size-pools.ts';

const pool = poolSchema.parse({ name: 'one', maximum: 4, idleMs: 5000 });
const row = (id: string, changes: Partial<MachineRow> = {}): MachineRow => ({
  ...{ id, pool: 'one', state: 'wanted', ageMs: 0, busy: 0, refused: null, endsInMs: null, isOutdated: false, hasCome: false, losses: 0 },
  ...changes,
});
const runner = (name: string, busy = 0): PoolFacts['runners'][number] => ({
  ...{ id: `id of ${name}`, name, pool: null, region: null, draining: false, resting: false },
  ...{ slots: { tasks: busy, leftMs: busy * 1000 }, devices: { tasks: 0, leftMs: 0 } },
});
type Waiting = PoolFacts['waiting'][number];
const waits = (changes: Partial<Waiting> = {}): Waiting => ({
  ...{ kind: 'encode', version: 5, toolchain: 'f5', model: null, gpus: 0, vramMib: 0, priority: 'normal', pool: null, region: null },
  ...{ tasks: 4, workMs: 240_000, dueInMs: null },
  ...changes,
});
const facts = (changes: Partial<PoolFacts> = {}): PoolFacts => ({
  waiting: [],
  runners: [],
  activeBuilds: 0,
  interactiveBuilds: 0,
  awaited: [],
  ...changes,
});
const offer = (changes: Partial<RunnerOffer> = {}): RunnerOffer => ({
  ...{ name: 'some', pid: 1, slots: 1, kinds: ['encode'], versions: { encode: 5, generate: 1 }, toolchain: { encode: 'f5' } },
  ...{ voices: [], models: [], fonts: [] },
  ...changes,
});
const decide = (sizing: Sizing, look: Partial<Look>) =>
  sizing.decide({ facts: facts(), machines: [], memories: [], nowMs: 0, ...look }).decisions;

test('a machine is idle from the look that first found it so, and goes after the time of its pool', () => {
  const sizing = createSizing([pool]);
  const stopAt = (nowMs: number, busy: number) =>
    decide(sizing, { facts: facts({ runners: [runner('m1', busy)] }), machines: [row('m1')], nowMs })[0]?.stop;
  assert.deepEqual(stopAt(1000, 0), []);
  assert.deepEqual(stopAt(4000, 1), [], 'at work in between');
  assert.deepEqual(stopAt(7000, 0), []);
  assert.deepEqual(stopAt(11_999, 0), []);
  assert.deepEqual(stopAt(12_000, 0), ['m1']);
});

test('a runner that joined by a token is known by its machine; one of another name is no machine', () => {
  const sizing = createSizing([pool]);
  const there = [runner('m1/a1b2c3', 1), runner('m11'), runner('desk')];
  const look = { facts: facts({ waiting: [waits()], runners: there }), machines: [row('m1')], memories: [] };
  assert.deepEqual(sizing.unknown(look), ['id of m11', 'id of desk']);
  sizing.setOffers(['id of m11', 'id of desk'].map((id) => ({ id, offer: offer() })));
  assert.deepEqual(sizing.unknown(look), []);
  // Two others of one slot each take their share of what waits.
  const [decision] = decide(sizing, look);
  assert.deepEqual([decision?.wanted, decision?.start], [3, 2]);
  const [beside] = decide(createSizing([pool]), look);
  assert.deepEqual(beside?.wanted, 4, 'of runners whose offer nobody knows none takes a share');
});

test('what is pressing wants more machines than what is not, and a deadline is taken at its word', () => {
  const wanted = (how: Pick<Waiting, 'priority' | 'dueInMs'>) =>
    decide(createSizing([pool]), { facts: facts({ waiting: [waits({ tasks: 9, workMs: 60_000, ...how })] }) })[0]?.wanted;
  assert.equal(wanted({ priority: 'bulk', dueInMs: null }), 1);
  assert.equal(wanted({ priority: 'normal', dueInMs: null }), 2);
  assert.equal(wanted({ priority: 'interactive', dueInMs: null }), 4);
  assert.equal(wanted({ priority: 'bulk', dueInMs: 25_000 }), 3);
});

test('films that nobody can plan yet bring a machine for each that somebody waits for, and one for the others', () => {
  const wanted = (activeBuilds: number, interactiveBuilds: number) =>
    decide(createSizing([pool]), { facts: facts({ activeBuilds, interactiveBuilds }) })[0]?.wanted;
  assert.deepEqual([wanted(0, 0), wanted(7, 0), wanted(3, 2), wanted(9, 9)], [0, 1, 3, 4]);
  const look = { facts: facts({ activeBuilds: 7 }), memories: [memory('one')] };
  assert.equal(decide(createSizing([pool]), look)[0]?.wanted, 0, 'they are planned by what machines offered before');
});

const cpu = poolSchema.parse({ name: 'cpu', maximum: 4, costPerHour: 0.1, slots: 4 });
const gpu = poolSchema.parse({ name: 'gpu', maximum: 4, costPerHour: 4 });
const model = 'model sdxl@1';
const draws = waits({ kind: 'generate', version: 1, toolchain: 'onnxruntime 1.20 cuda', model, gpus: 1, tasks: 6, workMs: 60_000 });
const onGpu = offer({
  kinds: ['encode', 'generate'],
  toolchain: { encode: 'f5', generate: 'onnxruntime 1.20 cuda' },
  generators: [{ ref: 'sdxl@1' } as Generator],
  modelMemory: [{ name: model, vramMib: 20_000 }],
  devices: [{ id: 'GPU-1', product: 'L4', vramMib: 24_000, freeMib: 24_000 } as Device],
});
const memory = (name: string, changes: Partial<PoolMemoryRow> = {}): PoolMemoryRow => ({
  ...{ name, runnerId: `runner of ${name}`, offeredAgoMs: 0, startMs: null, shortAgoMs: null },
  ...{ scoutAt: null, scoutAgoMs: null, scouts: 0, isThere: false, isLost: false, bringing: [], losses: 0, machines: 0, outdated: 0 },
  ...changes,
});

test('drawing grows the pool that remembers GPUs and the model, beside a cheaper one without and slots that cannot do it', () => {
  const sizing = createSizing([cpu, gpu]);
  const look = { facts: facts({ waiting: [draws], runners: [runner('desk')] }), memories: [memory('cpu'), memory('gpu')] };
  assert.deepEqual(sizing.unknown({ machines: [], ...look }), ['id of desk', 'runner of cpu', 'runner of gpu']);
  sizing.setOffers([
    { id: 'runner of cpu', offer: offer({ slots: 4 }) },
    { id: 'runner of gpu', offer: onGpu },
    { id: 'id of desk', offer: offer({ slots: 8 }) },
  ]);
  const wanted = (waiting: readonly Waiting[]) => decide(sizing, { ...look, facts: { ...look.facts, waiting } }).map((one) => one.wanted);
  assert.deepEqual(wanted([draws]), [0, 2]);
  assert.deepEqual(wanted([waits({ tasks: 40, workMs: 900_000 })]), [2, 0], 'and the slots of the desk do some of it');
  assert.deepEqual(wanted([{ ...draws, vramMib: 10_000 }]), [0, 0], 'more than its GPU has, model and all');
});

test('what only the card of a model says to be larger than any GPU that has it grows a pool all the same: cards may err, and runners try it', () => {
  const sizing = createSizing([cpu, gpu]);
  const look = { facts: facts({ waiting: [draws] }), memories: [memory('cpu'), memory('gpu')] };
  const wantedWith = (changes: Partial<RunnerOffer>) => {
    sizing.unknown({ machines: [], facts: look.facts, memories: [] });
    sizing.setOffers([
      { id: 'runner of cpu', offer: offer({ slots: 4 }) },
      { id: 'runner of gpu', offer: { ...onGpu, ...changes } },
    ]);
    return decide(sizing, look).map((one) => one.wanted);
  };
  assert.deepEqual(wantedWith({ modelMemory: [{ name: model, vramMib: 40_000 }] }), [0, 2]);
  const measured = { name: model, vramMib: 40_000, ramMib: 0, warmMs: 1, coldMs: 1, unloadMs: 1 } as ModelFigures;
  assert.deepEqual(wantedWith({ figures: [measured] }), [0, 0], 'measured');
});

test('a model that is spread over two GPUs grows a pool whose machines have so many together, each for one of its tasks at once', () => {
  const sizing = createSizing([cpu, gpu]);
  const look = { facts: facts({ waiting: [draws] }), memories: [memory('cpu'), memory('gpu')] };
  const wantedWith = (gpus: number, more: Partial<RunnerOffer> = {}) => {
    sizing.unknown({ machines: [], facts: look.facts, memories: [] });
    const modelMemory = [{ name: model, vramMib: 20_000, ...(gpus > 1 && { gpus }) }];
    sizing.setOffers([
      { id: 'runner of cpu', offer: offer({ slots: 4 }) },
      { id: 'runner of gpu', offer: { ...onGpu, ...more, modelMemory } },
    ]);
    return decide(sizing, look).map((one) => one.wanted);
  };
  const devices = ['GPU-1', 'GPU-2'].map((id) => ({ ...(onGpu.devices?.[0] as Device), id, fabric: 'f' }));
  assert.deepEqual(
    [wantedWith(1, { devices }), wantedWith(2, { devices })],
    [
      [0, 1],
      [0, 2],
    ],
  );
});

test('a machine that comes is told with the time that it took, once', () => {
  const sizing = createSizing([pool]);
  const at = (nowMs: number, runners: PoolFacts['runners']) =>
    sizing.decide({
      facts: facts({ runners }),
      machines: [row('m1', { ageMs: 2000 })],
      memories: [memory('one', { runnerId: null })],
      nowMs,
    }).came;
  assert.deepEqual(at(10_000, []), []);
  assert.deepEqual(at(40_000, [runner('m1')]), [{ pool: 'one', startMs: 32_000 }]);
  assert.deepEqual(at(41_000, [runner('m1')]), []);
  assert.deepEqual([at(42_000, []), at(44_000, [runner('m1')])], [[], []], 'its runner left to offer anew');
});

test('of a machine that came before this controller led nothing is told when its runner comes back', () => {
  const sizing = createSizing([pool]);
  const at = (nowMs: number, runners: PoolFacts['runners']) => {
    const memories = [memory('one', { runnerId: null })];
    return sizing.decide({ facts: facts({ runners }), machines: [row('m1', { hasCome: true, ageMs: 9_000_000 })], memories, nowMs }).came;
  };
  assert.deepEqual([at(1000, []), at(2000, [runner('m1')])], [[], []]);
});

test('a pool that remembers what its machines could before this controller led brings one where nobody can do the work', () => {
  const sizing = createSizing([pool]);
  sizing.setOffers([{ id: 'runner of one', offer: offer({ toolchain: { encode: 'f4' } }) }]);
  const wantedAt = (nowMs: number, offeredAgoMs: number) =>
    decide(sizing, { facts: facts({ waiting: [waits()] }), memories: [memory('one', { offeredAgoMs })], nowMs })[0]?.wanted;
  assert.equal(wantedAt(1000, 5000), 1);
  assert.equal(wantedAt(60_000, 5000), 0, 'it showed since that it cannot');
  assert.equal(wantedAt(3_000_000, 1_300_000), 1, 'that is long ago');
});

test('a pool that a film waits for brings one scout, which is told once, kept while it fetches, and let go when it is known', () => {
  const sizing = createSizing([pool]);
  const look = (nowMs: number, changes: Partial<PoolMemoryRow>, runners: PoolFacts['runners'] = []) => {
    const memories = [memory('one', { runnerId: null, offeredAgoMs: null, ...changes })];
    const machines = nowMs === 0 ? [] : [row('m1')];
    const { decisions, scouts } = sizing.decide({ facts: facts({ awaited: ['one'], runners }), machines, memories, nowMs });
    return [decisions[0]?.start, decisions[0]?.stop, scouts];
  };
  assert.deepEqual(look(0, {}), [1, [], [{ pool: 'one', count: 1 }]]);
  assert.deepEqual(look(1000, { scoutAgoMs: 1000 }), [0, [], []]);
  const there = { scoutAgoMs: 9000, offeredAgoMs: 0, isThere: true };
  assert.deepEqual(look(2000, { ...there, bringing: ['oil'] }, [runner('m1')]), [0, [], []]);
  assert.deepEqual(look(60_000, { ...there, bringing: ['oil'] }, [runner('m1')]), [0, [], []], 'long idle');
  assert.deepEqual(look(61_000, there, [runner('m1')]), [0, ['m1'], []]);
  const lost = { scoutAgoMs: 9000, offeredAgoMs: 100, isLost: true, scouts: 1 };
  assert.deepEqual(look(0, lost), [1, [], [{ pool: 'one', count: 2 }]], 'lost while it fetched');
  assert.deepEqual(look(0, { ...lost, scouts: 3 }), [0, [], []]);
  const other = { facts: facts(), memories: [memory('one', { runnerId: null, offeredAgoMs: null })] };
  assert.deepEqual(decide(createSizing([pool]), other)[0]?.start, 0, 'no film waits for it');
});

test('a machine that came before its pool was changed takes its share by what it offers itself, and keeps no scout of the pool away', () => {
  const sizing = createSizing([pool]);
  const machines = [row('m1', { isOutdated: true })];
  const there = { machines, memories: [memory('one', { runnerId: null, offeredAgoMs: null })] };
  const waiting = [waits({ tasks: 2, workMs: 120_000 })];
  const look = { facts: facts({ waiting, runners: [runner('m1/a1b2c3')] }), ...there };
  assert.deepEqual(sizing.unknown(look), ['id of m1/a1b2c3']);
  sizing.setOffers([{ id: 'id of m1/a1b2c3', offer: offer() }]);
  assert.equal(decide(sizing, look)[0]?.start, 1);
  sizing.setOffers([{ id: 'id of m1/a1b2c3', offer: offer({ toolchain: { encode: 'f4' } }) }]);
  assert.equal(decide(sizing, look)[0]?.start, 2, 'it can do none of it');
  const awaiting = sizing.decide({ facts: facts({ awaited: ['one'], runners: [runner('m1/a1b2c3')] }), ...there, nowMs: 0 });
  assert.deepEqual([awaiting.decisions[0]?.start, awaiting.scouts], [1, [{ pool: 'one', count: 1 }]]);
});

test('O5a: no time counts against a scout while machines that came before the pool was changed hold all its places, and one of them makes room', () => {
  const sizing = createSizing([{ ...pool, maximum: 2 }]);
  const look = (nowMs: number, machines: readonly MachineRow[], runners: PoolFacts['runners']) => {
    const memories = [memory('one', { runnerId: null, offeredAgoMs: null })];
    const { decisions, scouts } = sizing.decide({ facts: facts({ awaited: ['one'], runners }), machines, memories, nowMs });
    return [decisions[0]?.start, decisions[0]?.stop, scouts];
  };
  const old = (id: string, changes: Partial<MachineRow> = {}) => row(id, { isOutdated: true, ...changes });
  const [both, going] = [
    [old('m1'), old('m2')],
    [old('m1'), old('m2', { state: 'stopping' })],
  ];
  assert.deepEqual(look(0, both, [runner('m1', 3), runner('m2', 1)]), [0, ['m2'], []]);
  const hour = 3_600_000;
  for (const nowMs of [1000, hour, 5 * hour])
    assert.deepEqual(look(nowMs, going, [runner('m1', 3), runner('m2', 1)]), [0, [], []], 'it ends what it has');
  assert.deepEqual(look(5 * hour + 1000, going, [runner('m1', 3), runner('m2')]), [0, [], []]);
  assert.deepEqual(look(5 * hour + 2000, [old('m1')], [runner('m1', 3)]), [1, [], [{ pool: 'one', count: 1 }]], 'there is room');
  const stuck = [old('m1', { state: 'stopping' }), old('m2', { state: 'stopping' })];
  assert.deepEqual(look(6 * hour, stuck, []), [0, [], []]);
  assert.deepEqual(look(7 * hour, stuck, []), [0, [], [{ pool: 'one', count: 1 }]], 'they do not go: who waits is told in the end');
});
