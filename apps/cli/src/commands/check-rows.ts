import { availableParallelism } from 'node:os';
import type { Issue } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { readBatch } from '../rows/read-batch.ts';
import { newRun, type RowRun, runBatch } from '../rows/run-batch.ts';
import { rowsDisplay } from '../show/rows-display.ts';
import { counted, foldedWarnings, tableLines } from '../show/rows-table.ts';
import { issueText } from '../show/show-problem.ts';
import type { CheckReport } from './check.ts';
import { windowOf } from './make-rows.ts';
import { onInterrupt } from './on-interrupt.ts';

type CheckedRow = { readonly issues: readonly Issue[]; readonly film: CheckReport | null };
export type CheckRows = { readonly file: string; readonly rows: string; readonly aspect: string | undefined; readonly json: boolean };

/** Says of each row what would go wrong with its film, without making any; exit status 2 when one could not be made. */
export async function checkRows({ file, rows, aspect, json }: CheckRows): Promise<0 | 2 | 130> {
  const batch = await readBatch({ file, rows, aspect });
  const runs = batch.rows.map(newRun);
  const interrupt = new AbortController();
  const found = new Map<RowRun, CheckedRow>();
  const home = filmwrightHome();
  if (runs.some((run) => run.state === 'waiting'))
    await usePlatform(home, async (client) => {
      const display = rowsDisplay({
        stream: process.stderr,
        silent: json || !process.stderr.isTTY,
        runs: () => runs,
        of: 'rows',
        done: 'checked',
      });
      const release = onInterrupt(() => interrupt.abort());
      try {
        const { halted } = await runBatch({
          client,
          home,
          batch,
          runs,
          purpose: 'check',
          window: windowOf(availableParallelism()),
          signal: interrupt.signal,
          changed: display.changed,
          take: async (run, { issues, report }) => {
            const told = batch.told({ ...noProblem, issues }, run.row).issues ?? [];
            found.set(run, { issues: told, film: report as CheckReport | null });
          },
        });
        if (halted !== null) process.stderr.write(`${halted.detail}\n`);
      } finally {
        release();
        display.end();
      }
    });
  const answer = runs.map((run) => {
    const { issues = run.problem?.issues ?? [], film = null } = found.get(run) ?? {};
    const ok = run.state === 'succeeded' && issues.every((issue) => issue.severity !== 'error');
    const aspect = run.row.shape?.aspect;
    return { row: run.row.number, name: run.row.name, ...(aspect === undefined ? {} : { aspect }), ok, issues, film, problem: run.problem };
  });
  const ok = answer.every((row) => row.ok);
  process.stdout.write(json ? `${JSON.stringify({ ok, rows: answer })}\n` : `${checkText(answer, rows)}\n`);
  return interrupt.signal.aborted ? 130 : ok ? 0 : 2;
}

const noProblem = { type: '', title: '', status: 200, code: 'document-invalid', detail: '', retryable: false } as const;

type AnswerRow = {
  readonly row: number;
  readonly name: string;
  readonly aspect?: string;
  readonly ok: boolean;
  readonly issues: readonly Issue[];
  readonly film: CheckReport | null;
};

function checkText(answer: readonly AnswerRow[], rows: string): string {
  const good = answer.filter((row) => row.ok);
  const errors = answer.flatMap(({ issues }) => issues.filter((issue) => issue.severity === 'error'));
  const shaped = answer.some(({ aspect }) => aspect !== undefined);
  const cells = answer.map(({ row, name, aspect, ok, film, issues }) => {
    const warnings = issues.filter((issue) => issue.severity === 'warning').length;
    const wrong = issues.length - warnings;
    return [
      String(row),
      name,
      ...(shaped ? [aspect ?? ''] : []),
      ok ? 'can be made' : 'cannot be made',
      film === null ? '' : `${(film.durationMs / 1000).toFixed(1)} s`,
      film === null ? '' : String(film.shots.length),
      [...(wrong === 0 ? [] : [counted(wrong, 'problem')]), ...(warnings === 0 ? [] : [counted(warnings, 'warning')])].join(', '),
    ];
  });
  const columns = [
    { title: 'row', right: true },
    { title: 'name' },
    ...(shaped ? [{ title: 'shape' }] : []),
    { title: 'state' },
    { title: 'length', right: true },
    { title: 'shots', right: true },
    { title: '' },
  ];
  return [
    good.length === answer.length
      ? `All ${answer.length} rows of ${rows} can be made.`
      : `${answer.length - good.length} of ${answer.length} rows of ${rows} cannot be made.`,
    ...tableLines(columns, { cells }),
    ...errors.map(issueText),
    ...foldedWarnings(
      answer.filter((row) => row.film !== null).map(({ issues }) => issues.filter((issue) => issue.severity === 'warning').map(withoutRow)),
    ),
    ...(good.length === 0 ? [] : ['  Lengths are estimates until the narration is spoken.']),
  ].join('\n');
}

function withoutRow(issue: Issue): Issue {
  return { ...issue, path: issue.path.replace(/^.* row \d+(, |$)/, '') };
}
