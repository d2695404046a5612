import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { modelRef } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { graphBuilder, pictureValue } from '../convert/graph-builder.ts';
import { onnxFile } from '../convert/onnx-file.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { openModelPool } from './model-pool.ts';
import { pictureProcessing } from './picture-card.ts';
import { runPictureModel } from './picture-model.ts';
import { drawPicture, invertCard } from './test-pictures.ts';

const folder = fileURLToPath(new URL('./fixtures', import.meta.url));
const processing = { ...pictureProcessing(invertCard()), file: 'invert.onnx' };
const files = invertCard().files.map((file) => ({ ...file, path: 'invert.onnx' }));
const model: InstalledModel = { card: invertCard({ processing, files }), folder };
const picture = drawPicture(10, 6, (x, y) => [x * 20, y * 40, 255, 255]);

test('a card alone is enough to run a picture-to-picture model: layout, size and padding come from it', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const result = await runPictureModel({ model, picture, pool });
  assert.deepEqual([result.width, result.height, result.channels.length], [10, 6, 3]);
  for (let y = 0; y < 6; y++) {
    for (let x = 0; x < 10; x++) {
      assert.ok(Math.abs((result.channels[0]?.[y * 10 + x] as number) - (1 - (x * 20) / 255)) < 1e-6);
      assert.ok(Math.abs((result.channels[1]?.[y * 10 + x] as number) - (1 - (y * 40) / 255)) < 1e-6);
    }
  }
  assert.ok(result.peakBytes > 10_000_000);
});

test('a model process that dies is an error for its caller, and the next call works in a new one', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  await runPictureModel({ model, picture, pool });
  const [first] = await pool.processes();
  assert.ok(first);
  const running = runPictureModel({ model, picture, pool });
  process.kill(first.pid, 'SIGKILL');
  const [outcome] = await Promise.allSettled([running]);
  if (outcome.status === 'rejected') assert.match(String(outcome.reason), /process of the model invert ended \(SIGKILL\)/);
  const again = await runPictureModel({ model, picture, pool });
  assert.equal(again.width, 10);
  const [second] = await pool.processes();
  assert.notEqual(second?.pid, first.pid);
});

test('a model process that dies before it answers says so', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  await runPictureModel({ model, picture, pool });
  const [first] = await pool.processes();
  process.kill(first?.pid as number, 'SIGSTOP');
  const running = runPictureModel({ model, picture, pool });
  process.kill(first?.pid as number, 'SIGKILL');
  await assert.rejects(running, { code: 'program-failed', message: /The next call starts it again/ });
});

test('a model that does not answer in time is ended and said by name, and the next call works in a new process', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const within = (deadlineMs: number): typeof pool => ({
    ...pool,
    run: (of, request) => pool.run(of, { ...request, deadlineMs, signal: AbortSignal.timeout(20_000) }),
  });
  await runPictureModel({ model, picture, pool });
  const [first] = await pool.processes();
  process.kill(first?.pid as number, 'SIGSTOP');
  const stuck = { code: 'task-stuck', retryable: true, message: /The model invert did not answer within 0.3 s.*next call starts it again/ };
  await assert.rejects(runPictureModel({ model, picture, pool: within(300) }), stuck);
  assert.equal(isAlive(first?.pid as number), false);
  // To start takes longer than to answer.
  assert.equal((await runPictureModel({ model, picture, pool: within(15_000) })).width, 10, 'one that answers in time is left alone');
  assert.notEqual((await pool.processes())[0]?.pid, first?.pid);
});

test('weights that are not what the card says are refused', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const digest = `sha256-${'0'.repeat(64)}`;
  const changed = { card: invertCard({ processing, files: files.map((file) => ({ ...file, digest })) }), folder };
  await assert.rejects(runPictureModel({ model: changed, picture, pool }), {
    code: 'digest-mismatch',
    message: /invert.onnx has sha256-5fb5.*models add invert/,
  });
});

test('a wrong output name is an error that lists the real ones', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const output = { ...processing.output, name: 'z' };
  const wrong = { card: invertCard({ processing: { ...processing, output }, files }), folder };
  await assert.rejects(runPictureModel({ model: wrong, picture, pool }), {
    name: 'ModelFault',
    code: 'program-failed',
    message: /invert lacks z, which its card names: it takes x and gives y\./,
  });
});

for (const [what, type, message] of [
  ['gives', ['float', 'int64'], /invert is none that can be run here: its output y holds int64, wanted float32\./],
  ['takes', ['int64', 'float'], /invert is none that can be run here: Unexpected input data type.* expected: \(tensor\(int64\)\)/],
] as const)
  test(`a model that ${what} other numbers than float32 is at fault itself, which no other try mends`, async (t) => {
    const pool = openModelPool();
    const place = await mkdtemp(join(tmpdir(), 'filmwright-whole-'));
    t.after(async () => {
      await pool.dispose();
      await rm(place, { recursive: true, force: true });
    });
    const graph = graphBuilder();
    const to = type[1] === 'int64' ? 7 : 1;
    graph.node('Cast', { inputs: ['x'], outputs: ['y'], attributes: { to: { int: to } } });
    const [x, y] = [pictureValue('x', { type: type[0] }), pictureValue('y', { type: type[1] })];
    const bytes = onnxFile({
      graph: graph.finish({ name: 'whole', inputs: [x], outputs: [y] }),
      opset: 13,
      producer: { name: 'test', version: '1' },
    });
    await writeFile(join(place, 'invert.onnx'), bytes);
    const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
    const whole = {
      card: invertCard({ processing, files: files.map((file) => ({ ...file, bytes: bytes.length, digest })) }),
      folder: place,
    };
    await assert.rejects(runPictureModel({ model: whole, picture, pool }), { name: 'ModelFault', retryable: false, message });
  });

test('a run that wants more memory than there is says so and ends its process; a new one does what the same model is asked next', async (t) => {
  const pool = openModelPool();
  const place = await mkdtemp(join(tmpdir(), 'filmwright-greedy-'));
  t.after(async () => {
    await pool.dispose();
    await rm(place, { recursive: true, force: true });
  });
  const graph = graphBuilder();
  const number = (name: string, value: number): string => graph.ints(name, { dims: [1], values: [value] });
  // As wide as there are values more than three, times a million millions, and one.
  const count = graph.step('ReduceProd', { near: 'x', inputs: [graph.step('Shape', { near: 'x', inputs: ['x'] })] });
  const more = graph.step('Sub', { near: 'x', inputs: [count, number('three', 3)] });
  const wide = graph.step('Mul', { near: 'x', inputs: [more, number('many', 1e12)] });
  graph.node('Expand', { inputs: ['x', graph.step('Add', { near: 'x', inputs: [wide, number('one', 1)] })], outputs: ['y'] });
  const whole = graph.finish({
    name: 'greedy',
    inputs: [pictureValue('x', { dims: [1, 3, 'h', 'w'] })],
    outputs: [pictureValue('y', { dims: [1, 3, 'h', 'n'] })],
  });
  const bytes = onnxFile({ graph: whole, opset: 13, producer: { name: 'test', version: '1' } });
  await writeFile(join(place, 'invert.onnx'), bytes);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  const greedy = {
    card: invertCard({ processing, files: files.map((file) => ({ ...file, bytes: bytes.length, digest })) }),
    folder: place,
  };
  const run = (height: number) =>
    pool.run(greedy, { inputs: { x: { dims: [1, 3, height, 1], data: new Float32Array(3 * height) } }, output: 'y' });
  assert.deepEqual((await run(1)).dims, [1, 3, 1, 1]);
  const [first] = await pool.processes();
  await assert.rejects(run(2), { code: 'out-of-memory', message: /not enough memory for what the model invert/ });
  assert.equal(isAlive(first?.pid as number), false);
  assert.deepEqual((await run(1)).dims, [1, 3, 1, 1]);
  assert.notEqual((await pool.processes())[0]?.pid, first?.pid);
});

test('processes end when idle unless they are to be kept, and all of them when the pool is closed', async () => {
  const idle = openModelPool({ idleMs: 0 });
  await runPictureModel({ model, picture, pool: idle });
  while ((await idle.processes()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await idle.dispose();
  const pool = openModelPool({ idleMs: Number.POSITIVE_INFINITY });
  await runPictureModel({ model, picture, pool });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [only] = await pool.processes();
  assert.ok(only && isAlive(only.pid));
  await pool.dispose();
  assert.equal(isAlive(only.pid), false);
  await assert.rejects(runPictureModel({ model, picture, pool }), { code: 'unavailable' });
});

test('a cancelled run ends with the reason given', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const control = new AbortController();
  const running = runPictureModel({ model, picture, pool, signal: control.signal });
  control.abort(new Error('no longer wanted'));
  await assert.rejects(running, /no longer wanted/);
});

test('whoever watches hears once what came into memory, how long that took, and that it left', async () => {
  const heard: string[] = [];
  const watch = {
    loaded: (name: string, tookMs: number) => heard.push(`${name} in ${tookMs > 0}`),
    dropped: (name: string) => heard.push(`${name} out`),
  };
  const pool = openModelPool({ watch });
  await runPictureModel({ model, picture, pool });
  await runPictureModel({ model, picture, pool });
  await pool.dispose();
  const name = `model ${modelRef(model.card)}`;
  assert.deepEqual(heard, [`${name} in true`, `${name} out`]);
});
