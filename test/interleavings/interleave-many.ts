import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { interleave } from './interleave.ts';

/** What many seeds led to; `faults` tells the first of those that went wrong, with their seeds. */
export type ManyInterleavings = {
  readonly count: number;
  readonly events: number;
  readonly cancelled: number;
  readonly wrong: number;
  readonly faults: readonly string[];
};
type Range = { readonly firstSeed: number; readonly count: number };

const mostTold = 5;

/** Plays the histories of so many seeds from the first on, in so many threads. */
export async function interleaveMany({ firstSeed, count, threads }: Range & { readonly threads: number }): Promise<ManyInterleavings> {
  const each = Math.ceil(count / threads);
  const parts = await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const range: Range = { firstSeed: firstSeed + index * each, count: Math.max(0, Math.min(each, count - index * each)) };
      return new Promise<ManyInterleavings>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: range });
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
  const sum = (of: (part: ManyInterleavings) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    count: sum((part) => part.count),
    events: sum((part) => part.events),
    cancelled: sum((part) => part.cancelled),
    wrong: sum((part) => part.wrong),
    faults: parts.flatMap((part) => part.faults).slice(0, mostTold),
  };
}

function play({ firstSeed, count }: Range): ManyInterleavings {
  let [events, cancelled, wrong] = [0, 0, 0];
  const told: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const found = interleave(seed);
    events += found.events;
    if (found.cancelled) cancelled++;
    if (found.faults.length > 0) wrong++;
    if (told.length < mostTold) told.push(...found.faults.slice(0, 1).map((fault) => `seed ${seed}: ${fault}`));
  }
  return { count, events, cancelled, wrong, faults: told };
}

if (!isMainThread) parentPort?.postMessage(play(workerData as Range));
