import type { ModelCard, ModelFigures } from '@filmwright/contracts';
import { peakRamMib, vramMib } from './process-memory.ts';

/** A model as it is worked with to be measured: loaded with the first run. */
export type Trial = {
  /** What one run is. */
  readonly step: string;
  readonly run: () => Promise<void>;
  readonly pids: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
};
/** What one load and its runs took; times in ms, memory in MiB. `loadMs` is what the runs up to the last warm-up took beyond a warm one. */
export type Round = Pick<ModelFigures, 'stepMs' | 'unloadMs' | 'ramMib' | 'vramMib'> & { readonly loadMs: number };

/** Runs a model that is not loaded yet, warms it up as its card says, runs it once more and unloads it, whatever fails. */
export async function measureRound(trial: Trial, { warmUpRuns = 0 }: Pick<ModelCard, 'warmUpRuns'>): Promise<Round> {
  try {
    let firstMs = await timed(trial.run);
    for (let run = 0; run < warmUpRuns; run++) firstMs += await timed(trial.run);
    const stepMs = await timed(trial.run);
    const memory = await Promise.all(
      (await trial.pids()).map(async (pid) => ({ ram: (await peakRamMib(pid)) ?? 0, vram: await vramMib(pid) })),
    );
    const sum = (of: 'ram' | 'vram'): number => memory.reduce((total, each) => total + each[of], 0);
    const unloadMs = await timed(trial.close);
    const loadMs = Math.max(0, firstMs - (1 + warmUpRuns) * stepMs);
    return { loadMs, stepMs, unloadMs, ramMib: sum('ram'), vramMib: sum('vram') };
  } finally {
    await trial.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
