import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Problem, type Report, toProblem } from '@filmwright/contracts';
import { type SavedFilm, saveFilm } from '../film/save-film.ts';
import { checkWritable, writeWhole } from '../film/save-media.ts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { type Batch, type BatchRow, readBatch } from '../rows/read-batch.ts';
import { readShapes } from '../rows/read-shapes.ts';
import { newRun, type RowRun, type RowState, runBatch } from '../rows/run-batch.ts';
import { lengthOf } from '../show/progress-display.ts';
import { rowsDisplay } from '../show/rows-display.ts';
import { foldedWarnings, invalidText, pathHere, shortProblem, tableLines } from '../show/rows-table.ts';
import { outputFolder } from './build-film.ts';
import type { MakeOptions } from './make.ts';
import { offerVoice } from './offer-voice.ts';
import { onInterrupt } from './on-interrupt.ts';

/** What was kept of a finished row: where its files lie, and of its report what the table shows. */
type MadeRow = SavedFilm & { readonly durationMs: number; readonly warnings: Report['warnings'] };
type MadeBatch = { readonly runs: readonly RowRun[]; readonly made: ReadonlyMap<RowRun, MadeRow>; readonly halted: Problem | null };

/** How a row is called in the table. */
const stateNames: Readonly<Record<RowState, string>> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'made',
  failed: 'failed',
  cancelled: 'cancelled',
  invalid: 'invalid',
  'not-started': 'not started',
};

/** Builds at once: two for each core, so that no runner waits while a film is joined, measured or fetched. */
export function windowOf(cores: number): number {
  return Math.max(4, Math.min(16, 2 * cores));
}

/**
 * Makes one film for each row, in a folder of its own below the output folder, and `rows.json` beside them. Gives the exit status: 0 when every row was made,
 * 1 when one was not, 2 when none could be started, 130 after Ctrl-C.
 */
export async function makeRows(options: MakeOptions & { readonly rows: string }): Promise<0 | 1 | 2 | 130> {
  return makeBatch({ options, batch: await readBatch(options), folder: outputFolder(options.rows, options) });
}

/** Makes a film in each of its shapes into one folder: `master.mp4` for its own, `master-9x16.mp4` and so on for the others. The exit status is that of rows. */
export async function makeShapes(options: MakeOptions): Promise<0 | 1 | 2 | 130> {
  const batch = await readShapes(options);
  return makeBatch({ options, batch, folder: outputFolder(options.file, { out: options.out, language: batch.language }) });
}

type MakeBatch = { readonly options: MakeOptions; readonly batch: Batch; readonly folder: string };

async function makeBatch({ options, batch, folder }: MakeBatch): Promise<0 | 1 | 2 | 130> {
  const startedMs = performance.now();
  const { json } = options;
  if (batch.of === 'rows') await checkWritable(join(folder, 'rows.json'));
  for (const row of batch.rows) await checkWritable(join(folderOf(row, { batch, folder }), `master${row.shape?.suffix ?? ''}.mp4`));
  const runs = batch.rows.map(newRun);
  if (!json && runs.some((run) => run.state === 'invalid')) process.stderr.write(`${invalidText(runs)}\n`);
  const interrupt = new AbortController();
  const finished: MadeBatch = runs.every((run) => run.state === 'invalid')
    ? { runs, made: new Map(), halted: null }
    : { runs, ...(await makeGood({ options, batch, runs, folder, interrupt })) };
  const found = answerOf(finished, Math.round(performance.now() - startedMs));
  const answer = batch.of === 'rows' ? await keepAnswer(found, folder) : found;
  if (json) process.stdout.write(`${JSON.stringify(batch.of === 'rows' ? answer : filmsAnswer(answer))}\n`);
  else if (runs.some((run) => run.state !== 'invalid')) process.stdout.write(`${tableText(finished, { answer, folder, of: batch.of })}\n`);
  if (interrupt.signal.aborted) return 130;
  if (runs.every((run) => run.state === 'succeeded')) return 0;
  return runs.some((run) => run.build !== null) ? 1 : 2;
}

/** Where the films of a row lie: rows have folders of their own, the shapes of one film lie together. */
function folderOf(row: BatchRow, { batch, folder }: { readonly batch: Batch; readonly folder: string }): string {
  return batch.of === 'rows' ? join(folder, row.name) : folder;
}

type MakeGood = {
  readonly options: MakeOptions;
  readonly batch: Batch;
  readonly runs: readonly RowRun[];
  readonly folder: string;
  readonly interrupt: AbortController;
};

async function makeGood({ options, batch, runs, folder, interrupt }: MakeGood): Promise<Omit<MadeBatch, 'runs'>> {
  const { json, yes } = options;
  const home = filmwrightHome();
  if (options.offerVoice) await offerVoice({ home, ask: !yes && !json });
  return usePlatform(home, async (client) => {
    const display = rowsDisplay({ stream: process.stderr, silent: json, runs: () => runs, of: batch.of, done: 'made' });
    const release = onInterrupt(() => interrupt.abort());
    try {
      const { taken, halted } = await runBatch<MadeRow>({
        client,
        home,
        batch,
        runs,
        purpose: 'make',
        pressing: options.pressing ?? {},
        window: windowOf(availableParallelism()),
        signal: interrupt.signal,
        changed: display.changed,
        take: async ({ row, build }, result) => {
          const suffix = row.shape?.suffix ?? '';
          const saved = await saveFilm({ client, home, build: build ?? '', result, folder: folderOf(row, { batch, folder }), suffix });
          const { durationMs, warnings } = result.report as Report;
          return { ...saved, durationMs, warnings };
        },
      });
      return { made: taken, halted };
    } finally {
      release();
      display.end();
    }
  });
}

/** What `--json` prints and `rows.json` holds. */
type Answer = {
  readonly rows: readonly {
    readonly row: number;
    readonly name: string;
    /** Left out where the batch makes each film in its own shape alone. */
    readonly aspect?: string;
    readonly build: string | null;
    readonly state: RowState;
    readonly master: string | null;
    readonly package: string | null;
    readonly report: string | null;
    readonly tasks: { readonly run: number; readonly reused: number };
    readonly wallMs: number;
    readonly problem: Problem | null;
  }[];
  readonly tasks: { readonly run: number; readonly reused: number };
  readonly wallMs: number;
};

function answerOf({ runs, made }: MadeBatch, wallMs: number): Answer {
  const rows = runs.map((run) => {
    const { run: ran, reused } = run.progress?.tasks ?? { run: 0, reused: 0 };
    const { master = null, package: folder = null, report = null } = made.get(run) ?? {};
    const { row, build, state, problem } = run;
    return {
      row: row.number,
      name: row.name,
      ...(row.shape === undefined ? {} : { aspect: row.shape.aspect }),
      build,
      state,
      master,
      package: folder,
      report,
      tasks: { run: ran, reused },
      wallMs: run.wallMs,
      problem,
    };
  });
  const sum = (pick: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + pick(row), 0);
  return { rows, tasks: { run: sum(({ tasks }) => tasks.run), reused: sum(({ tasks }) => tasks.reused) }, wallMs };
}

/** What `--json` prints of the shapes of one film. */
function filmsAnswer({ rows, ...sums }: Answer): object {
  return { films: rows.map(({ row: _row, name: _name, ...film }) => film), ...sums };
}

/** Writes `rows.json` unless nothing was started. */
async function keepAnswer(answer: Answer, folder: string): Promise<Answer> {
  if (answer.rows.every(({ build }) => build === null)) return answer;
  await writeWhole(join(folder, 'rows.json'), (file) => file.writeFile(`${JSON.stringify(answer, null, 2)}\n`)).catch((error: unknown) =>
    process.stderr.write(`The table was not kept: ${toProblem(error).detail}\n`),
  );
  return answer;
}

type TableText = { readonly answer: Answer; readonly folder: string; readonly of: Batch['of'] };

function tableText({ runs, made, halted }: MadeBatch, { answer, folder, of }: TableText): string {
  const shaped = runs.some(({ row }) => row.shape !== undefined);
  const cells = runs.map((run) => {
    const film = made.get(run);
    const started = run.build !== null;
    const { tasks } = run.progress ?? {};
    return [
      ...(of === 'rows' ? [String(run.row.number), run.row.name] : []),
      ...(shaped ? [run.row.shape?.aspect ?? ''] : []),
      stateNames[run.state],
      film === undefined ? '' : `${(film.durationMs / 1000).toFixed(1)} s`,
      started ? lengthOf(run.wallMs) : '',
      started ? String(tasks?.run ?? 0) : '',
      started ? String(tasks?.reused ?? 0) : '',
      film === undefined ? (run.state === 'cancelled' ? '' : shortProblem(run)) : pathHere(film.master),
    ];
  });
  const columns = [
    ...(of === 'rows' ? [{ title: 'row', right: true }, { title: 'name' }] : []),
    ...(shaped ? [{ title: 'shape' }] : []),
    { title: 'state' },
    { title: 'length', right: true },
    { title: 'wall', right: true },
    { title: 'run', right: true },
    { title: 'reused', right: true },
    { title: 'master' },
  ];
  const { run, reused } = answer.tasks;
  const count =
    made.size === runs.length ? `${runs.length} ${runs.length === 1 ? 'film' : 'films'}` : `${made.size} of ${runs.length} films`;
  const kept = of === 'rows' && answer.rows.some(({ build }) => build !== null);
  return [
    ...tableLines(columns, { cells, whole: (at) => made.has(runs[at] as RowRun) }),
    `${count} made in ${lengthOf(answer.wallMs)} (${run} tasks run, ${reused} reused).`,
    ...foldedWarnings(
      [...made.values()].map((film) => film.warnings),
      of === 'rows' ? 'row' : 'shape',
    ),
    ...(halted === null ? [] : [`Stopped: ${halted.detail}\n  Run the same command again once that is put right; what is made is kept.`]),
    ...(runs.some((one) => one.state === 'cancelled')
      ? ['Cancelled. Run the same command again to make the rest; what is made is kept.']
      : []),
    ...(kept ? [`  table   ${pathHere(join(folder, 'rows.json'))}`] : []),
  ].join('\n');
}
