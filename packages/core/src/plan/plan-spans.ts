import type { EncodeSettings, Output, Payload } from '@filmwright/contracts';
import { figuresOf } from '../film/figures.ts';
import type { Rung } from './ladder.ts';
import type { FilmPlan } from './plan-film.ts';
import type { Planner } from './planner.ts';
import { scaleSpan } from './scale-span.ts';
import { masterSettings, spanComposition, spanRanges } from './spans.ts';

/** A span that was asked for, with its first film frame. */
export type PlannedSpan = {
  readonly startFrame: number;
  readonly payload: Payload<'encode'> | undefined;
  readonly output: Output<'encode'> | undefined;
};

/** Milliseconds that a frame of 1080p costs one slot: composing and encoding. */
const frameMs = { draft: 14, standard: 38, high: 80 } as const;
/** And what painting a figure costs on top. */
const figureMs = 32;

export type SpansInput = {
  readonly plan: FilmPlan;
  readonly planner: Planner;
  readonly rung: Rung;
  /** Order among the tasks that are ready. */
  readonly rank: number;
  /** True while something else must be done before any of them: they are only foreseen. */
  readonly held: boolean;
};

/** All spans of a rung in film order. The master is laid out at its own size; smaller rungs are the same layout, scaled. */
export function planSpans({ plan, planner, rung, rank, held }: SpansInput): readonly PlannedSpan[] {
  const { film, size, shots } = plan;
  const encode: EncodeSettings = masterSettings(film);
  const share = (rung.size.width * rung.size.height) / (1920 * 1080);
  const costOf = (shot: (typeof shots)[number]): number =>
    (frameMs[film.outputs.master.quality] + figureMs * figuresOf(film.storyboard[shot.index] ?? {}).length) * share;
  return shots.flatMap((shot, at) => {
    const before = shots[at - 1] ?? null;
    return spanRanges(shot.timing.frames, film.format.fps).map((range, number) => {
      const entering = shot.timing.transition !== null && range.firstFrame < shot.timing.transition.frames;
      const known = !entering || (before !== null && before.picture !== null);
      const whole =
        known && !held && shot.picture !== null
          ? spanComposition({ film, size, range, shot: shot.picture, before: before?.picture ?? null })
          : undefined;
      const span = whole === undefined || rung.size.width === size.width ? whole : scaleSpan(whole, rung.size);
      const payload = span && { span, encode };
      const output = planner.ask({
        address: `${shot.address}/span/${number}/${rung.name}`,
        kind: 'encode',
        stage: 'picture',
        shot: shot.index,
        estimateMs: 250 + range.frames * costOf(shot),
        rank,
        payload,
      });
      return { startFrame: shot.startFrame + range.firstFrame, payload, output };
    });
  });
}
