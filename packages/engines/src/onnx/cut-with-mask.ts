import { blockColours } from './block-grid.ts';
import type { EdgeBand } from './edge-band.ts';
import { estimateForeground } from './estimate-foreground.ts';
import { type Memory, openMemory } from './memory.ts';
import type { Picture, Plane } from './picture.ts';
import { type Refined, refineAlpha } from './refine-alpha.ts';

export type CutWithMask = {
  readonly picture: Picture;
  /** Pixels of a cell of the mask across and down. */
  readonly times: number;
  /** The coarse mask, 0..1, a value for each block of `times` x `times` pixels. */
  readonly mask: Plane;
  /** Radius, in cells, within which the mask may be wrong about an edge. */
  readonly blurCells: number;
  /** Mean colours of the cells, where they are known. */
  readonly small?: Picture;
  /** As in `Refining`. */
  readonly paint?: (band: EdgeBand) => void;
  /** As in `Refining`. */
  readonly into?: Uint8Array;
  /** Memory to work in, where more pictures of the size come. */
  readonly memory?: Memory;
};

/** The subject that a coarse mask shows, with the picture's own soft edges and clean edge colours, the mean of its alpha in each cell, and where its colours are; all lie in the memory given, if one is. */
export function cutWithMask({ small, memory = openMemory(), ...given }: CutWithMask): Pick<Refined, 'cut' | 'alpha' | 'near'> {
  const cells = { ...given, memory, small: small ?? blockColours(given.picture, given) };
  const refined = refineAlpha(cells);
  estimateForeground({ ...refined, small: cells.small, times: cells.times, memory });
  return refined;
}
