// What a runner adds around a model that draws: from the task to the model's input, from its output to the asset; and how soon a cancelled task leaves its slot.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Executor } from '../../apps/runner/src/executor.ts';
import { openFolderBlobs } from '../../packages/blobs/src/index.ts';
import { modelRef, type Payload, type Task, taskKinds } from '../../packages/contracts/src/index.ts';
import { diffusionModelOf, installedModel, openDiffusionEngine } from '../../packages/engines/src/index.ts';

const rounds = Number(process.env['ROUNDS'] ?? 5);
const home = mkdtempSync(join(tmpdir(), 'filmwright-bench-'));
await openFolderBlobs({ root: join(home, 'media') });
const shelved = await installedModel({ name: 'backdrops', home });
const payload: Payload<'generate'> = {
  ...{ model: modelRef(shelved.card), prompt: 'dark blue and gold waves', negativePrompt: null, seed: 1, steps: 24, guidance: 2.5 },
  ...{ width: 112, height: 64, frames: 8, rate: 4, closing: 'loop', picture: null, strength: 1 },
};
const base = {
  kind: 'generate',
  version: taskKinds.generate.version,
  toolchain: '',
  payload,
  estimateMs: 1000,
  rank: 0,
  inputs: [],
} as const;
const executor = new Executor({ env: { FILMWRIGHT_HOME: home }, idleMs: 600_000, stuckMs: () => 600_000, workRoot: join(home, 'work') });
const engine = openDiffusionEngine({ provider: 'cpu' });
const { steps, guidance, prompt, seed, width, height, frames } = payload;
const request = { prompt, seed, steps: steps ?? 1, guidance: guidance ?? 1, width, height, frames };

/** The least of each: other work on the machine only adds. */
const least = (values: readonly number[]): number => Math.min(...values);
const rounded = (value: number): number => Math.round(value * 10) / 10;
const [inferenceMs, taskMs, addedCpuMs, freeMs]: [number[], number[], number[], number[]] = [[], [], [], []];

function asking(onPercent: (percent: number) => void, signal: AbortSignal) {
  return { signal, back: new AbortController().signal, onPercent };
}

async function drawOnce(round: number): Promise<void> {
  const startMs = performance.now();
  const task: Task = { ...base, key: `sha256-${round}` };
  const done = await executor.run(
    task,
    asking(() => {}, AbortSignal.timeout(600_000)),
  );
  if (done.type !== 'done') throw new Error('the task was handed back');
  const tookMs = performance.now() - startMs;
  const { timesMs } = await engine.generate(diffusionModelOf(shelved), request);
  // The first round loads the model.
  if (round === 0) return;
  taskMs.push(tookMs);
  // The model's own process is counted to nobody until it ends.
  addedCpuMs.push(done.cpuMs);
  inferenceMs.push(timesMs.text + timesMs.steps + timesMs.decode);
}

async function cancelOnce(round: number): Promise<void> {
  const cancel = new AbortController();
  let atMs = 0;
  const onPercent = (percent: number): void => {
    if (percent < 40 || atMs > 0) return;
    atMs = performance.now();
    cancel.abort(new Error('cancelled'));
  };
  await executor.run({ ...base, key: `sha256-cancel-${round}` }, asking(onPercent, cancel.signal)).catch(() => {});
  freeMs.push(performance.now() - atMs);
}

try {
  for (let round = 0; round <= rounds; round++) await drawOnce(round);
  for (let round = 0; round < rounds; round++) await cancelOnce(round);
} finally {
  await executor.end();
  await engine.dispose();
  await rm(home, { recursive: true, force: true });
}
const added = Math.max(0, least(taskMs) - least(inferenceMs));
const result = {
  date: new Date().toISOString().slice(0, 10),
  device: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  /** Of the machine at the end: far above the cores, clocks say nothing. */
  loadAverage: rounded(loadavg()[0] ?? 0),
  rounds,
  inferenceMs: rounded(least(inferenceMs)),
  taskMs: rounded(least(taskMs)),
  addedMs: rounded(added),
  addedShareOfSecond: Math.round((added / 1000) * 1000) / 1000,
  addedCpuMs: rounded(least(addedCpuMs)),
  freeMs: { least: rounded(least(freeMs)), most: rounded(Math.max(...freeMs)) },
};
const folder = fileURLToPath(new URL('./results/', import.meta.url));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, `generate-${result.date}.json`), `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
