import type { FigurePerformance } from '@filmwright/contracts';

/** Frames from the first one shown up to, and not with, `untilFrame`. */
export type ShownFrames = { readonly firstFrame: number; readonly untilFrame: number };

/** Longer than any key takes to be reached when it names no length of its own, with the lag of the outermost hand. */
const reachSeconds = 1.2;

/** The performance cut to what frames of a range can show: keys that were replaced before it and keys that come after it are left out. Its states are the same. */
export function trimPerformance(performance: FigurePerformance, { firstFrame, untilFrame }: ShownFrames): FigurePerformance {
  const { fps } = performance;
  const from = firstFrame - reachSeconds * fps;
  const until = untilFrame + 0.5 * fps;
  const shown = <K extends { readonly frame: number; readonly lengthFrames?: number | undefined }>(keys: readonly K[]): K[] => {
    const reached = (key: K): boolean => key.frame + (key.lengthFrames ?? 0) <= from;
    const last = keys.findLastIndex(reached);
    return keys.slice(Math.max(0, last)).filter((key) => key.frame < until);
  };
  const turned = performance.facings.filter((turn) => turn.frame + turn.lengthFrames <= firstFrame);
  return {
    ...performance,
    facing: turned.at(-1)?.facing ?? performance.facing,
    facings: performance.facings.filter((turn) => turn.frame + turn.lengthFrames > firstFrame && turn.frame < untilFrame),
    poses: shown(performance.poses),
    emotions: shown(performance.emotions),
    visemes: shown(performance.visemes),
    gaze: shown(performance.gaze),
    turns: shown(performance.turns),
    nods: performance.nods.filter((nod) => nod.frame < untilFrame && nod.frame + (nod.lengthFrames ?? fps) > firstFrame),
    cycles: performance.cycles.filter((cycle) => cycle.startFrame < until && cycle.endFrame > from),
  };
}
