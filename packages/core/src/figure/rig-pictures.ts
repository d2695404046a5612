import type { Rig } from '@filmwright/contracts';

/** Names of the pictures that a rig draws, each once. */
export function rigPictures(rig: Rig): readonly string[] {
  const shapes = rig.parts.flatMap((part) => Object.values(part.drawings).flat());
  return [...new Set(shapes.flatMap((shape) => ('picture' in shape ? [shape.picture] : [])))];
}
