import type {
  BuildPurpose,
  BuildResult,
  BuildShots,
  Film,
  FilmPurpose,
  Issue,
  Problem,
  Progress,
  ReviewMode,
  Task,
  TaskKind,
  Toolchain,
  WebPackage,
} from '@filmwright/contracts';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { readDocument } from '../film/read-document.ts';
import type { Offer } from './merge-offers.ts';
import type { ChosenToolchain } from './model-toolchains.ts';
import { planDrill } from './plan-drill.ts';
import { planFilm } from './plan-film.ts';
import { rowOf } from './plan-rows.ts';
import { planStoryboard } from './plan-storyboard.ts';
import { createPlanner, type Gathered, type PlannedTask, type TaskResultView } from './planner.ts';
import { type AwaitedModel, awaitedText } from './pool-models.ts';
import { progressOf } from './progress.ts';
import type { DigestOf } from './task-key.ts';

export type PlanInput = {
  readonly buildId: string;
  readonly purpose: BuildPurpose;
  /** For purpose `frame`: milliseconds of the film. */
  readonly atMs: number | null;
  readonly document: unknown;
  /** Uploaded asset of each file that the document names. */
  readonly files: Readonly<Record<string, string>>;
  /** What the runners together offer. */
  readonly offer: Offer;
  /** What to do about review; `warn` when left out. */
  readonly reviewMode?: ReviewMode;
  /** The model that reviews pictures and clips, or one revision of it; the first by name that is offered when left out. */
  readonly reviewModel?: string;
  readonly results: (key: string) => TaskResultView | undefined;
  readonly digestOf: DigestOf;
};

/** What a film is planned from. */
export type FilmPlanning = PlanInput & { readonly purpose: FilmPurpose };

export type PlanRow = {
  readonly address: string;
  readonly kind: TaskKind;
  readonly stage: PlannedTask['stage'];
  readonly shot: number | null;
  readonly key: string | null;
  readonly estimateMs: number;
  readonly reused: boolean;
  /** GPUs that it will have to itself; left out for none. */
  readonly gpus?: number;
};

/** A task that is to come, and what is there of what it will read. */
export type ComingTask = Pick<PlanRow, 'address' | 'kind' | 'estimateMs'> & {
  readonly toolchain: string;
  readonly inputs: readonly Gathered[];
};

/** What a film waits for before anything of it is made: pools that are to bring it, and a sentence for people. */
export type PlanAwaits = { readonly pools: readonly string[]; readonly text: string };

export type PlanEnd = { readonly state: 'succeeded' | 'failed'; readonly result: BuildResult | null; readonly problem: Problem | null };

export type Plan = {
  readonly title: string;
  /** Every foreseeable task under its stable address. */
  readonly rows: readonly PlanRow[];
  /** Tasks whose inputs are all known and which are not done; those already in the ledger are among them. */
  readonly ready: readonly Task[];
  readonly progress: Progress;
  readonly end: PlanEnd | null;
  /** Tasks that cannot start yet, of which something that they will read is there; none where it is left out. */
  readonly coming?: readonly ComingTask[];
  /** Toolchains of the tasks that need a model, for `keepChosen`; none where it is left out. */
  readonly chosen?: readonly ChosenToolchain[];
  /** What pools are to bring first; nothing where it is left out. */
  readonly awaits?: PlanAwaits;
  /** What can be played of the film by now, if it is packaged. */
  readonly webPackage: WebPackage | null;
  /** What to show of the film's shots by now; null where there are none to show. Worked out when it is asked for. */
  readonly shots: (() => BuildShots) | null;
};

/** What a film plan came to: an end, or while tasks are to be done what can be played by now, if anything. */
export type FilmOutcome =
  | { readonly result: BuildResult; readonly webPackage?: WebPackage | null }
  | { readonly issues: readonly Issue[] }
  | { readonly webPackage: WebPackage | null }
  | null;

/** The tasks of a build from its document and the results so far. Pure and without memory: called again whenever a result arrives. */
export function planBuild(input: PlanInput): Plan {
  const { purpose } = input;
  if (purpose === 'drill') return planDrill(input);
  if (purpose === 'storyboard') return planStoryboard(input);
  const { film, issues, origin } = readDocument(input.document);
  if (film === null) return ended({ title: 'untitled', input, issues, planned: [] });
  const planner = createPlanner({ results: input.results, offer: input.offer, digestOf: input.digestOf });
  const {
    outcome,
    shots,
    awaits = null,
    isHeld = false,
  } = planFilm({ input: { ...input, purpose }, film, planner, origin, warnings: issues });
  const known = progressOf(planner.planned, input.offer.slots);
  // All that is planned of a film that waits for a pool was only to read it.
  const progress: Progress = isHeld ? { ...known, stage: 'read', shot: null, percent: 0, leftMs: null } : known;
  const rows = planner.planned.map(rowOf);
  const webPackage = (outcome !== null && 'webPackage' in outcome && outcome.webPackage) || null;
  const base = { title: film.title, rows, progress, webPackage, shots, chosen: planner.chosen() };
  if (outcome !== null && 'issues' in outcome) return ended({ title: film.title, input, issues: outcome.issues, planned: planner.planned });
  if (outcome !== null && 'result' in outcome)
    return {
      ...base,
      ready: [],
      progress: { ...progress, percent: 100, leftMs: 0 },
      end: { state: 'succeeded', result: outcome.result, problem: null },
    };
  // A review that failed is told of as such.
  const failure = planner.failures.find(({ task }) => task.kind !== 'normalise' && task.kind !== 'review');
  if (failure !== undefined) return { ...base, ready: [], end: { state: 'failed', result: null, problem: located(failure, film) } };
  const ready = isHeld ? [] : planner.ready;
  return { ...base, ...awaiting(awaits), ready, end: null, coming: comingOf(planner.planned, input.offer.toolchain) };
}

function awaiting(awaits: readonly AwaitedModel[] | null): Pick<Plan, 'awaits'> {
  return awaits === null ? {} : { awaits: { pools: [...new Set(awaits.map(({ pool }) => pool))], text: awaitedText(awaits) } };
}

function comingOf(planned: readonly PlannedTask[], toolchain: Toolchain): readonly ComingTask[] {
  return planned.flatMap(({ address, kind, estimateMs, gathers = [] }) =>
    gathers.length === 0 ? [] : [{ address, kind, estimateMs, toolchain: toolchain[kind] ?? '', inputs: gathers }],
  );
}

/** A failed task's problem with the shot it belongs to. */
function located({ task, problem }: { readonly task: PlannedTask; readonly problem: Problem }, film: Film): Problem {
  if (problem.issues !== undefined && problem.issues.length > 0) return problem;
  const shot = task.shot === null ? undefined : film.storyboard[task.shot];
  const path = task.shot === null ? '' : `storyboard[${task.shot}]`;
  const where = shot === undefined ? task.address : `${path}${shot.id === undefined ? '' : ` (${shot.id})`}, ${task.kind}`;
  return {
    ...problem,
    detail: `${where}: ${problem.detail}`,
    issues: [{ severity: 'error', code: problem.code, path, message: problem.detail }],
  };
}

type Ended = {
  readonly title: string;
  readonly input: PlanInput;
  readonly issues: readonly Issue[];
  readonly planned: readonly PlannedTask[];
};

/** A build that stops at problems in its input; a check succeeds in finding them. */
function ended({ title, input, issues, planned }: Ended): Plan {
  const progress = progressOf(planned, input.offer.slots);
  const stopped = { title, rows: planned.map(rowOf), ready: [], progress, webPackage: null, shots: null };
  if (input.purpose === 'check') {
    return {
      ...stopped,
      end: { state: 'succeeded', problem: null, result: { master: null, frame: null, vtt: null, srt: null, report: null, issues } },
    };
  }
  const errors = issues.filter((issue) => issue.severity === 'error');
  const code = errors.length > 0 && errors.every((issue) => issue.code === errors[0]?.code) ? codeOf(errors[0]?.code) : 'document-invalid';
  const summary =
    errors.length === 1
      ? (errors[0]?.message ?? '')
      : `${errors.length} problems: ${errors
          .slice(0, 3)
          .map((issue) => issue.message)
          .join(' ')}${errors.length > 3 ? ' ...' : ''}`;
  return {
    ...stopped,
    end: { state: 'failed', result: null, problem: toProblem(new FilmwrightError(code, summary, { issues })) },
  };
}

const inputCodes = [
  'media-invalid',
  'media-missing',
  'media-too-large',
  'media-held',
  'speech-unavailable',
  'voice-unknown',
  'model-unavailable',
  'glyphs-missing',
  'disk-full',
  'program-missing',
] as const;

function codeOf(code: string | undefined): 'document-invalid' | (typeof inputCodes)[number] {
  return inputCodes.find((known) => known === code) ?? 'document-invalid';
}
