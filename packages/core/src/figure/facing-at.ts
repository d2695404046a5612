import type { FigurePerformance } from '@filmwright/contracts';

export type Facing = {
  readonly facing: 'left' | 'right';
  /** How far the head is turned to the viewer for it, 0..1. */
  readonly away: number;
  /** Width of the figure as a share: it is drawn at an angle and seen from the front while it turns. */
  readonly width: number;
};

/** Where a figure faces at a frame. A turn passes through the front: the head goes first, and the figure is mirrored when both sides look most alike. */
export function facingAt({ facing, facings }: Pick<FigurePerformance, 'facing' | 'facings'>, frame: number): Facing {
  let now = facing;
  for (const turn of facings) {
    if (turn.facing === now) continue;
    const share = (frame - turn.frame) / turn.lengthFrames;
    if (share <= 0) break;
    if (share >= 0.5) now = turn.facing;
    if (share < 1) {
      const front = Math.sin(Math.PI * share);
      return { facing: now, away: front, width: 1 - 0.14 * front ** 2 };
    }
  }
  return { facing: now, away: 0, width: 1 };
}
