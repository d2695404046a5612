import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@filmwright/contracts';
import { bareEncode, dropFrames } from './bare-encode.ts';
import { composedFrames } from './composed-frames.ts';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';

const example = join(import.meta.dirname, '../../examples/aurora.yaml');

/** The sample product film against bare encodes of its frames, in turn. Speech is cold in every round: the task keys differ by the film's pause. */
export async function productBench(rounds: number): Promise<void> {
  const home = benchHome();
  const { child } = await serve(home);
  try {
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const document = join(home, `round-${round}.yaml`);
      const text = (await readFile(example, 'utf8')).replaceAll(/: (art|sound)\//g, `: ${join(example, '..')}/$1/`);
      await writeFile(document, cold(text, round));
      const made = await filmwright(home, ['make', document, '--out', join(home, `out-${round}`)]);
      const report = JSON.parse(await readFile(made.report, 'utf8')) as Report;
      const { fps } = report.master;
      const frames = await composedFrames(home, made.build);
      const bare = await bareEncode(frames, { preset: 'medium', crf: 20, gopFrames: fps * 4, threads: 2 });
      await dropFrames(frames);
      const wall = made.wallMs / 1000;
      ratios.push(wall / bare.best);
      const speech = report.stages.find((stage) => stage.stage === 'speak')?.wallMs ?? 0;
      process.stdout.write(
        `product ${round + 1}: ${(report.durationMs / 1000).toFixed(1)} s of film, build ${wall.toFixed(1)} s (speech ${(speech / 1000).toFixed(1)} s), bare ${bare.best.toFixed(1)} s (one ${bare.one.toFixed(1)}, split ${bare.split.toFixed(1)}): ratio ${(wall / bare.best).toFixed(2)}\n`,
      );
    }
    process.stdout.write(`product: median ratio ${median(ratios).toFixed(2)} (wanted at most 1.3, aim 1.15)\n`);
  } finally {
    await end(child);
    await removeHome(home);
  }
}

/** The film with a word more in each narration, so that nothing is spoken or encoded yet. */
function cold(text: string, round: number): string {
  const words = ['', 'Really. ', 'Truly. ', 'Indeed. ', 'Surely. '];
  return text.replaceAll(/^( {2}(?:opening|detailText|featuresText|placeText|closing): )/gm, `$1${words[round % words.length] ?? ''}`);
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
