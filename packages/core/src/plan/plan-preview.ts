import { packageView } from './package-view.ts';
import type { FilmOutcome } from './plan-build.ts';
import type { FilmPlan } from './plan-film.ts';
import { planMix } from './plan-mix.ts';
import { planFirstPlayed } from './plan-package.ts';
import type { Planner } from './planner.ts';
import type { Uploads } from './uploads.ts';

export type PreviewInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly uploads: Uploads };

/** A film at its smallest rung, with its sound, to be played while people work on it; the same tasks as the smallest rung of its package. */
export function planPreview({ plan, planner, uploads }: PreviewInput): FilmOutcome {
  const { mix } = planMix({ plan, planner, uploads });
  const { rungs, sound } = planFirstPlayed({ plan, planner, mix });
  const complete = sound !== undefined && rungs.every(({ spans }) => spans.every(({ output }) => output !== undefined));
  const webPackage = packageView({ plan, rungs, sound, captions: [], poster: null, sprites: null, complete });
  if (!complete) return { webPackage };
  return { webPackage, result: { master: null, frame: null, vtt: null, srt: null, timeline: null, report: null, issues: plan.warnings } };
}
