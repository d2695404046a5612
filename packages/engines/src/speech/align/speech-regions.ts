import { frameMs } from './mel-features.ts';

/** A stretch of sound, in milliseconds. */
export type Region = { readonly startMs: number; readonly endMs: number };

const shortestPauseMs = 80;

/** Where a sound is silent for at least 80 ms: frames nearer to its quietest than to its loud parts, and at least 30 dB under the latter's level when it has no noise. */
export function silentRegions(energyDb: Float32Array): readonly Region[] {
  const sorted = Float32Array.from(energyDb).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -100;
  const loud = at(0.9);
  const floor = Math.max(at(0.03), loud - 60);
  const level = Math.min(loud - 18, Math.max(floor + 6, floor + (loud - floor) * 0.3));
  const regions: Region[] = [];
  let start: number | null = null;
  for (let frame = 0; frame <= energyDb.length; frame++) {
    const silent = frame < energyDb.length && (energyDb[frame] ?? 0) < level;
    if (silent) start ??= frame;
    else if (start !== null) {
      // A window reaches 25 ms: sound starts inside the first frame above the level.
      const region = { startMs: start * frameMs + (start === 0 ? 0 : 10), endMs: frame * frameMs + 10 };
      if (region.endMs - region.startMs >= shortestPauseMs) regions.push(region);
      start = null;
    }
  }
  return regions;
}
