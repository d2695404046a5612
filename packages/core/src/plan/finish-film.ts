import type { Output, ReviewReport } from '@filmwright/contracts';
import { cuesOf } from '../captions/cues-of.ts';
import { startsAfterPauses } from '../speech/starts-after-pauses.ts';
import { ladderOf } from './ladder.ts';
import type { FilmOutcome, PlanInput } from './plan-build.ts';
import { planExport } from './plan-export.ts';
import type { FilmPlan } from './plan-film.ts';
import { planMix } from './plan-mix.ts';
import { planFirstPlayed, planPackage, posterFrame } from './plan-package.ts';
import { type PlannedSpan, planSpans } from './plan-spans.ts';
import { type Planner, ranks } from './planner.ts';
import { filmReport } from './report.ts';
import { reviewWarnings } from './review-report.ts';
import type { Uploads } from './uploads.ts';

export type FinishInput = {
  readonly plan: FilmPlan;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly input: PlanInput;
  /** What review came to; null while something is to be reviewed. */
  readonly review: (() => ReviewReport | null) | null;
};

/** Spans, sound, subtitles, master and measurements of a film. */
export function finishFilm({ plan, planner, uploads, input, review }: FinishInput): FilmOutcome {
  const { film, frames } = plan;
  const [top] = ladderOf(film.format);
  if (top === undefined) throw new RangeError(`there is no rung for ${film.format.resolution}`);

  const { sound, mix } = planMix({ plan, planner, uploads });
  const first = film.outputs.package ? planFirstPlayed({ plan, planner, mix }) : null;
  const spans = planSpans({ plan, planner, rung: top, rank: ranks.rest, held: first !== null && !first.playable });
  const heard = askHeard({ plan, planner, mix });
  const subtitles = askSubtitles({ plan, planner });
  const master = askMaster({ plan, planner, spans, mix });
  const measured = planner.ask({
    address: 'measure',
    kind: 'measure',
    stage: 'finish',
    shot: null,
    estimateMs: 250 + frames * 0.1,
    payload: master === undefined ? undefined : { master: master.asset.digest, fps: film.format.fps },
  });
  const packed = first === null ? { view: null, complete: true, smaller: [] } : planPackage({ plan, planner, first, spans, subtitles });
  const timeline = input.purpose === 'export' ? planExport({ plan, planner, uploads, input, spans, sound, subtitles, master }) : null;
  const known = master !== undefined && measured !== undefined && subtitles !== undefined && heard !== undefined;
  if (!known || timeline === undefined || !packed.complete || review === null) return { webPackage: packed.view };
  const reviewed = review();
  const warnings = [...plan.warnings, ...reviewWarnings(reviewed)];
  const report = filmReport({
    plan: { ...plan, warnings },
    review: reviewed,
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
      poster: master.poster ?? null,
      timeline,
      report,
      issues: warnings,
    },
  };
}

type Ask = Pick<FinishInput, 'plan' | 'planner'>;
/** Null for a silent film, undefined while it is not mixed. */
type Mixed = { readonly mix: Output<'mix'> | null | undefined };

/** Measurements of the film's sound, asked for by the sound alone, so that they need not wait for the pictures; null for a silent film. */
function askHeard({ plan, planner, mix }: Ask & Mixed): Output<'measure-sound'> | null | undefined {
  if (mix === null) return null;
  const voices = plan.shots.flatMap((shot) =>
    shot.lines.flatMap(({ audio, tokens }) =>
      audio === null ? [] : [{ asset: audio.asset, startsMs: startsAfterPauses(tokens, audio.times) }],
    ),
  );
  return planner.ask({
    address: 'sound/measure',
    kind: 'measure-sound',
    stage: 'sound',
    shot: null,
    estimateMs: 300 + (plan.frames / plan.film.format.fps) * 12,
    payload: mix && { sound: mix.asset.digest, voices },
  });
}

/** Null for a film that says nothing, or is to have no captions. */
function askSubtitles({ plan, planner }: Ask): Output<'subtitles'> | null | undefined {
  const { film, shots } = plan;
  const { fps } = film.format;
  if (film.captions === false || film.storyboard.every((shot) => shot.narration === undefined)) return null;
  const cues = shots.flatMap((shot) => cuesOf(shot.pages, { startFrame: shot.startFrame, fps }));
  return planner.ask({
    address: 'subtitles',
    kind: 'subtitles',
    stage: 'sound',
    shot: null,
    estimateMs: 50,
    payload: shots.every((shot) => shot.timed) ? { cues, language: film.language } : undefined,
  });
}

function askMaster({
  plan,
  planner,
  spans,
  mix,
}: Ask & Mixed & { readonly spans: readonly PlannedSpan[] }): Output<'assemble'> | undefined {
  const { film, frames } = plan;
  const encoded = spans.flatMap(({ output }) => (output === undefined ? [] : [{ asset: output.asset.digest, frames: output.frames }]));
  const [first] = encoded;
  const joinable = encoded.length === spans.length && mix !== undefined;
  return planner.ask({
    address: 'master',
    kind: 'assemble',
    stage: 'finish',
    shot: null,
    estimateMs: 300 + frames * 0.4,
    gathers: [...spans.flatMap(({ output }) => output?.asset ?? []), ...(mix ? [mix.asset] : [])],
    payload:
      joinable && first !== undefined
        ? {
            spans: encoded,
            sound: mix?.asset.digest ?? null,
            fps: film.format.fps,
            title: film.title,
            language: film.language,
            // With a package too: one that is made later must find the same master.
            poster: posterFrame(first),
          }
        : undefined,
  });
}
