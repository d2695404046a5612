import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { modelRef, needsOf, type Output, type Payload, type Task, taskKinds } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines';
import { Executor } from '../executor.ts';
import { processTree } from '../process-tree.ts';

const steps = 12;

async function workplace(t: Pick<TestContext, 'after'>) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-generate-'));
  await openFolderBlobs({ root: join(home, 'media') });
  const executor = new Executor({ env: { FILMWRIGHT_HOME: home }, idleMs: 60_000, stuckMs: () => 60_000, workRoot: join(home, 'work') });
  t.after(async () => {
    await executor.end();
    await rm(home, { recursive: true, force: true });
  });
  return { home, executor };
}

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

const asking = () => ({
  signal: AbortSignal.timeout(60_000),
  back: new AbortController().signal,
  onPercent: (_percent: number): void => {},
});
const drawn = (done: { readonly type: string; readonly output?: unknown }): Output<'generate'> => {
  assert.equal(done.type, 'done');
  return done.output as Output<'generate'>;
};
const checkpointsIn = (home: string): readonly string[] => readdirSync(join(home, 'checkpoints'));
/** Percent of an attempt of which about half of the steps are done. */
const half = 46;
/** The process that holds the model of an executor of this test. */
function enginePid(): number {
  const engine = processTree(process.pid).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('diffusion-child'));
  assert.ok(engine, 'a model is loaded');
  return engine.pid;
}

let whole: Output<'generate'>;
before(async () => {
  const ends: (() => unknown)[] = [];
  const { home, executor } = await workplace({ after: (end) => void ends.push(end as () => unknown) });
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

test('kill -9 of the engine in the middle of drawing goes on from the last step to the same bytes', async (t) => {
  const { home, executor } = await workplace(t);
  const told: number[] = [];
  let killed = false;
  const onPercent = (percent: number): void => {
    told.push(percent);
    if (percent < half || killed) return;
    killed = true;
    process.kill(enginePid(), 'SIGKILL');
  };
  const output = drawn(await executor.run(await taskOf(home), { ...asking(), onPercent }));
  assert.deepEqual([killed, output], [true, whole]);
  const sorted = [...told].sort((a, b) => a - b);
  assert.deepEqual(told, sorted, 'it never went back');
});

test('cancelled in the middle of a step the slot is free with nothing left running, and the next attempt goes on to the same bytes', async (t) => {
  const { home, executor } = await workplace(t);
  const cancel = new AbortController();
  let atMs = 0;
  const onPercent = (percent: number): void => {
    if (percent < half || cancel.signal.aborted) return;
    atMs = performance.now();
    cancel.abort(new Error('cancelled'));
  };
  const task = await taskOf(home);
  await assert.rejects(executor.run(task, { ...asking(), signal: cancel.signal, onPercent }), /cancelled/);
  t.diagnostic(`the slot was free ${Math.round(performance.now() - atMs)} ms after the task was cancelled`);
  assert.throws(enginePid);
  assert.deepEqual(checkpointsIn(home), [task.key]);
  const told: number[] = [];
  const output = drawn(await executor.run(task, { ...asking(), onPercent: (percent) => void told.push(percent) }));
  assert.deepEqual(output, whole);
  assert.ok((told[0] ?? 0) >= half, `the first step told after that was at ${told[0]} %`);
});

test('handed back at a step it goes on elsewhere to the same bytes', async (t) => {
  const [here, there] = [await workplace(t), await workplace(t)];
  const back = new AbortController();
  const onPercent = (percent: number): void => {
    if (percent >= half) back.abort();
  };
  const task = await taskOf(here.home);
  const returned = await here.executor.run(task, { ...asking(), back: back.signal, onPercent });
  assert.ok(returned.type === 'returned');
  const told: number[] = [];
  const resumed = { ...asking(), resume: returned.resume, onPercent: (percent: number) => void told.push(percent) };
  assert.deepEqual(drawn(await there.executor.run(task, resumed)), whole);
  assert.ok((told[0] ?? 0) >= half, `the first step told there was at ${told[0]} %`);
});
