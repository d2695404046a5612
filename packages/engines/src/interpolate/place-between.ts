/** How a frame follows the one before it: a new scene, the same picture again, or a picture in which something moved. */
export type Following = 'cut' | 'same' | 'moved';

/** What is shown at a place of a clip: one of its frames, or a picture drawn between two of them at `at`, above 0 and below 1. */
export type Shown = { readonly frame: number } | { readonly before: number; readonly after: number; readonly at: number };

/** The same picture up to so many times is movement on twos or threes, and time is spread evenly over it; more often it stands still. */
const mostRepeats = 3;
/** Frames before and behind a place that decide what is shown there. */
export const placeMargin = mostRepeats + 1;

/**
 * What is shown at `place`, in frames of a clip from 0. `following(i)` says how frame i follows frame i - 1, undefined beyond the clip's ends. Nothing
 * is drawn across a cut or behind the last frame; what stands still begins to move at the last frame of its standing.
 */
export function placeBetween(
  place: { readonly frame: number; readonly share: number },
  following: (frame: number) => Following | undefined,
): Shown {
  const { frame, share } = place;
  let first = frame;
  while (frame - first < placeMargin && following(first) === 'same') first--;
  let next = frame + 1;
  while (next - frame <= placeMargin && following(next) === 'same') next++;
  if (following(next) !== 'moved') return { frame };
  const repeats = next - first;
  const from = repeats <= mostRepeats ? first : next - 1;
  if (frame < from) return { frame };
  const at = (frame - from + share) / (next - from);
  return at < hair ? { frame: from } : { before: from, after: next, at };
}

/** Nearer to a frame than this no difference can be seen. */
const hair = 1 / 128;
