// Four stills drawn side by side beside the same four one after the other, turn by turn in one run, in processor time of the model's process; on a processor all bytes are compared.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Generated, openDiffusionEngine } from '../../packages/engines/src/diffusion/index.ts';

const folder = process.env['DIFFUSION_MODEL'] ?? fileURLToPath(new URL('../../packages/engines/models/backdrops', import.meta.url));
const threads = Number(process.env['THREADS'] ?? 2);
const rounds = Number(process.env['ROUNDS'] ?? 7);
const cases = [64, 112, 160].flatMap((side) => [2.5, 1].map((guidance) => ({ name: `${side}x${side} by ${guidance}`, side, guidance })));
const prompts = ['violet aurora', 'red ink', 'gold waves', 'blue bokeh'];

/** Processor time of a process so far, Linux alone: user and system in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const bytesOf = ({ frames }: Generated): string => Buffer.concat(frames.map(({ rgb }) => rgb)).toString('base64');

const model = { name: 'backdrops', folder, revision: 'bench' };
const rows: Record<string, unknown>[] = [];
for (const { name, side, guidance } of cases) {
  const engine = openDiffusionEngine({ threads, provider: 'cpu' });
  try {
    const drawings = prompts.map((prompt, seed) => ({ request: { prompt, seed, steps: 16, guidance, width: side, height: side } }));
    const tell = async (draw: () => Promise<readonly Generated[]>) => {
      const pid = engine.processes()[0]?.pid ?? process.pid;
      const [startMs, startCpuMs] = [performance.now(), cpuMsOf(pid)];
      const made = await draw();
      return { made, ms: performance.now() - startMs, cpuMs: cpuMsOf(pid) - startCpuMs };
    };
    const together = () => Promise.all(engine.generateTogether(model, drawings));
    const inTurn = async () => {
      const made: Generated[] = [];
      for (const { request } of drawings) made.push(await engine.generate(model, request));
      return made;
    };
    await inTurn();
    // The first batch of a shape runs everything both ways.
    const first = await tell(together);
    const ratios: { readonly cpu: number; readonly clock: number; readonly first: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const alone = await tell(inTurn);
      const batch = await tell(together);
      if (alone.made.some((one, at) => bytesOf(one) !== bytesOf(batch.made[at] as Generated))) throw new Error(`${name}: other bytes`);
      ratios.push({ cpu: batch.cpuMs / alone.cpuMs, clock: batch.ms / alone.ms, first: first.cpuMs / alone.cpuMs });
    }
    const of = (which: 'cpu' | 'clock' | 'first'): number => Number(median(ratios.map((one) => one[which])).toFixed(3));
    rows.push({ name, pictures: prompts.length, cpuRatio: of('cpu'), clockRatio: of('clock'), firstCpuRatio: of('first') });
    process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
  } finally {
    await engine.dispose();
  }
}
const date = new Date().toISOString().slice(0, 10);
const results = new URL('./results/', import.meta.url);
await mkdir(results, { recursive: true });
const loadAverage = loadavg().map((load) => Number(load.toFixed(2)));
const written = { date, device: `${cpus()[0]?.model} x${cpus().length}`, threads, rounds, loadAverage, rows };
await writeFile(new URL(`batches-${date}.json`, results), `${JSON.stringify(written, null, 2)}\n`);
