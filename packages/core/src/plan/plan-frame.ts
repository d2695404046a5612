import { frameStartMs } from '../film/frames.ts';
import type { FilmOutcome, PlanInput } from './plan-build.ts';
import type { FilmPlan } from './plan-film.ts';
import type { Planner } from './planner.ts';
import { spanComposition } from './spans.ts';

export type FrameInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly input: PlanInput };

/** One finished frame of a film: needs the lengths of the shots up to it and the pictures of its own shot only. */
export function planFrame({ plan, planner, input }: FrameInput): FilmOutcome {
  const { film, size, shots } = plan;
  const wanted = Math.floor(((input.atMs ?? 0) * film.format.fps) / 1000 + 1e-6);
  const found = shots.findIndex((shot) => wanted < shot.startFrame + shot.timing.frames);
  const known = found < 0 ? shots : shots.slice(0, found + 1);
  const at = { address: 'frame', kind: 'frame', stage: 'picture', estimateMs: 400 } as const;
  if (known.some((shot) => !shot.timed)) {
    planner.ask({ ...at, shot: null, payload: undefined });
    return null;
  }
  const shot = shots[found];
  if (shot === undefined) {
    const lengthMs = frameStartMs(plan.frames, film.format.fps);
    return {
      issues: [
        {
          severity: 'error',
          code: 'range',
          path: '--at',
          message: `The film is ${(lengthMs / 1000).toFixed(2)} s long; wanted a moment before its end, found ${((input.atMs ?? 0) / 1000).toFixed(2)} s.`,
          next: 'Ask for an earlier moment.',
        },
      ],
    };
  }
  const before = shots[found - 1];
  const firstFrame = wanted - shot.startFrame;
  const entering = shot.timing.transition !== null && firstFrame < shot.timing.transition.frames;
  const ready = shot.picture !== null && (!entering || before?.picture !== null);
  const span =
    ready && shot.picture !== null
      ? spanComposition({ film, size, range: { firstFrame, frames: 1 }, shot: shot.picture, before: before?.picture ?? null })
      : undefined;
  const frame = planner.ask({ ...at, shot: shot.index, payload: span === undefined ? undefined : { span } });
  return frame === undefined
    ? null
    : { result: { master: null, frame: frame.asset, vtt: null, srt: null, report: null, issues: plan.warnings } };
}
