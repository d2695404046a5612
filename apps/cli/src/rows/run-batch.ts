import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@filmwright/client';
import {
  type Build,
  type BuildResult,
  type FilmPurpose,
  FilmwrightError,
  fromProblem,
  type Problem,
  type ProblemCode,
  type Progress,
  toProblem,
} from '@filmwright/contracts';
import type { Pressing } from '../commands/read-pressing.ts';
import { createUploader, type Uploader } from '../film/upload-files.ts';
import { waitLine } from '../show/progress-display.ts';
import type { Batch, BatchRow } from './read-batch.ts';

/** `invalid`: known to be wrong before anything was started; `not-started`: the batch was ended before its turn. */
export type RowState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'invalid' | 'not-started';

/** One row on its way: `wallMs` from its submission until its files lie where they belong. */
export type RowRun = {
  readonly row: BatchRow;
  state: RowState;
  build: string | null;
  progress: Progress | null;
  /** Why it does not go on just now. */
  waits: string | null;
  problem: Problem | null;
  startedMs: number;
  wallMs: number;
};

export type RunBatch<T> = {
  readonly client: Client;
  readonly home: string;
  readonly batch: Pick<Batch, 'told'>;
  /** The rows in the order of the file, changed as they go on. */
  readonly runs: readonly RowRun[];
  readonly purpose: FilmPurpose;
  readonly pressing?: Pressing;
  /** Builds at once: enough that no runner waits while one row is joined and the next is planned, few enough that ledger and platform stay small. */
  readonly window: number;
  /** Takes what a finished build made; the row ends when it has. */
  readonly take: (run: RowRun, result: BuildResult) => Promise<T>;
  /** Called after every change of a row. */
  readonly changed: (run: RowRun) => void;
  readonly signal: AbortSignal;
};
/** What was taken of each row that ended well; `halted` is the problem that kept the rest from being started. */
export type FinishedBatch<T> = { readonly taken: ReadonlyMap<RowRun, T>; readonly halted: Problem | null };

/** What would meet every row that follows: the batch ends there, and what is made is kept. */
const endsAll: readonly ProblemCode[] = ['disk-full', 'unavailable', 'unauthorized', 'forbidden', 'program-missing'];

/** Makes the good rows of a batch, a window of them at once in the order of the file; a row that fails fails alone. Aborting `signal` cancels all that runs. */
export async function runBatch<T>(options: RunBatch<T>): Promise<FinishedBatch<T>> {
  const { batch, runs, window, signal, changed } = options;
  const upload = createUploader(options);
  const inTurn = oneAfterAnother();
  const taken = new Map<RowRun, T>();
  const waiting = runs.filter((run) => run.state === 'waiting').values();
  let halted: Problem | null = null;

  const finish = (run: RowRun, end: Pick<RowRun, 'state' | 'problem'>): void => {
    Object.assign(run, end, { wallMs: Math.round(performance.now() - run.startedMs) });
    changed(run);
  };
  const makeRow = async (run: RowRun): Promise<void> => {
    Object.assign(run, { state: 'running', startedMs: performance.now() });
    changed(run);
    try {
      const result = await buildRow(run, { ...options, upload, inTurn });
      taken.set(run, await patiently(() => options.take(run, result), signal));
      finish(run, { state: 'succeeded', problem: null });
    } catch (error) {
      const cause = toProblem(error);
      if (cause.code === 'build-cancelled') return finish(run, { state: 'cancelled', problem: cause });
      const problem = batch.told(cause, run.row);
      if (endsAll.includes(problem.code)) halted ??= problem;
      finish(run, { state: 'failed', problem });
    }
  };
  const makeNext = async (): Promise<void> => {
    for (const run of waiting) {
      if (signal.aborted || halted !== null) Object.assign(run, { state: 'not-started' });
      else await makeRow(run);
    }
  };
  await Promise.all(Array.from({ length: window }, makeNext));
  return { taken, halted };
}

/** A row at its start; one with a problem stays as it is. */
export function newRun(row: BatchRow): RowRun {
  const state = row.problem === null ? 'waiting' : 'invalid';
  return { row, state, build: null, progress: null, waits: null, problem: row.problem, startedMs: 0, wallMs: 0 };
}

type BuildRow = Pick<RunBatch<unknown>, 'client' | 'purpose' | 'pressing' | 'changed' | 'signal'> & {
  readonly upload: Uploader;
  readonly inTurn: InTurn;
};

/** Uploads, submits and follows one row; throws the problem of a build that did not succeed. */
async function buildRow(run: RowRun, { client, purpose, pressing = {}, changed, signal, upload, inTurn }: BuildRow): Promise<BuildResult> {
  const started = await inTurn(async () => {
    const idempotencyKey = randomUUID();
    return patiently(async () => {
      const files = await upload(run.row.files);
      if (signal.aborted) throw cancelled();
      return client.createBuild({ document: run.row.document, files, purpose, ...pressing, idempotencyKey });
    }, signal);
  });
  run.build = started.id;
  const last = await followed({ client, started, signal, show: (build) => note(run, build, changed) });
  note(run, last, changed);
  if (last.state === 'succeeded' && last.result !== null) return last.result;
  if (last.state === 'cancelled') throw cancelled();
  throw last.problem === null ? new FilmwrightError('internal', `The build ended as ${last.state}.`) : fromProblem(last.problem);
}

/** A platform that does not answer is waited for so long: its parts are started again when they die. */
const patienceMs = 60_000;

/** Tries again while the platform does not answer; throws its silence when that lasts. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const silent = error instanceof FilmwrightError && error.code === 'unavailable';
      if (!silent || signal.aborted || performance.now() > untilMs) throw error;
      await sleep(500);
    }
  }
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs one piece of work after another: the ledger serves the oldest build first, so rows are submitted in the order of the file. */
function oneAfterAnother(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

function cancelled(): FilmwrightError {
  return new FilmwrightError('build-cancelled', 'The row was cancelled.');
}

function note(run: RowRun, build: Build, changed: (run: RowRun) => void): void {
  run.progress = build.progress;
  run.waits = waitLine(build, Date.now());
  changed(run);
}

type Followed = { readonly client: Client; readonly started: Build; readonly signal: AbortSignal; readonly show: (build: Build) => void };

/** The build at its end; when the signal is aborted it is cancelled, and the answer to that is its end. */
async function followed({ client, started, signal, show }: Followed): Promise<Build> {
  let last = started;
  let ending: Promise<Build> | undefined;
  const over = new AbortController();
  const cancel = (): void => {
    ending = client.cancelBuild(started.id).catch(() => client.getBuild(started.id));
    ending.then(
      () => over.abort(),
      () => over.abort(),
    );
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const build of client.followBuild({ id: started.id, giveUpMs: 120_000, signal: over.signal })) {
      last = build;
      show(build);
    }
    return last;
  } catch (error) {
    if (ending === undefined) throw error;
    return await ending;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
