import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FilmwrightError, modelRef, needsOf, type Output, type Payload, type Task, taskKinds } from '@filmwright/contracts';
import { installedModel, revisionOf } from '@filmwright/engines/models/model-shelf';
import { encodePng } from '@filmwright/engines/onnx/png';
import { processTree } from '../process-tree.ts';
import { asking, openExecutor } from '../testing/open-executor.ts';

const steps = 12;

async function taskOf(home: string, changes: Partial<Payload<'generate'>> = {}): Promise<Task> {
  const { card } = await installedModel({ name: 'backdrops', home });
  const payload: Payload<'generate'> = {
    ...{ model: modelRef(card), prompt: 'violet aurora', negativePrompt: null, seed: 3, steps, guidance: 2 },
    ...{ width: 64, height: 48, frames: 3, rate: 4, closing: 'loop', picture: null, strength: 1 },
    ...changes,
  };
  const base = { key: 'sha256-drawn', kind: 'generate', version: taskKinds.generate.version, toolchain: '', payload } as const;
  return { ...base, estimateMs: 2000, rank: 0, inputs: [] };
}

const drawn = (done: { readonly type: string; readonly output?: unknown }): Output<'generate'> => {
  assert.equal(done.type, 'done');
  return done.output as Output<'generate'>;
};
/** Whoever is killed while writing one leaves a part of it, which the next one overwrites. */
const checkpointsIn = (home: string): readonly string[] => readdirSync(join(home, 'checkpoints')).filter((name) => !name.endsWith('.part'));
/** Percent of an attempt of which about half of the steps are done, and three quarters. */
const half = 46;
const late = 69;
/** The process that holds the model of an executor of this test. */
function enginePid(): number {
  const engine = processTree(process.pid).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('diffusion-child'));
  assert.ok(engine, 'a model is loaded');
  return engine.pid;
}

let whole: Output<'generate'>;
before(async () => {
  const ends: (() => unknown)[] = [];
  const { home, executor } = await openExecutor({ after: (end) => void ends.push(end as () => unknown) });
  try {
    const task = await taskOf(home);
    whole = drawn(await executor.run(task, asking()));
    assert.deepEqual(executor.held, [needsOf(task).model]);
    assert.deepEqual([whole.width, whole.height, whole.frames, whole.rate, whole.seed], [64, 48, 4, 4, 3]);
    assert.deepEqual([whole.credit.licence, `model ${whole.credit.revision}`, whole.notices], ['CC0-1.0', needsOf(task).model, []]);
    assert.deepEqual(checkpointsIn(home), [], 'no checkpoint is left of what is done');
  } finally {
    for (const end of ends) await end();
  }
});

test('cancelled in the middle of a step the slot is free with nothing left running; the next attempt goes on, through a kill -9 of its engine, to the same bytes', async (t) => {
  const { home, executor } = await openExecutor(t);
  const cancel = new AbortController();
  let atMs = 0;
  const cancelAtHalf = (percent: number): void => {
    if (percent < half || cancel.signal.aborted) return;
    atMs = performance.now();
    cancel.abort(new Error('cancelled'));
  };
  const task = await taskOf(home);
  await assert.rejects(executor.run(task, { ...asking(), signal: cancel.signal, onPercent: cancelAtHalf }), /cancelled/);
  t.diagnostic(`the slot was free ${Math.round(performance.now() - atMs)} ms after the task was cancelled`);
  assert.throws(enginePid);
  assert.deepEqual(checkpointsIn(home), [task.key]);
  const told: number[] = [];
  let killed = false;
  const onPercent = (percent: number): void => {
    told.push(percent);
    if (percent < late || killed) return;
    killed = true;
    process.kill(enginePid(), 'SIGKILL');
  };
  assert.deepEqual([drawn(await executor.run(task, { ...asking(), onPercent })), killed], [whole, true]);
  assert.ok((told[0] ?? 0) >= half, `the first step told after that was at ${told[0]} %`);
  const sorted = [...told].sort((a, b) => a - b);
  assert.deepEqual(told, sorted, 'it never went back');
});

test('killed -9 in the middle of a step, a runner leaves nothing running, and the next one goes on to the same bytes', async (t) => {
  const { home, executor } = await openExecutor(t);
  const task = await taskOf(home);
  const runner = fork(fileURLToPath(new URL('../testing/lone-runner.ts', import.meta.url)));
  t.after(() => runner.kill('SIGKILL'));
  runner.send({ home, task });
  const below = await new Promise<readonly number[]>((resolve) => {
    let tree: readonly number[] | undefined;
    runner.on('message', (percent: number) => {
      // Looked for at the first step: while it is, the drawing goes on.
      tree ??= processTree(runner.pid ?? 0).map(({ pid }) => pid);
      if (percent < half || runner.killed) return;
      runner.kill('SIGKILL');
      resolve(tree);
    });
  });
  assert.ok(below.length >= 3, `${below.length} processes: a runner, its executor, the model`);
  while (below.some((pid) => processTree(pid).length > 0)) await sleep(20);
  const told: number[] = [];
  const onPercent = (percent: number): void => void told.push(percent);
  assert.deepEqual(drawn(await executor.run(task, { ...asking(), onPercent })), whole);
  // None is told where the kill came as late as in the last step.
  assert.ok((told[0] ?? 100) >= half, `the first step told after that was at ${told[0]} %`);
  assert.deepEqual(checkpointsIn(home), []);
});

test('handed back at a step, and at the next one, it goes on elsewhere to the same bytes', async (t) => {
  const [here, there] = [await openExecutor(t), await openExecutor(t)];
  const task = await taskOf(here.home);
  let resume: unknown;
  // Asked for before it begins, so that no step is done before that is heard.
  for (const step of [1, 2]) {
    const returned = await here.executor.run(task, { ...asking(), back: AbortSignal.abort(), resume });
    assert.ok(returned.type === 'returned', `${returned.type} at step ${step}`);
    resume = returned.resume;
  }
  const told: number[] = [];
  const resumed = { ...asking(), resume, onPercent: (percent: number) => void told.push(percent) };
  assert.deepEqual(drawn(await there.executor.run(task, resumed)), whole);
  assert.ok((told[0] ?? 0) >= (half * 3) / (steps / 2), `the first step told there was at ${told[0]} %`);
});

/** Puts a model on a home's shelf whose denoiser is one of the faulty ones among the fixtures. */
async function addBroken(home: string, fault: 'nan' | 'opset' | 'shape' | 'memory'): Promise<string> {
  const fixtures = fileURLToPath(new URL('../../../../packages/engines/src/diffusion/fixtures', import.meta.url));
  const { card: sound } = await installedModel({ name: 'backdrops', home });
  const staged = join(home, 'staged', fault);
  await cp(join(fixtures, 'plain'), staged, { recursive: true });
  await cp(join(fixtures, 'clip'), join(staged, 'tokenizer'), { recursive: true });
  await cp(join(fixtures, 'plain', fault), join(staged, 'unet'), { recursive: true });
  const parts = ['model_index.json', 'scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae_decoder', 'vae_encoder'];
  const paths = (await readdir(staged, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(staged, join(entry.parentPath, entry.name)))
    .filter((path) => parts.includes(path.split('/')[0] ?? ''));
  const files = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(join(staged, path));
      return { path, bytes: bytes.length, digest: `sha256-${createHash('sha256').update(bytes).digest('hex')}` };
    }),
  );
  const { builtIn: _, revision: __, ...card } = { ...sound, name: `faulty-${fault}`, files };
  const whole = { ...card, revision: revisionOf(card) };
  const place = join(home, 'models', whole.name, modelRef(whole).split('@')[1] ?? '');
  for (const path of paths) await cp(join(staged, path), join(place, 'files', path));
  await writeFile(join(place, 'card.json'), JSON.stringify(whole));
  return modelRef(whole);
}

test('a model that gives no numbers or another shape, or was made for a newer runtime, fails its task alone, is marked and offered no more; one that wants too much memory is not; the next task draws', async (t) => {
  const { home, executor } = await openExecutor(t);
  const faults = [
    { fault: 'nan', code: 'program-failed', message: /The model faulty-nan gave NaN in place of a number.*verify the model/ },
    { fault: 'shape', code: 'program-failed', message: /The denoiser gave the shape/ },
    { fault: 'opset', code: 'model-unavailable', message: /cannot be loaded: .*made for a newer runtime/s },
    { fault: 'memory', code: 'out-of-memory', message: /not enough memory for the model faulty-memory/ },
  ] as const;
  for (const { fault, code, message } of faults) {
    const model = await addBroken(home, fault);
    const bad = await taskOf(home, { model, width: 32, height: 16, frames: 1, steps: 2 });
    const failure = await executor.run(bad, asking()).catch((error: unknown) => error);
    assert.ok(failure instanceof FilmwrightError);
    assert.deepEqual([failure.code, failure.retryable], [code, code === 'out-of-memory']);
    assert.match(failure.message, message);
    const onShelf = installedModel({ name: model, home });
    if (code === 'out-of-memory') assert.equal((await onShelf).ref, model);
    else await assert.rejects(onShelf, /faulty-.* is broken: /);
  }
  const endless = await taskOf(home, { prompt: 'waves '.repeat(300), frames: 1, steps: 2 });
  const { notices } = drawn(await executor.run(endless, asking()));
  assert.match(notices.join(), /left out/);
});

test('what lies behind the clear pixels of a picture does not show in what is drawn from it', async (t) => {
  const { home, executor, blobs } = await openExecutor(t);
  const size = { width: 32, height: 16 };
  const drawnFrom = async (hidden: number): Promise<string> => {
    const rgba = new Uint8Array(size.width * size.height * 4);
    // The right half is seen, its first column by half.
    for (let at = 0; at < rgba.length; at += 4) {
      const x = (at / 4) % size.width;
      rgba.set(x < 16 ? [hidden, 0, hidden, 0] : [200, 80, 40, x === 16 ? 128 : 255], at);
    }
    const path = join(home, `${hidden}.png`);
    await writeFile(path, await encodePng({ ...size, rgba }));
    const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
    const payload = { picture: digest, strength: 0.5, frames: 1, steps: 2, width: 16, height: 16 };
    const task = { ...(await taskOf(home, payload)), key: `sha256-from-${hidden}` };
    return drawn(await executor.run(task, asking())).asset.digest;
  };
  assert.equal(await drawnFrom(255), await drawnFrom(0));
});
