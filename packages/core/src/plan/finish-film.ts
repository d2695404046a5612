import type { Cue, Output, Payload } from '@filmwright/contracts';
import { cuesOf } from '../captions/cues-of.ts';
import { startsAfterPauses } from '../speech/starts-after-pauses.ts';
import type { FilmOutcome, PlanInput } from './plan-build.ts';
import type { FilmPlan } from './plan-film.ts';
import type { Planner } from './planner.ts';
import { filmReport } from './report.ts';
import { planSound } from './sound.ts';
import { masterSettings, spanComposition, spanRanges } from './spans.ts';
import type { Uploads } from './uploads.ts';

export type FinishInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly uploads: Uploads; readonly input: PlanInput };
/** A span that was asked for, with its first film frame. */
export type PlannedSpan = {
  readonly startFrame: number;
  readonly payload: Payload<'encode'> | undefined;
  readonly output: Output<'encode'> | undefined;
};

/** Spans, sound, subtitles, master and measurements of a film. */
export function finishFilm({ plan, planner, uploads, input }: FinishInput): FilmOutcome {
  const { film, shots, frames } = plan;
  const { fps } = film.format;
  const spans = shots.flatMap((_, at) => planSpans({ plan, planner, at }));
  const timed = shots.every((shot) => shot.timed);
  const last = { shot: null } as const;

  const sound = timed ? planSound({ film, shots, frames, uploads }) : undefined;
  const mix =
    sound === null
      ? null
      : planner.ask({
          ...last,
          address: 'sound',
          kind: 'mix',
          stage: 'sound',
          estimateMs: 600 + (frames / fps) * 25,
          payload: sound && { sound },
        });

  // Of the sound alone, so that it need not wait for the pictures.
  const voices = shots.flatMap((shot) =>
    shot.lines.flatMap(({ audio, tokens }) =>
      audio === null ? [] : [{ asset: audio.asset, startsMs: startsAfterPauses(tokens, audio.times) }],
    ),
  );
  const heard =
    sound === null
      ? null
      : planner.ask({
          ...last,
          address: 'sound/measure',
          kind: 'measure-sound',
          stage: 'sound',
          estimateMs: 300 + (frames / fps) * 12,
          payload: mix ? { sound: mix.asset.digest, voices } : undefined,
        });

  const spoken = film.storyboard.some((shot) => shot.narration !== undefined) && film.captions !== false;
  const cues: readonly Cue[] = shots.flatMap((shot) => cuesOf(shot.pages, { startFrame: shot.startFrame, fps }));
  const subtitles = spoken
    ? planner.ask({
        ...last,
        address: 'subtitles',
        kind: 'subtitles',
        stage: 'sound',
        estimateMs: 50,
        payload: timed ? { cues, language: film.language } : undefined,
      })
    : null;

  const encoded = spans.flatMap((span) =>
    span.output === undefined ? [] : [{ asset: span.output.asset.digest, frames: span.output.frames }],
  );
  const joinable = encoded.length === spans.length && mix !== undefined;
  const master = planner.ask({
    ...last,
    address: 'master',
    kind: 'assemble',
    stage: 'finish',
    estimateMs: 300 + frames * 0.4,
    payload: joinable
      ? { spans: encoded, sound: mix === null ? null : mix.asset.digest, fps, title: film.title, language: film.language }
      : undefined,
  });

  const measured = planner.ask({
    ...last,
    address: 'measure',
    kind: 'measure',
    stage: 'finish',
    estimateMs: 250 + frames * 0.1,
    payload: master === undefined ? undefined : { master: master.asset.digest, fps },
  });
  if (master === undefined || measured === undefined || subtitles === undefined || heard === undefined) return null;
  const report = filmReport({ plan, planned: planner.planned, spans, master: master.asset, measured, heard, buildId: input.buildId });
  return {
    result: { master: master.asset, frame: null, vtt: subtitles?.vtt ?? null, srt: subtitles?.srt ?? null, report, issues: plan.warnings },
  };
}

type SpansInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly at: number };

/** Milliseconds that a frame of 1080p costs one slot: composing and encoding. */
const frameMs = { draft: 14, standard: 38, high: 80 } as const;

function planSpans({ plan, planner, at }: SpansInput): readonly PlannedSpan[] {
  const { film, size } = plan;
  const shot = plan.shots[at];
  if (shot === undefined) return [];
  const before = plan.shots[at - 1] ?? null;
  const costMs = (frameMs[film.outputs.master.quality] * size.width * size.height) / (1920 * 1080);
  return spanRanges(shot.timing.frames, film.format.fps).map((range, number) => {
    const entering = shot.timing.transition !== null && range.firstFrame < shot.timing.transition.frames;
    const known = shot.picture !== null && (!entering || (before !== null && before.picture !== null));
    const payload =
      known && shot.picture !== null
        ? {
            span: spanComposition({ film, size, range, shot: shot.picture, before: before?.picture ?? null }),
            encode: masterSettings(film),
          }
        : undefined;
    const output = planner.ask({
      address: `${shot.address}/span/${number}/${film.format.resolution}`,
      kind: 'encode',
      stage: 'picture',
      shot: shot.index,
      estimateMs: 250 + range.frames * costMs,
      payload,
    });
    return { startFrame: shot.startFrame + range.firstFrame, payload, output };
  });
}
