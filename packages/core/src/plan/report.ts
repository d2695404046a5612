import { type Asset, type Issue, type Output, type Report, type ReviewReport, type SpanComposition, stages } from '@filmwright/contracts';
import { mouthLags, mouthReport } from '../figure/mouth-lag.ts';
import { frameStartMs } from '../film/frames.ts';
import { pathAt } from '../film/path-at.ts';
import { bareLanguage } from '../speech/voice-language.ts';
import { cutoutsOf, flickerWarnings } from './cutouts.ts';
import type { PlannedRung } from './package-view.ts';
import type { FilmPlan } from './plan-film.ts';
import type { PlannedSpan } from './plan-spans.ts';
import type { PlannedTask } from './planner.ts';

export type ReportInput = {
  readonly plan: FilmPlan;
  readonly planned: readonly PlannedTask[];
  readonly spans: readonly PlannedSpan[];
  /** Rungs of the package below the master. */
  readonly rungs: readonly PlannedRung[];
  readonly master: Asset;
  readonly measured: Output<'measure'>;
  /** Null for a silent film. */
  readonly heard: Output<'measure-sound'> | null;
  /** Null where nothing is reviewed. */
  readonly review: ReviewReport | null;
  readonly buildId: string;
};

/** The report of a finished film, all of it from what tasks measured. */
export function filmReport({ plan, planned, spans, rungs, master, measured, heard, review, buildId }: ReportInput): Report {
  const { film, size, shots, frames } = plan;
  const { fps } = film.format;
  const cutouts = cutoutsOf(
    planned,
    shots.map(({ id }) => id),
  );
  const mouth = mouthReport(shots.flatMap((shot) => shot.mouths.flatMap(mouthLags)));
  const run = planned.filter((task) => task.result?.reused === false).length;
  return {
    filmwright: 1,
    build: buildId,
    title: film.title,
    master: { digest: master.digest, bytes: master.bytes, ...size, fps },
    durationMs: frameStartMs(frames, fps),
    frames: measured.frames,
    soundMs: measured.soundMs,
    stages: stages.map((stage) => {
      const tasks = planned.filter((task) => task.stage === stage && task.result?.reused === false);
      return { stage, wallMs: Math.round(tasks.reduce((sum, task) => sum + (task.result?.wallMs ?? 0), 0)), tasks: tasks.length };
    }),
    tasks: { run, reused: planned.length - run },
    loudness:
      heard === null || heard.loudnessLufs === null || heard.truePeakDb === null || heard.loudnessRangeLu === null
        ? null
        : {
            integratedLufs: heard.loudnessLufs,
            truePeakDb: heard.truePeakDb,
            rangeLu: heard.loudnessRangeLu,
            wantedLufs: film.soundtrack.loudness,
            curve: heard.curve,
          },
    captions: heard?.captions ?? null,
    mouth,
    ssim: ssimOf(spans, rungs),
    blackFrames: filmFrames(spans, (output, span) => output.blackFrames.filter((frame) => !fadesThrough(span, frame))),
    repeatedFrames: filmFrames(spans, (output, span) => output.repeatedFrames.filter((frame) => changesAt(span, frame))),
    colour: measured.colour,
    shots: shots.map((shot) => ({ id: shot.id, startFrame: shot.startFrame, frames: shot.timing.frames })),
    credits: plan.credits,
    review,
    cutouts,
    warnings: [
      ...plan.warnings,
      ...flickerWarnings(cutouts),
      ...(mouth !== null && mouth.p95Ms > mostMouthLagMs ? [lateMouth(mouth.p95Ms)] : []),
      ...(shots.some((shot) => shot.lines.some((line) => !line.natural))
        ? [
            {
              severity: 'warning' as const,
              code: 'plain-voice',
              path: 'voice',
              message: 'Spoken by a plain speech program, since no natural voice is installed.',
              next:
                bareLanguage(film.language) === 'en'
                  ? 'Run `npx filmwright voices install joe` for a natural voice.'
                  : 'Add a natural voice of the language with `npx filmwright voices add FOLDER`.',
            },
          ]
        : []),
    ],
  };
}

/** A mouth that is farther off than this is seen to be (ITU-R BT.1359 finds 45 ms early to 125 ms late to be noticed). */
const mostMouthLagMs = 80;

function lateMouth(p95Ms: number): Issue {
  return {
    severity: 'warning',
    code: 'mouth-lag',
    path: 'characters',
    message: `The figures' mouths are up to ${p95Ms} ms away from the speech (95 of 100 words); wanted at most ${mostMouthLagMs} ms.`,
    found: `${p95Ms} ms`,
    wanted: `${mostMouthLagMs} ms`,
    next: 'See that the lines say what is heard: a recording must be spoken as it is written.',
  };
}

function ssimOf(master: readonly PlannedSpan[], rungs: readonly PlannedRung[]): Report['ssim'] {
  const whole = likenessOf(master);
  if (whole === null) return null;
  return {
    ...whole,
    rungs: rungs.flatMap(({ rung, spans }) => {
      const likeness = likenessOf(spans);
      return likeness === null ? [] : [{ rung: rung.name, ...likeness }];
    }),
  };
}

/** Mean by frames, and the worst span's. */
function likenessOf(spans: readonly PlannedSpan[]): { readonly mean: number; readonly worst: number } | null {
  let sum = 0;
  let frames = 0;
  let worst = 1;
  for (const { output } of spans) {
    if (output === undefined || output.ssim === null) continue;
    sum += output.ssim * output.frames;
    frames += output.frames;
    worst = Math.min(worst, output.ssim);
  }
  return frames === 0 ? null : { mean: Math.round((sum / frames) * 1e5) / 1e5, worst };
}

function filmFrames(
  spans: readonly PlannedSpan[],
  pick: (output: Output<'encode'>, span: SpanComposition) => readonly number[],
): readonly number[] {
  return spans.flatMap(({ startFrame, output, payload }) =>
    output === undefined || payload === undefined ? [] : pick(output, payload.span).map((frame) => startFrame + frame),
  );
}

/** A fade through black has dark frames by intent. `frame` counts from the span's first. */
function fadesThrough({ transition, firstFrame }: SpanComposition, frame: number): boolean {
  return transition !== null && transition.kind === 'fade-black' && firstFrame + frame < transition.frames;
}

/** Whether something visible of a span moves between a frame and the one before it by more than can be lost in rounding. */
export function changesAt(span: SpanComposition, frame: number): boolean {
  const at = span.firstFrame + frame;
  if (span.finish.grain > 0 || (span.transition !== null && at < span.transition.frames)) return true;
  return span.layers.some((layer) => {
    if (at < layer.fromFrame || at >= layer.untilFrame) return false;
    // These have frames of their own, which may rest.
    if (layer.source.type === 'clip' || layer.source.type === 'figure') return false;
    const moved = (path: typeof layer.x): number => Math.abs(pathAt(path, at) - pathAt(path, at - 1));
    return moved(layer.x) > 0.2 || moved(layer.y) > 0.2 || moved(layer.scale) * span.width > 0.4 || moved(layer.opacity) > 0.02;
  });
}
