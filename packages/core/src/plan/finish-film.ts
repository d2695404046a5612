import type { Cue } from '@filmwright/contracts';
import { cuesOf } from '../captions/cues-of.ts';
import { startsAfterPauses } from '../speech/starts-after-pauses.ts';
import { ladderOf } from './ladder.ts';
import type { FilmOutcome, PlanInput } from './plan-build.ts';
import { planExport } from './plan-export.ts';
import type { FilmPlan } from './plan-film.ts';
import { planMix } from './plan-mix.ts';
import { planFirstPlayed, planPackage } from './plan-package.ts';
import { planSpans } from './plan-spans.ts';
import { type Planner, ranks } from './planner.ts';
import { filmReport } from './report.ts';
import type { Uploads } from './uploads.ts';

export type FinishInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly uploads: Uploads; readonly input: PlanInput };
/** Spans, sound, subtitles, master and measurements of a film. */
export function finishFilm({ plan, planner, uploads, input }: FinishInput): FilmOutcome {
  const { film, shots, frames } = plan;
  const { fps } = film.format;
  const [top] = ladderOf(film.format);
  if (top === undefined) throw new RangeError(`there is no rung for ${film.format.resolution}`);
  const timed = shots.every((shot) => shot.timed);
  const last = { shot: null } as const;

  const { sound, mix } = planMix({ plan, planner, uploads });
  const first = film.outputs.package ? planFirstPlayed({ plan, planner, mix }) : null;
  const spans = planSpans({ plan, planner, rung: top, rank: ranks.rest, held: first !== null && !first.playable });

  // Of the sound alone, so that it need not wait for the pictures.
  const voices = shots.flatMap((shot) =>
    shot.lines.flatMap(({ audio, tokens }) =>
      audio === null ? [] : [{ asset: audio.asset, startsMs: startsAfterPauses(tokens, audio.times) }],
    ),
  );
  const heard =
    mix === null
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
  const packed = first === null ? { view: null, complete: true, smaller: [] } : planPackage({ plan, planner, first, spans, subtitles });
  const timeline = input.purpose === 'export' ? planExport({ plan, planner, uploads, input, spans, sound, subtitles, master }) : null;
  if (timeline === undefined) return { webPackage: packed.view };
  if (master === undefined || measured === undefined || subtitles === undefined || heard === undefined || !packed.complete)
    return { webPackage: packed.view };
  const report = filmReport({
    plan,
    planned: planner.planned,
    spans,
    rungs: packed.smaller,
    master: master.asset,
    measured,
    heard,
    buildId: input.buildId,
  });
  return {
    webPackage: packed.view,
    result: {
      master: master.asset,
      frame: null,
      vtt: subtitles?.vtt ?? null,
      srt: subtitles?.srt ?? null,
      timeline,
      report,
      issues: plan.warnings,
    },
  };
}
