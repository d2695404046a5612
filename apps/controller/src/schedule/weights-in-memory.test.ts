import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, type ModelFigures, type RunnerOffer, type Task, taskKinds } from '@filmwright/contracts';
import { done, leaseOf, offer, order, scheduledServer, start, task, until } from './testing/scheduling.ts';

const server = scheduledServer();

const { version } = taskKinds.generate;
const onGpu = 'ffmpeg 7.1 onnxruntime 1.30.0 cuda sm_90';
const ink = 'model ink@1';
const figures: ModelFigures = {
  ...{ name: ink, coldMs: 56_000, warmMs: 4000, stepMs: 10, step: 'a step', unloadMs: 100, ramMib: 10, vramMib: 15_000 },
  ...{ coldIsCold: true, device: 'cuda sm_90', measuredAt: '2026-01-01T00:00:00.000Z' },
};
const generator = {
  ...{ ref: 'ink@1', capabilities: ['text-to-image'], width: 64, height: 64, multipleOf: 8, frames: 1, rate: 1, loops: false },
  ...{ steps: 4, guidance: 1, stepMs: null },
} as unknown as NonNullable<RunnerOffer['generators']>[number];
/** A machine with one GPU that draws, of which other programs leave so much. */
const machineOf = (name: string, freeMib = 24_576) => {
  const device: Device = {
    ...{ id: `GPU-${name}`, product: 'a GPU', vramMib: 24_576, freeMib, fabric: name, slice: null, numaNode: null },
    ...{ driver: '1', cuda: '12.4' },
  };
  return offer(name, {
    ...{ kinds: ['generate'], versions: { generate: version }, slots: 1, toolchain: { generate: onGpu } },
    ...{ generators: [generator], figures: [figures], devices: [device] },
  });
};
const drawing = (key: string): Task => {
  const payload = { model: 'ink@1', prompt: key, steps: 4 };
  return task(key, { kind: 'generate', version, toolchain: onGpu, payload } as unknown as Partial<Task>);
};

test('P5: of two machines whose GPUs hold nothing the one is taken that has the weights in memory, as it told last, under a new leader too; what loading took counts for where the weights were', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const [one, two] = [await records.joinRunner(machineOf('one')), await records.joinRunner(machineOf('two', 24_000))];
  const inMemory = (runnerId: string, models: readonly string[] | null) =>
    records.noteMemory({ runnerId, memory: models && { budgetMib: 32_768, models } });
  /** Whichever is given it ends it, having loaded from where it says, and unloads it after. */
  const givenTo = async (key: string, loaded: { readonly loadMs: number; readonly loadedFrom: 'memory' | 'disk' }) => {
    await order(opened, [drawing(key)]);
    const [row] = await until(async () => {
      const rows = await sql(`select a.runner_id, a.reason from attempt a where a.key = $1`, [key]);
      return rows.length > 0 && rows;
    }, 'a grant');
    const runnerId = String(row?.['runner_id']);
    const lease = await leaseOf(opened, runnerId);
    await records.completeTask({ ...done(runnerId, lease), wallMs: loaded.loadMs + 10, ...loaded });
    await records.noteHeld({ runnerId, models: [ink], held: [{ device: lease.devices?.[0] ?? '', models: [ink] }] });
    await records.noteHeld({ runnerId, models: [], held: [] });
    return [runnerId === one.runnerId ? 'one' : 'two', String(row?.['reason']).replace(/;.*/, '')];
  };
  await inMemory(two.runnerId, [ink]);
  assert.deepEqual(await givenTo('a', { loadMs: 4000, loadedFrom: 'memory' }), ['two', 'loading the model from memory takes 4 s']);
  const shown = (await records.fleetFacts()).runners.map(({ name, hostMemory }) => [name, hostMemory?.models]);
  assert.deepEqual(shown, [
    ['one', undefined],
    ['two', [ink]],
  ]);
  await inMemory(two.runnerId, []);
  await inMemory(one.runnerId, [ink]);
  assert.deepEqual(await givenTo('b', { loadMs: 9000, loadedFrom: 'memory' }), ['one', 'loading the model from memory takes 4 s']);
  const learned = async () => (await sql(`select from learned_time where name like 'loads %memory%' and count = 2`)).length > 0;
  await until(learned, 'what was learned');
  await stopFirst();
  await inMemory(one.runnerId, []);
  await inMemory(two.runnerId, [ink]);
  start(context, opened);
  // The mean of 4 and 9 s outlived who learned it.
  assert.deepEqual(await givenTo('c', { loadMs: 7000, loadedFrom: 'memory' }), ['two', 'loading the model from memory takes 7 s']);
  // Who says that it does not know any more has nothing there.
  await inMemory(two.runnerId, null);
  // Believed to come from the disk, it came from memory: of the disk nothing is learned.
  const [, first] = await givenTo('d', { loadMs: 7000, loadedFrom: 'memory' });
  const [, second] = await givenTo('e', { loadMs: 30_000, loadedFrom: 'disk' });
  const [, third] = await givenTo('f', { loadMs: 30_000, loadedFrom: 'disk' });
  assert.deepEqual(
    [first, second, third],
    [56, 56, 30].map((s) => `loading the model from disk takes ${s} s`),
  );
});
