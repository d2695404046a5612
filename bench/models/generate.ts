// What a runner adds around a model that draws: from the task to the model's input, from its output to the asset; and how soon a cancelled task leaves its slot.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bordersOf } from '../../apps/runner/src/borders.ts';
import { Executor } from '../../apps/runner/src/executor.ts';
import { createHeldModels } from '../../apps/runner/src/held-models.ts';
import { runTask } from '../../apps/runner/src/run-task.ts';
import { createWorkplace } from '../../apps/runner/src/workplace.ts';
import { openFolderBlobs } from '../../packages/blobs/src/index.ts';
import { modelRef, type Payload, taskKinds } from '../../packages/contracts/src/index.ts';
import { installedModel, openDiffusionEngine } from '../../packages/engines/src/index.ts';

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
const workplace = await createWorkplace({ env: { FILMWRIGHT_HOME: home }, models: createHeldModels(() => {}), onMount: () => {} });

/** The least of each: other work on the machine only adds. */
const least = (values: readonly number[]): number => Math.min(...values);
const rounded = (value: number): number => Math.round(value * 10) / 10;
const [inferenceMs, addedMs, ownCpuMs, freeMs]: [number[], number[], number[], number[]] = [[], [], [], []];

function asking(onPercent: (percent: number) => void, signal: AbortSignal) {
  return { signal, back: new AbortController().signal, onPercent };
}

/** A whole task as an executor runs it, with what its engine says of its own work in the same run. */
async function drawOnce(round: number): Promise<void> {
  let workMs = 0;
  const watched = {
    ...engine,
    async generate(...asked: Parameters<typeof engine.generate>) {
      const made = await engine.generate(...asked);
      const { load, text, steps, decode } = made.timesMs;
      workMs = load + text + steps + decode;
      return made;
    },
  };
  const place = { ...workplace, diffusion: async () => watched, progress: () => {}, preview: () => {}, moved: () => {}, answerMs: 60_000 };
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await runTask(
    { ...base, key: `sha256-${round}` },
    {
      ...place,
      borders: bordersOf({ resume: null, asked: () => false }),
      dropped: new AbortController().signal,
    },
  );
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  // The first round loads the model.
  if (round === 0) return;
  inferenceMs.push(workMs);
  addedMs.push(tookMs - workMs);
  ownCpuMs.push((user + system) / 1000);
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
const result = {
  date: new Date().toISOString().slice(0, 10),
  device: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  /** Of the machine at the end: far above the cores, clocks say nothing. */
  loadAverage: rounded(loadavg()[0] ?? 0),
  rounds,
  inferenceMs: rounded(least(inferenceMs)),
  addedMs: rounded(least(addedMs)),
  addedShareOfSecond: Math.round(least(addedMs)) / 1000,
  ownCpuMs: rounded(least(ownCpuMs)),
  freeMs: { least: rounded(least(freeMs)), most: rounded(Math.max(...freeMs)) },
};
const folder = fileURLToPath(new URL('./results/', import.meta.url));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, `generate-${result.date}.json`), `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
