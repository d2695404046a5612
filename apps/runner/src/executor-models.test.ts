import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openFolderBlobs } from '@filmwright/blobs';
import { modelRef, needsOf, singleModels, type Task, taskKinds } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { encodePng } from '@filmwright/engines/onnx/png';
import type { Reply, Request } from './messages.ts';
import { processTree } from './process-tree.ts';
import { asking, openExecutor } from './testing/open-executor.ts';

test('an executor keeps a model of pictures loaded from task to task, and tells that it does and what loading took; both keep compiled code though they are killed', async (t) => {
  const compiled = mkdtempSync(join(tmpdir(), 'filmwright-compiled-'));
  const { NODE_COMPILE_CACHE = '' } = process.env;
  t.after(() => {
    Object.assign(process.env, { NODE_COMPILE_CACHE });
    rmSync(compiled, { recursive: true });
  });
  process.env['NODE_COMPILE_CACHE'] = compiled;
  const { home, blobs, executor } = await openExecutor(t);
  const path = join(home, 'picture.png');
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1', path]);
  const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
  const { card } = await installedModel({ name: 'selfie-segmentation', home });
  const payload = { media: digest, clip: null, models: [modelRef(card)] };
  const base = { key: 'sha256-look', kind: 'find-subject', version: taskKinds['find-subject'].version, toolchain: '', payload } as const;
  const task: Task = { ...base, estimateMs: 1000, rank: 0, inputs: [digest] };
  const first = await executor.run(task, asking());
  assert.deepEqual(executor.held, singleModels(needsOf(task).model ?? ''));
  const second = await executor.run(task, asking());
  assert.ok(first.type === 'done' && second.type === 'done');
  assert.deepEqual(second.output, first.output);
  assert.ok(first.loadMs > 0 && first.loadMs <= first.wallMs);
  assert.equal(second.loadMs, 0);
  t.diagnostic(
    `loading took ${Math.round(first.loadMs)} of ${Math.round(first.wallMs)} ms; held, the same took ${Math.round(second.wallMs)} ms`,
  );
  executor.close();
  assert.deepEqual(executor.held, [], 'what a process held is gone with it');
  const kept = readdirSync(compiled, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const text = kept.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('');
  for (const only of ['createHeldModels((held)', 'enableCpuMemArena']) assert.ok(text.includes(only), `${only} in ${kept.length} files`);
});

test('a model that does not answer within what its task allows is said to be stuck, and the executor does the next task with a new process of it', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-executor-'));
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  const path = join(home, 'picture.png');
  writeFileSync(path, await encodePng({ width: 16, height: 16, rgba: new Uint8Array(16 * 16 * 4).fill(90) }));
  const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
  const { card } = await installedModel({ name: 'selfie-segmentation', home });
  const payload = { media: digest, clip: null, models: [modelRef(card)] };
  const base = { key: 'sha256-look', kind: 'find-subject', version: taskKinds['find-subject'].version, toolchain: '', payload } as const;
  const task: Task = { ...base, estimateMs: 1000, rank: 0, inputs: [digest] };
  const child = fork(fileURLToPath(new URL('./executor-main.ts', import.meta.url)), [String(process.pid)], {
    env: { ...process.env, FILMWRIGHT_HOME: home },
    serialization: 'advanced',
  });
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
    rmSync(home, { recursive: true });
  });
  const ends = new Set(['done', 'failed']);
  const run = async (answerMs: number): Promise<Reply> => {
    child.send({ type: 'run', task, answerMs } satisfies Request);
    for await (const [reply] of on(child, 'message', { ...asking(), close: ['close'] }) as AsyncIterable<[Reply]>)
      if (ends.has(reply.type)) return reply;
    throw new Error('the executor ended');
  };
  assert.equal((await run(20_000)).type, 'done');
  const model = processTree(child.pid as number).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('model-child'));
  process.kill(model?.pid as number, 'SIGSTOP');
  const failed = await run(300);
  assert.ok(failed.type === 'failed');
  assert.deepEqual([failed.problem.code, failed.problem.retryable], ['task-stuck', true], failed.problem.detail);
  assert.match(failed.problem.detail, /model selfie-segmentation did not answer within 0.3 s/);
  await installedModel({ name: modelRef(card), home });
  assert.equal((await run(20_000)).type, 'done');
});

test('an executor has a process for the GPUs that a task has to itself, all of them, and another for others', async (t) => {
  const { executor } = await openExecutor(t);
  const payload = { seed: 1, durationMs: 1, bytes: 1, inputs: [] };
  const base = { key: 'sha256-drill', kind: 'drill', version: taskKinds.drill.version, toolchain: '', payload } as const;
  const task: Task = { ...base, estimateMs: 1, rank: 0, inputs: [] };
  const seen: (readonly string[])[] = [];
  for (const devices of [['GPU-1'], undefined, ['GPU-1', 'GPU-2']]) {
    await executor.run(task, { ...asking(), devices });
    seen.push(executor.devices);
  }
  assert.deepEqual(seen, [['GPU-1'], ['GPU-1'], ['GPU-1', 'GPU-2']]);
  const child = processTree(process.pid).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('executor-main'));
  assert.match(readFileSync(`/proc/${child?.pid}/environ`, 'utf8'), /\0?CUDA_VISIBLE_DEVICES=GPU-1,GPU-2\0/);
});

test('an executor unloads the models that it is told to, those that ran last too, keeps the others, and goes on', async (t) => {
  const { home, executor } = await openExecutor(t);
  const drillOf = (name: string): Task => {
    const payload = { seed: 1, durationMs: 1, bytes: 1, inputs: [], model: { name, loadMs: 1 } };
    const base = { key: `sha256-${name}`, kind: 'drill', version: taskKinds.drill.version, toolchain: '', payload } as const;
    return { ...base, estimateMs: 1, rank: 0, inputs: [] };
  };
  const { card } = await installedModel({ name: 'backdrops', home });
  const drawn = { ...{ prompt: 'red', negativePrompt: null, seed: 3, steps: 1, guidance: 1, width: 16, height: 16, frames: 1, rate: 4 } };
  const payload = { ...drawn, model: modelRef(card), closing: 'loop', picture: null, strength: 1 } as const;
  const base = { key: 'sha256-drawn', kind: 'generate', version: taskKinds.generate.version, toolchain: '', payload } as const;
  const drawing: Task = { ...base, estimateMs: 1000, rank: 0, inputs: [] };
  const name = needsOf(drawing).model as string;
  for (const task of [drillOf('a'), drillOf('b'), drawing]) await executor.run(task, asking());
  assert.deepEqual([...executor.held].sort(), ['model a', 'model b', name]);
  await executor.unload([name, 'model b', 'model c']);
  assert.deepEqual(executor.held, ['model a']);
  const models = processTree(process.pid).filter(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('diffusion-child'));
  assert.deepEqual(models, [], 'its process is gone');
  const again = await executor.run(drawing, asking());
  assert.ok(again.type === 'done' && again.loadMs > 0);
  assert.deepEqual([...executor.held].sort(), ['model a', name]);
});

test('models on a GPU stay loaded while nothing asks for them, until they are unloaded; those of the processors go with their idle process', async (t) => {
  const { executor } = await openExecutor(t, { idleMs: 200, deviceIdleMs: 2 ** 40 });
  const drillOf = (name: string): Task => {
    const payload = { seed: 1, durationMs: 1, bytes: 1, inputs: [], model: { name, loadMs: 1 } };
    const base = { key: `sha256-${name}`, kind: 'drill', version: taskKinds.drill.version, toolchain: '', payload } as const;
    return { ...base, estimateMs: 1, rank: 0, inputs: [] };
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let looks = 0; !holds(); looks++) {
      assert.ok(looks < 1500, 'waited too long');
      await sleep(10);
    }
  };
  await executor.run(drillOf('a'), asking());
  await until(() => executor.idleSinceMs === null && executor.held.length === 0);
  await executor.run(drillOf('a'), { ...asking(), devices: ['GPU-1'] });
  await sleep(600);
  assert.deepEqual([executor.devices, executor.held], [['GPU-1'], ['model a']]);
  await executor.unload(['model a']);
  await until(() => executor.devices.length === 0);
  // Who was told how long has it so.
  const { executor: told } = await openExecutor(t, { deviceIdleMs: 100 });
  await told.run(drillOf('b'), { ...asking(), devices: ['GPU-1'] });
  await until(() => told.held.length === 0);
});
