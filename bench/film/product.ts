import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@filmwright/contracts';
import { bareEncode, dropFrames } from './bare-encode.ts';
import { composedFrames } from './composed-frames.ts';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';

const example = join(import.meta.dirname, '../../examples/aurora.yaml');

/**
 * The sample product film against bare encodes of its frames, in turn. A first build brings uploads and cut-outs; in every counted round
 * all speech, sound and pictures are made anew, since each narration has a word more.
 */
export async function productBench(rounds: number): Promise<void> {
  const home = benchHome();
  await naturalVoice(home);
  const { child } = await serve(home);
  try {
    const ratios: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const document = join(home, `round-${round}.yaml`);
      await writeFile(document, cold(await aurora(), round));
      const made = await filmwright(home, ['make', document, '--out', join(home, `out-${round}`)]);
      const report = JSON.parse(await readFile(made.report, 'utf8')) as Report;
      const { fps } = report.master;
      const frames = await composedFrames(home, { build: made.build });
      const bare = await bareEncode(frames, { preset: 'medium', crf: 20, gopFrames: fps * 4, threads: 2 });
      await dropFrames(frames);
      const wall = made.wallMs / 1000;
      if (round > 0) ratios.push(wall / bare.best);
      const speech = report.stages.find((stage) => stage.stage === 'speak')?.wallMs ?? 0;
      process.stdout.write(
        `product ${round === 0 ? 'first build' : round}: ${(report.durationMs / 1000).toFixed(1)} s of film, ${made.tasks.run} tasks run in ${wall.toFixed(1)} s (speech ${(speech / 1000).toFixed(1)} s), bare ${bare.best.toFixed(1)} s (one ${bare.one.toFixed(1)}, split ${bare.split.toFixed(1)}): ratio ${(wall / bare.best).toFixed(2)}\n`,
      );
    }
    process.stdout.write(`product: median ratio ${median(ratios).toFixed(2)} (wanted at most 1.3, aim 1.15)\n`);
  } finally {
    await end(child);
    await removeHome(home);
  }
}

/** Installs the voice that `npm run film` offers; without it the film is spoken by a plain program, and the bench says so. */
async function naturalVoice(home: string): Promise<void> {
  const installed = await filmwright(home, ['voices', 'install', 'joe']).then(
    () => true,
    () => false,
  );
  process.stdout.write(
    `product: spoken by ${installed ? 'the natural voice joe' : 'a plain speech program; joe could not be installed'}\n`,
  );
}

/** The sample film with paths that hold from anywhere. */
export async function aurora(): Promise<string> {
  return (await readFile(example, 'utf8')).replaceAll(/: (art|sound)\//g, `: ${join(example, '..')}/$1/`);
}

/** The film with a word more in each narration, so that nothing is spoken or encoded yet. */
export function cold(text: string, round: number): string {
  const words = ['', 'Really. ', 'Truly. ', 'Indeed. ', 'Surely. ', 'Yes. ', 'Look. '];
  return text.replaceAll(/^( {2}(?:opening|detailText|featuresText|placeText|closing): )/gm, `$1${words[round % words.length] ?? ''}`);
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
