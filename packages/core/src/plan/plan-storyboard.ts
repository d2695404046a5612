import {
  type BuildResult,
  FilmwrightError,
  findModelRef,
  type Problem,
  type StoryboardReport,
  storyboardOrderSchema,
  toProblem,
} from '@filmwright/contracts';
import type { z } from 'zod';
import { breakDownScript } from '../storyboard/break-down-script.ts';
import { filmOfStoryboard } from '../storyboard/film-of-storyboard.ts';
import { textLanguage } from '../storyboard/text-language.ts';
import { sayingMs } from '../storyboard/timed-sentences.ts';
import type { Plan, PlanInput } from './plan-build.ts';
import { rowOf } from './plan-rows.ts';
import { createPlanner } from './planner.ts';
import { progressOf } from './progress.ts';

type Order = z.output<typeof storyboardOrderSchema>;
type Written = Omit<StoryboardReport, 'film'>;

const noFilm = { master: null, frame: null, vtt: null, srt: null, issues: [] } as const;
/** A model writes so much faster than a script is said, as a first guess. */
const writingShare = 0.5;

/** Makes a film document of a script: by rules at once, by a model with one task. Where rules may help out, a model that fails is told of in a notice. */
export function planStoryboard(input: PlanInput): Plan {
  const planner = createPlanner({ results: input.results, offer: input.offer, digestOf: input.digestOf });
  const read = storyboardOrderSchema.safeParse(input.document);
  const outcome = read.success
    ? write(read.data, { input, planner })
    : problemOf('document-invalid', `The document is not an order of a storyboard: ${read.error.message}`);
  const progress = progressOf(planner.planned, input.offer.slots);
  const title = (read.success && read.data.title) || 'Storyboard';
  const base = { title, rows: planner.planned.map(rowOf), progress, webPackage: null, shots: null, coming: [] };
  if (outcome === null) return { ...base, ready: planner.ready, end: null };
  if ('code' in outcome) return { ...base, ready: [], end: { state: 'failed', result: null, problem: outcome } };
  const { language = textLanguage(read.data?.script ?? ''), media = [], aspect } = read.data ?? {};
  const { voices } = input.offer;
  const { storyboard, credit } = outcome;
  const film = filmOfStoryboard(storyboard, { language, media, voices, credit, ...(aspect === undefined ? {} : { aspect }) });
  const report: StoryboardReport = { ...outcome, film };
  const result: BuildResult = { ...noFilm, report };
  return { ...base, ready: [], progress: { ...progress, percent: 100, leftMs: 0 }, end: { state: 'succeeded', result, problem: null } };
}

/** What was written; null while a model still writes. */
function write(
  order: Order,
  { input, planner }: { readonly input: PlanInput; readonly planner: ReturnType<typeof createPlanner> },
): Written | Problem | null {
  const { script, language = textLanguage(script), title, model, orRules, media, drawings, wishes, seed } = order;
  const byRules = (notices: readonly string[]): Written | Problem => {
    const storyboard = breakDownScript(script, { language, media, drawings, ...(title === undefined ? {} : { title }) });
    return storyboard === null
      ? problemOf('request-invalid', 'The script has no words to be said or shown.')
      : { by: 'rules', storyboard, rounds: 0, credit: null, notices };
  };
  if (model === undefined) return byRules([]);
  const offered = input.offer.modelsFor?.storyboard ?? [];
  const ref = findModelRef(offered, model);
  if (ref === undefined) {
    const next = `Name ${offered.length === 0 ? 'a server for it in chat-servers.json of a runner' : 'one of those'}, or leave the model out and rules write it.`;
    const missing = `No runner has the model ${model} to write storyboards; ${offered.length === 0 ? 'none has any' : `there are ${offered.join(', ')}`}.`;
    return orRules ? byRules([`${missing} The storyboard is written by rules.`]) : problemOf('model-unavailable', `${missing} ${next}`);
  }
  const output = planner.ask({
    ...{ address: 'storyboard', kind: 'storyboard', stage: 'read', shot: null },
    estimateMs: sayingMs(script.slice(0, 5000), language) * Math.max(1, script.length / 5000) * writingShare,
    payload: { model: ref, script, language, media, drawings, wishes, seed },
  });
  if (output !== undefined) {
    const { storyboard, ...told } = output;
    return { by: 'model', storyboard: title === undefined ? storyboard : { ...storyboard, title }, ...told };
  }
  const [failure] = planner.failures;
  if (failure === undefined) return null;
  return orRules ? byRules([`${failure.problem.detail} The storyboard is written by rules.`]) : failure.problem;
}

function problemOf(code: 'document-invalid' | 'request-invalid' | 'model-unavailable', detail: string): Problem {
  return toProblem(new FilmwrightError(code, detail));
}
