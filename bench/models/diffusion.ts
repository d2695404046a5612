// Denoising steps a second of the engine against the same network in Python's onnxruntime, turn by turn in one run, and what the engine adds around them.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openDiffusionEngine } from '../../packages/engines/src/diffusion/index.ts';
import { openReference } from './open-reference.ts';

const folder = process.env['DIFFUSION_MODEL'] ?? fileURLToPath(new URL('../../packages/engines/models/backdrops', import.meta.url));
const threads = Number(process.env['THREADS'] ?? 1);
const rounds = Number(process.env['ROUNDS'] ?? 5);
const cases = [
  { name: 'clip 64x64x8', width: 64, height: 64, frames: 8, steps: 20 },
  { name: 'clip 128x64x8', width: 128, height: 64, frames: 8, steps: 12 },
  { name: 'still 128x128', width: 128, height: 128, frames: 1, steps: 20 },
];
const latentPixels = 4;

// The best round of each side: other work on the machine only takes away.
const best = (values: readonly number[]): number => Math.max(...values);
const least = (values: readonly number[]): number => Math.min(...values);
const reference = await openReference('diffusion-reference.py', [folder, String(threads)]);

const engine = openDiffusionEngine({ threads, provider: 'cpu' });
const model = { name: 'backdrops', folder, revision: 'bench' };
const rows: Record<string, unknown>[] = [];
try {
  for (const { name, ...shape } of cases) {
    const request = { ...shape, prompt: 'dark blue and gold waves', seed: 1, guidance: 3 };
    const ours: number[] = [];
    const theirs: number[] = [];
    const oursCpu: number[] = [];
    const theirsCpu: number[] = [];
    const added: number[] = [];
    const decoded: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const dims = [1, 4, shape.frames, shape.height / latentPixels, shape.width / latentPixels];
      const told = await reference.ask({ steps: shape.steps, dims });
      const start = performance.now();
      const made = await engine.generate(model, request);
      const { load, text, steps, decode } = made.timesMs;
      const around = performance.now() - start - load - text - steps - decode;
      // The first round warms both up.
      if (round === 0) continue;
      theirs.push(shape.steps / told.seconds);
      theirsCpu.push(shape.steps / told.cpuSeconds);
      oursCpu.push((made.stepsRun / made.timesMs.stepsCpu) * 1000);
      ours.push((made.stepsRun / steps) * 1000);
      added.push(around);
      decoded.push(decode);
    }
    rows.push({
      name,
      steps: shape.steps,
      ourStepsPerSecond: Number(best(ours).toFixed(2)),
      pythonStepsPerSecond: Number(best(theirs).toFixed(2)),
      ratio: Number((best(ours) / best(theirs)).toFixed(3)),
      // The same in processor time, which other work on the machine does not stretch.
      ourStepsPerCpuSecond: Number(best(oursCpu).toFixed(2)),
      pythonStepsPerCpuSecond: Number(best(theirsCpu).toFixed(2)),
      cpuRatio: Number((best(oursCpu) / best(theirsCpu)).toFixed(3)),
      addedMs: Number(least(added).toFixed(1)),
      decodeMs: Number(least(decoded).toFixed(1)),
    });
    process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
} finally {
  reference.end();
  await engine.dispose();
}
const date = new Date().toISOString().slice(0, 10);
const results = new URL('./results/', import.meta.url);
await mkdir(results, { recursive: true });
const written = { date, device: `${cpus()[0]?.model} x${cpus().length}`, threads, rounds, pythonOnnxruntime: reference.version, rows };
await writeFile(new URL(`diffusion-${date}.json`, results), `${JSON.stringify(written, null, 2)}\n`);
