import type { Output, SoundComposition } from '@filmwright/contracts';
import { layOutTimeline, type ShotFile } from '../otio/lay-out-timeline.ts';
import type { PlanInput } from './plan-build.ts';
import type { FilmPlan } from './plan-film.ts';
import type { PlannedSpan } from './plan-spans.ts';
import type { Planner } from './planner.ts';
import { masterSettings, type SpanRange, spanComposition, spanRanges } from './spans.ts';
import type { Uploads } from './uploads.ts';

export type ExportInput = {
  readonly plan: FilmPlan;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly input: PlanInput;
  /** Spans of the master in film order. */
  readonly spans: readonly PlannedSpan[];
  /** Null for a silent film, undefined while it is not known. */
  readonly sound: SoundComposition | null | undefined;
  /** Null for a film without speech, undefined while they are not written. */
  readonly subtitles: Output<'subtitles'> | null | undefined;
  readonly master: Output<'assemble'> | undefined;
};

/** Asks for a film's timeline for desktop editors: a picture file for each shot without the transitions at its ends, then the timeline over them. */
export function planExport(all: ExportInput): Output<'timeline'> | undefined {
  const { plan, planner, uploads, input, spans, sound, subtitles, master } = all;
  let first = 0;
  const pictures = plan.shots.map((_, at) => {
    const ranges = spanRanges(plan.shots[at]?.timing.frames ?? 0, plan.film.format.fps);
    const own = spans.slice(first, first + ranges.length);
    first += ranges.length;
    return planPicture({ plan, planner, at, ranges, own });
  });
  const known = pictures.filter((picture) => picture !== undefined);
  const ready = known.length === pictures.length && sound !== undefined && subtitles !== undefined && master !== undefined;
  return planner.ask({
    address: 'timeline',
    kind: 'timeline',
    stage: 'finish',
    shot: null,
    estimateMs: 100,
    payload: ready
      ? { timeline: layOutTimeline({ plan, uploads, input, sound, pictures: known, subtitles, master: master.asset }) }
      : undefined,
  });
}

type PictureInput = Pick<ExportInput, 'plan' | 'planner'> & {
  /** Place in the plan. */
  readonly at: number;
  readonly ranges: readonly SpanRange[];
  readonly own: readonly PlannedSpan[];
};

/** Spans of the master where they show this shot alone; only those under a transition are encoded anew, without it. */
function planPicture({ plan, planner, at, ranges, own }: PictureInput): ShotFile | undefined {
  const { film, size, shots } = plan;
  const shot = shots[at];
  if (shot === undefined) return undefined;
  const { picture, timing } = shot;
  const handleFrames = shots[at + 1]?.timing.transition?.frames ?? 0;
  const encode = masterSettings(film);
  const alone = (range: SpanRange, name: string): Output<'encode'> | undefined =>
    planner.ask({
      address: `${shot.address}/${name}`,
      kind: 'encode',
      stage: 'picture',
      shot: shot.index,
      estimateMs: 250 + range.frames * 40,
      payload: picture === null ? undefined : { span: spanComposition({ film, size, range, shot: picture, before: null }), encode },
    });
  const entered = timing.transition?.frames ?? 0;
  const parts = ranges.map((range, number) => (range.firstFrame < entered ? alone(range, `span/${number}/alone`) : own[number]?.output));
  if (handleFrames > 0) parts.push(alone({ firstFrame: timing.frames, frames: handleFrames }, 'handle'));
  const known = parts.filter((part) => part !== undefined);
  const joined = planner.ask({
    address: `${shot.address}/picture`,
    kind: 'assemble',
    stage: 'finish',
    shot: shot.index,
    estimateMs: 200 + timing.frames * 0.3,
    payload:
      known.length === parts.length
        ? {
            spans: known.map(({ asset, frames }) => ({ asset: asset.digest, frames })),
            sound: null,
            fps: film.format.fps,
            title: `${film.title}: ${shot.id}`,
            language: film.language,
          }
        : undefined,
  });
  return joined === undefined ? undefined : { asset: joined.asset.digest, handleFrames };
}
