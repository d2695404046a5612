import type { Line, TokenTime } from '@filmwright/contracts';
import { millisecondsOf } from '../film/frames.ts';

/** The times of a line's words with those that a person set; a neighbour that would overlap a set word gives way to it. */
export function setWordTimes(
  times: readonly TokenTime[],
  { words, fps }: { readonly words: Line['words']; readonly fps: number },
): readonly TokenTime[] {
  if (words === undefined) return times;
  const changed: TokenTime[] = [...times];
  for (const [index, [start, end]] of Object.entries(words).map(([at, given]) => [Number(at), given] as const)) {
    const [startMs, endMs] = [millisecondsOf(start, fps), millisecondsOf(end, fps)];
    if (changed[index] == null) continue;
    changed[index] = { startMs, endMs };
    // Words without a time, such as emoji, stand between others without parting them.
    for (let at = index - 1; at >= 0; at--) {
      const time = changed[at];
      if (time != null && time.endMs <= startMs) break;
      changed[at] = within(time, { from: 0, until: startMs });
    }
    for (let at = index + 1; at < changed.length; at++) {
      const time = changed[at];
      if (time != null && time.startMs >= endMs) break;
      changed[at] = within(time, { from: endMs, until: Number.POSITIVE_INFINITY });
    }
  }
  return changed;
}

function within(time: TokenTime | undefined, { from, until }: { readonly from: number; readonly until: number }): TokenTime {
  if (time == null) return null;
  const endMs = Math.max(from, Math.min(time.endMs, until));
  return { startMs: Math.min(Math.max(time.startMs, from), endMs), endMs };
}
