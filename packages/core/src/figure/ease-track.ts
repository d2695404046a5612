/** Minimum-jerk ease of a share 0..1 (T. Flash, N. Hogan 1985): starts and ends at rest and never overshoots. */
export function gentle(share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  return share * share * share * (10 - 15 * share + 6 * share * share);
}

export type TrackKey<T> = { readonly frame: number; readonly value: T; readonly lengthFrames: number };

/**
 * Weights of a track's values at a frame; they sum to 1. Each key eases in over its length, over whatever was there before,
 * so that a key which comes before the last one is reached goes on from where things are, without a jump.
 */
export function weightsAt<T>(
  keys: readonly TrackKey<T>[],
  { frame, rest }: { readonly frame: number; readonly rest: T },
): readonly (readonly [T, number])[] {
  let weights: [T, number][] = [[rest, 1]];
  for (const key of keys) {
    const share = gentle((frame - key.frame) / key.lengthFrames);
    if (share === 0) break;
    weights = share === 1 ? [] : weights.map(([value, weight]) => [value, weight * (1 - share)]);
    weights.push([key.value, share]);
  }
  return weights;
}

/** A number along a track. */
export function numberAt(keys: readonly TrackKey<number>[], { frame, rest }: { readonly frame: number; readonly rest: number }): number {
  return weightsAt(keys, { frame, rest }).reduce((sum, [value, weight]) => sum + value * weight, 0);
}
