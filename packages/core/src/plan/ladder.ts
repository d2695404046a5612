import type { Film } from '@filmwright/contracts';
import { type Size, sizeOf } from '../film/frames.ts';

/** A rung: its name and the size of its frames. */
export type Rung = { readonly name: string; readonly size: Size };

/** Shorter sides of the rungs by that of the film; each gives whole even sides in every aspect. */
const ladders: Readonly<Record<Film['format']['resolution'], readonly number[]>> = {
  '720p': [720, 504, 360],
  '1080p': [1080, 720, 360],
  '1440p': [1440, 1080, 720, 360],
  '2160p': [2160, 1440, 1080, 720, 360],
};

/** The rungs of a film's web package from the largest, which is the master. */
export function ladderOf(format: Film['format']): readonly Rung[] {
  const full = sizeOf(format);
  const shorter = Math.min(full.width, full.height);
  return ladders[format.resolution].map((side) => ({
    name: `${side}p`,
    size: { width: (full.width * side) / shorter, height: (full.height * side) / shorter },
  }));
}
