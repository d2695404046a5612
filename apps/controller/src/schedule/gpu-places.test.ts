import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, type RunnerOffer, type Task, taskKinds } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import { done, leaseOf, offer, order, scheduledServer, start, task, until } from './testing/scheduling.ts';

const server = scheduledServer();

const { version } = taskKinds.generate;
const onCpu = 'ffmpeg 7.1 onnxruntime 1.30.0 cpu';
const onGpu = 'ffmpeg 7.1 onnxruntime 1.30.0 cuda sm_90';
const device = (id: string, gib: number): Device => ({
  ...{ id, product: 'a GPU', vramMib: gib * 1024, freeMib: gib * 1024, fabric: id, slice: null, numaNode: null, driver: '1', cuda: '12.4' },
});
const generator = (ref: string) => ({
  ...{ ref, capabilities: ['text-to-image'], width: 64, height: 64, multipleOf: 8, frames: 1, rate: 1, loops: false },
  ...{ steps: 4, guidance: 1, stepMs: null },
});
/** A runner that draws with the models of these names, on these devices where there are any. */
const draws = (
  name: string,
  { models, devices = [], ...changes }: Partial<Omit<RunnerOffer, 'models'>> & { readonly models: readonly string[] },
) =>
  offer(name, {
    ...{ kinds: ['generate'], versions: { generate: version }, slots: 4, devices },
    toolchain: { generate: devices.length === 0 ? onCpu : onGpu },
    generators: models.map((one) => generator(`${one}@1`) as NonNullable<RunnerOffer['generators']>[number]),
    ...changes,
  });
const drawing = (key: string, model: string, toolchain: string): Task => {
  const payload = { model: `${model}@1`, prompt: key, steps: 4 };
  return task(key, { kind: 'generate', version, toolchain, payload } as unknown as Partial<Task>);
};
const mib = (model: string, vramMib: number) => ({ name: `model ${model}@1`, vramMib });

test('of a fleet of processors and GPUs a model’s work has a GPU to itself where its toolchain names one, and a slot where it does not', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const { runnerId: cpu } = await records.joinRunner(draws('cpu', { models: ['ink'] }));
  const { runnerId: gpu } = await records.joinRunner(draws('gpu', { models: ['ink'], devices: [device('GPU-1', 24)] }));
  await order(opened, [drawing('a', 'ink', onGpu), drawing('b', 'ink', onGpu), drawing('c', 'ink', onCpu)]);
  const first = await leaseOf(opened, gpu);
  assert.deepEqual([first.task.toolchain, first.devices], [onGpu, ['GPU-1']]);
  const slot = await leaseOf(opened, cpu);
  assert.deepEqual([slot.task.key, slot.devices, slot.unload], ['c', undefined, undefined]);
  // Its slots are free, its only device is not.
  assert.deepEqual(await records.leaseTasks({ runnerId: gpu, max: 9, leaseMs: 20_000 }), []);
  await records.completeTask(done(gpu, first));
  assert.deepEqual((await leaseOf(opened, gpu)).devices, ['GPU-1']);
});

test('work goes to a GPU with room for its model: by what was measured, else by its card, and where cards ask for more than there is to the largest', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const models = ['ink', 'oil', 'vast'];
  const figures = { coldMs: 1, warmMs: 1, stepMs: 1, step: 'a step', unloadMs: 1, ramMib: 1, coldIsCold: true, device: 'cuda sm_90' };
  const measured = { ...figures, measuredAt: '2026-01-01T00:00:00.000Z' };
  const cards = { modelMemory: [mib('ink', 4000), mib('oil', 30_000), mib('vast', 300_000)] };
  // Measured on the large one, the first takes more than its card says.
  const large = draws('large', { models, devices: [device('GPU-80', 80)], ...cards, figures: [{ ...measured, ...mib('ink', 20_000) }] });
  const { runnerId: small } = await records.joinRunner(draws('small', { models, devices: [device('GPU-8', 8)], ...cards }));
  const { runnerId } = await records.joinRunner(large);
  for (const model of models) {
    await order(opened, [drawing(model, model, onGpu)]);
    const lease = await leaseOf(opened, runnerId);
    assert.deepEqual([lease.task.key, lease.devices], [model, ['GPU-80']]);
    await records.completeTask(done(runnerId, lease));
  }
  assert.deepEqual(await records.leaseTasks({ runnerId: small, max: 9, leaseMs: 20_000 }), []);
});

test('what a GPU is to unload for a task is told with its lease: nothing while there is room, then the model that was used longest ago', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const models = ['ink', 'oil', 'sand'];
  const modelMemory = models.map((model) => mib(model, 10_000));
  const { runnerId } = await records.joinRunner(draws('gpu', { models, devices: [device('GPU-1', 24)], modelMemory }));
  const unloaded: (readonly string[] | undefined)[] = [];
  for (const [at, model] of ['ink', 'oil', 'ink', 'sand'].entries()) {
    await order(opened, [drawing(`${at}`, model, onGpu)]);
    const lease = await leaseOf(opened, runnerId);
    unloaded.push(lease.unload);
    await records.completeTask(done(runnerId, lease));
  }
  assert.deepEqual(unloaded, [[], [], [], ['model oil@1']]);
});

test('a GPU that several runners of a machine offer is used by one of them, and by another once that one has left', async (context) => {
  const opened = await server.scheduled(context);
  const { records, sql } = opened;
  const both = await Promise.all(
    ['one', 'two'].map(
      async (name) => (await records.joinRunner(draws(name, { models: ['ink'], devices: [device('GPU-1', 24)] }))).runnerId,
    ),
  );
  await order(
    opened,
    ['a', 'b'].map((key) => drawing(key, 'ink', onGpu)),
  );
  const [given] = await until(async () => {
    const rows = await sql('select runner_id from attempt where ended_at is null');
    return rows.length > 0 && rows;
  }, 'a grant');
  const owner = String(given?.['runner_id']);
  const heir = both.find((one) => one !== owner) ?? '';
  const first = await leaseOf(opened, owner);
  assert.deepEqual(await records.leaseTasks({ runnerId: heir, max: 9, leaseMs: 20_000 }), []);
  await records.completeTask(done(owner, first));
  await leaseOf(opened, owner);
  await records.leaveRunner(owner);
  assert.deepEqual((await leaseOf(opened, heir)).devices, ['GPU-1']);
});

test('where no runner that computes on a GPU tells of any device, its work has slots', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const { runnerId } = await records.joinRunner(draws('silent', { models: ['ink'], toolchain: { generate: onGpu } }));
  await order(opened, [drawing('a', 'ink', onGpu)]);
  assert.equal((await leaseOf(opened, runnerId)).devices, undefined);
});

test('of two GPUs each goes on with what its runner says that it holds, after other news of the runner and under a new leader too', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const models = ['ink', 'oil'];
  const times = {
    coldMs: 56_000,
    warmMs: 3000,
    stepMs: 10,
    step: 'a step',
    unloadMs: 100,
    ramMib: 10,
    coldIsCold: true,
    device: 'cuda sm_90',
  };
  const measured = { ...times, measuredAt: '2026-01-01T00:00:00.000Z' };
  const figures = models.map((model) => ({ ...measured, ...mib(model, 15_000) }));
  const devices = [device('GPU-1', 24), device('GPU-2', 24)];
  const { runnerId } = await records.joinRunner(draws('two', { models, devices, figures, slots: 1 }));
  const held = [
    { device: null, models: ['voice x 1'] },
    { device: 'GPU-1', models: ['model ink@1'] },
    { device: 'GPU-2', models: ['model oil@1'] },
  ];
  const tell = (places: typeof held) => records.noteHeld({ runnerId, models: places.flatMap((place) => place.models), held: places });
  const givenFor = async (key: string, model: string) => {
    await order(opened, [drawing(key, model, onGpu)]);
    const lease = await leaseOf(opened, runnerId);
    const [row] = await sql('select reason from attempt where fence = $1', [lease.fence]);
    await records.completeTask({ ...done(runnerId, lease), wallMs: 500 });
    return [lease.devices?.[0], row?.['reason']];
  };
  await tell(held.slice(1));
  assert.deepEqual(await givenFor('a', 'oil'), ['GPU-2', 'its model is resident']);
  await tell(held);
  assert.deepEqual(await givenFor('b', 'oil'), ['GPU-2', 'its model is resident']);
  assert.deepEqual(await givenFor('c', 'ink'), ['GPU-1', 'its model is resident']);
  await stopFirst();
  start(context, opened);
  assert.deepEqual(await givenFor('d', 'oil'), ['GPU-2', 'its model is resident']);
  // Weights on a GPU are not in the memory of the machine: the other one would read its disk.
  await tell(held.slice(0, 2));
  assert.match(String((await givenFor('e', 'oil'))[1]), /loading (it|the model) from disk takes 56 s/);
});

test('a model goes where it fits in what other programs leave of a GPU, as its runner told last', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const half = { ...device('GPU-1', 24), freeMib: 12_000 };
  const modelMemory = [mib('ink', 15_000)];
  const { runnerId } = await records.joinRunner(
    draws('shared', { models: ['ink'], devices: [half, device('GPU-2', 24)], modelMemory, slots: 1 }),
  );
  await order(opened, [drawing('a', 'ink', onGpu), drawing('b', 'ink', onGpu)]);
  const first = await leaseOf(opened, runnerId);
  assert.deepEqual(first.devices, ['GPU-2']);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 9, leaseMs: 20_000 }), []);
  const free = ['GPU-1', 'GPU-2'].map((id) => ({ id, freeMib: 24_000 }));
  await records.noteFree({ runnerId, free });
  assert.deepEqual((await leaseOf(opened, runnerId)).devices, ['GPU-1']);
  assert.deepEqual(
    (await records.runners())[0]?.devices?.map(({ freeMib }) => freeMib),
    [24_000, 24_000],
  );
  await records.noteHeld({ runnerId, models: ['model ink@1'], held: [{ device: 'GPU-2', models: ['model ink@1'] }] });
  const [seen] = (await records.fleetFacts()).runners;
  assert.deepEqual(
    seen?.devices?.map(({ freeMib, models }) => [freeMib, models]),
    [
      [24_000, []],
      [24_000, ['model ink@1']],
    ],
  );
});

test('L1b: a model that is spread over GPUs has so many of one fabric for each of its tasks, or as many as there are together where cards want more', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const devices = ['GPU-1', 'GPU-2', 'GPU-3'].map((id) => ({ ...device(id, 24), fabric: id === 'GPU-1' ? 'alone' : 'linked' }));
  const modelMemory = [{ ...mib('ink', 20_000), gpus: 2 }, { ...mib('oil', 20_000), gpus: 3 }, mib('sand', 20_000)];
  const { runnerId } = await records.joinRunner(draws('wide', { models: ['ink', 'oil', 'sand'], devices, modelMemory }));
  for (const model of ['ink', 'oil']) {
    await order(opened, [drawing(model, model, onGpu)]);
    const lease = await leaseOf(opened, runnerId);
    assert.deepEqual([lease.task.key, lease.devices?.toSorted()], [model, ['GPU-2', 'GPU-3']]);
    await records.completeTask(done(runnerId, lease));
  }
  await order(opened, [drawing('sand', 'sand', onGpu)]);
  assert.equal((await leaseOf(opened, runnerId)).devices?.length, 1);
});

test('L1b: what waits for GPUs together that left for good has as many as there are now', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const told = { models: ['ink'], modelMemory: [{ ...mib('ink', 20_000), gpus: 2 }] };
  const linked = ['GPU-1', 'GPU-2'].map((id) => ({ ...device(id, 24), fabric: 'linked' }));
  const { runnerId: wide } = await records.joinRunner(draws('wide', { ...told, devices: linked }));
  await order(opened, [drawing('first', 'ink', onGpu), drawing('second', 'ink', onGpu)]);
  assert.equal((await leaseOf(opened, wide)).devices?.length, 2);
  const { runnerId: single } = await records.joinRunner(draws('single', { ...told, devices: [device('GPU-3', 24)] }));
  assert.deepEqual(await records.leaseTasks({ runnerId: single, max: 1, leaseMs: 20_000 }), []);
  await records.leaveRunner(wide);
  for (const _ of ['first', 'second']) {
    const lease = await leaseOf(opened, single);
    assert.deepEqual(lease.devices, ['GPU-3']);
    await records.completeTask(done(single, lease));
  }
});

test('a task of two GPUs is given both of one fabric together, with what is to leave either, and waits for both', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const drill = (key: string, gpus: number): Task =>
    task(key, { kind: 'drill', version: 1, payload: { seed: 1, durationMs: 1, bytes: 1, inputs: [], gpus } } as unknown as Partial<Task>);
  const devices = ['GPU-1', 'GPU-2', 'GPU-3'].map((id) => ({ ...device(id, 24), fabric: id === 'GPU-1' ? 'alone' : 'linked' }));
  const drills = { kinds: ['drill'], versions: { drill: 1 }, toolchain: { generate: onGpu } } as const;
  const { runnerId } = await records.joinRunner(draws('three', { models: [], devices, ...drills }));
  await order(opened, [drill('one', 1), drill('two', 1), drill('three', 1)]);
  const alone = await until(async () => {
    const found = await records.leaseTasks({ runnerId, max: 9, leaseMs: 20_000 });
    return found.length > 0 && found;
  }, 'leases');
  assert.deepEqual(
    alone.map((lease) => lease.devices?.length),
    [1, 1, 1],
  );
  await order(opened, [drill('both', 2)]);
  const linked = alone.filter((lease) => lease.devices?.[0] !== 'GPU-1');
  for (const lease of linked.slice(0, 1)) await records.completeTask(done(runnerId, lease));
  const reason = await until(async () => (await records.queue({ workspaceId: defaultWorkspace, limit: 9 }))[0]?.reason, 'the standing');
  assert.match(reason, /^2 devices of .* are kept for it/);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 9, leaseMs: 20_000 }), []);
  for (const lease of linked.slice(1)) await records.completeTask(done(runnerId, lease));
  const both = await leaseOf(opened, runnerId);
  assert.deepEqual([both.task.key, [...(both.devices ?? [])].sort()], ['both', ['GPU-2', 'GPU-3']]);
});
