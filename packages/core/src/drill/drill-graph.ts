import type { Drill } from '@filmwright/contracts';

/** A task of a drill; `reads` are the places in the list of those whose outputs it takes, each before its own. */
export type DrillNode = {
  readonly address: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly reads: readonly number[];
};

/** The tasks of a drill in an order in which they can be done; the last one takes what all of the last row made. */
export function drillGraph({ drill }: Drill): readonly DrillNode[] {
  const { seed, layers, width, durationMs, bytes } = drill;
  const random = sequence(seed);
  const nodes: DrillNode[] = [];
  const add = (address: string, reads: readonly number[]): void => {
    // Half to one and a half of the wanted time, so that runners do not move in step.
    const lasting = Math.round(durationMs * (0.5 + random()));
    nodes.push({ address, seed: Math.floor(random() * 2 ** 31), durationMs: lasting, bytes, reads });
  };
  for (let layer = 0; layer < layers; layer++) {
    const above = (layer - 1) * width;
    for (let place = 0; place < width; place++) {
      const reads = layer === 0 ? [] : [place, Math.floor(random() * width)].map((column) => above + column);
      add(`drill/${layer}-${place}`, [...new Set(reads)]);
    }
  }
  const last = (layers - 1) * width;
  add(
    'drill/last',
    Array.from({ length: width }, (_, place) => last + place),
  );
  return nodes;
}

/** Numbers from 0 up to 1 that a seed decides (mulberry32). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
