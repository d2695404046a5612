import type { TokenTime } from '@filmwright/contracts';
import { frameMs } from './mel-features.ts';
import type { Region } from './speech-regions.ts';
import type { TimeWarp } from './warp-time.ts';

type Span = { readonly startMs: number; readonly endMs: number };
/** How far a word's edge may move to the edge of a pause. */
const snapMs = 140;

/** Times of words in the sound from their times in the reference, along a warp; null stays null. */
export function carriedTimes(times: readonly TokenTime[], { first, last }: Pick<TimeWarp, 'first' | 'last'>): readonly TokenTime[] {
  const rows = first.length;
  const row = (ms: number): number => Math.min(rows - 1, Math.max(0, Math.round(ms / frameMs)));
  const start = (ms: number): number => (first[row(ms)] ?? 0) * frameMs;
  const end = (ms: number): number => ((last[Math.max(0, row(ms) - 1)] ?? 0) + 1) * frameMs;
  return times.map((time) => time && { startMs: start(time.startMs), endMs: Math.max(start(time.startMs), end(time.endMs)) });
}

/** For every word the median of several timings: one that went astray does not count. */
export function medianTimes(timings: readonly (readonly TokenTime[])[]): readonly TokenTime[] {
  const middle = (values: readonly number[]): number => {
    const sorted = [...values].sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    const upper = sorted[half] ?? 0;
    return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
  };
  return (timings[0] ?? []).map((_, index) => {
    const times = timings.flatMap((timing) => timing[index] ?? []);
    return times.length === 0
      ? null
      : { startMs: middle(times.map((time) => time.startMs)), endMs: middle(times.map((time) => time.endMs)) };
  });
}

/**
 * Words with their edges moved to pauses: a word starts where a pause near its start ends and ends where one near its end begins; no word lies
 * in silence, overlaps the next or is shorter than 20 ms (where there is room).
 */
export function snapToPauses(
  times: readonly TokenTime[],
  { pauses, lengthMs }: { readonly pauses: readonly Region[]; readonly lengthMs: number },
): readonly TokenTime[] {
  const spoken = times.flatMap((time, index) => (time === null ? [] : [{ index, ...time }]));
  for (const pause of pauses) {
    // The gap between two words that lies nearest to the pause becomes the pause.
    let best: { readonly behind: number; readonly apart: number } | null = null;
    for (let behind = 0; behind <= spoken.length; behind++) {
      const end = spoken[behind - 1]?.endMs ?? -Infinity;
      const start = spoken[behind]?.startMs ?? Infinity;
      const gapStart = Math.min(end, start);
      const gapEnd = Math.max(end, start);
      const apart = Math.max(pause.startMs - gapEnd, gapStart - pause.endMs, 0) + distanceOfEdges({ gapStart, gapEnd, pause });
      if (best === null || apart < best.apart) best = { behind, apart };
    }
    if (best === null) continue;
    const before = spoken[best.behind - 1];
    const after = spoken[best.behind];
    const overlaps = Math.max(pause.startMs - (after?.startMs ?? lengthMs), (before?.endMs ?? 0) - pause.endMs);
    if (overlaps > snapMs) continue;
    if (before && before.startMs < pause.startMs && Math.abs(before.endMs - pause.startMs) < snapMs * 3) before.endMs = pause.startMs;
    if (after && after.endMs > pause.endMs && Math.abs(after.startMs - pause.endMs) < snapMs * 3) after.startMs = pause.endMs;
  }
  const out: (Span | null)[] = times.map(() => null);
  let last = 0;
  spoken.forEach((word, at) => {
    const next = spoken[at + 1]?.startMs ?? lengthMs;
    const startMs = Math.min(Math.max(word.startMs, last), lengthMs);
    const endMs = Math.min(lengthMs, Math.max(startMs + 20, Math.min(word.endMs, Math.max(next, startMs + 20))));
    out[word.index] = { startMs, endMs };
    last = endMs;
  });
  return out;
}

function distanceOfEdges({
  gapStart,
  gapEnd,
  pause,
}: {
  readonly gapStart: number;
  readonly gapEnd: number;
  readonly pause: Region;
}): number {
  const start = Number.isFinite(gapStart) ? Math.abs(pause.startMs - gapStart) : 0;
  const end = Number.isFinite(gapEnd) ? Math.abs(pause.endMs - gapEnd) : 0;
  return Math.min(start, end);
}
