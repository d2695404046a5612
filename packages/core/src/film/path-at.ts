import type { Easing, Path } from '@filmwright/contracts';

/** The value of a path at a frame; fractions of frames are allowed. */
export function pathAt(path: Path, frame: number): number {
  const first = path[0];
  if (first === undefined) return 0;
  if (frame <= first.frame) return first.value;
  for (let index = 1; index < path.length; index++) {
    const key = path[index];
    const before = path[index - 1];
    if (key === undefined || before === undefined) break;
    if (frame < key.frame)
      return before.value + (key.value - before.value) * eased((frame - before.frame) / (key.frame - before.frame), key.ease);
  }
  return path.at(-1)?.value ?? 0;
}

/** Easing of a share 0..1. `ease` starts and ends gently but is nearly even between (40 % linear, 60 % smoothstep), so that slow camera moves do not appear to stop. */
export function eased(share: number, easing: Easing): number {
  switch (easing) {
    case 'linear':
      return share;
    case 'ease':
      return 0.4 * share + 0.6 * share * share * (3 - 2 * share);
    case 'ease-in':
      return share * share * share;
    case 'ease-out':
      return 1 - (1 - share) ** 3;
  }
}
