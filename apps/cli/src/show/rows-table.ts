import { relative } from 'node:path';
import type { Issue } from '@filmwright/contracts';
import type { RowRun } from '../rows/run-batch.ts';
import { issueText } from './show-problem.ts';

/** A column of a table; numbers stand at the right. */
export type TableColumn = { readonly title: string; readonly right?: boolean };

export type TableCells = {
  readonly cells: readonly (readonly string[])[];
  /** Rows that are not cut where the terminal ends, such as those with a path to copy; all when left out. */
  readonly whole?: (at: number) => boolean;
};

/** Lines of a table under its titles, each column as wide as its widest cell. */
export function tableLines(columns: readonly TableColumn[], { cells, whole = () => true }: TableCells): readonly string[] {
  const rows = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, at) => rows.reduce((most, row) => Math.max(most, [...(row[at] ?? '')].length), 0));
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  return rows.map((row, number) => {
    const line = row.map((cell, at) => {
      const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - [...cell].length));
      return columns[at]?.right ? `${space}${cell}` : `${cell}${space}`;
    });
    const text = `  ${line.join('  ')}`.trimEnd();
    return text.length > width && !whole(number - 1) ? `${text.slice(0, width - 1)}…` : text;
  });
}

/** Why a row was not made, in one line without the name of the file and the row, which stand before it in the table. */
export function shortProblem({ problem }: RowRun): string {
  if (problem === null) return '';
  const errors = (problem.issues ?? []).filter((issue) => issue.severity === 'error');
  const [first] = errors;
  const text = first === undefined ? problem.detail.replace(/^[^:]* row \d+: /, '') : `${placeOf(first)}${first.message}`;
  return `${text.split('\n')[0] ?? ''}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`;
}

function placeOf({ path }: Issue): string {
  const place = / row \d+, (.*)$/.exec(path)?.[1];
  return place === undefined ? '' : `${place}: `;
}

/** A path as short as it can be given to a program here. */
export function pathHere(path: string): string {
  const here = relative(process.cwd(), path);
  return here === '' || here.startsWith('..') ? path : here;
}

/** Warnings of many films, each told once with how many of them have it. */
export function foldedWarnings(warnings: readonly (readonly Issue[])[], what: 'row' | 'shape' = 'row'): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of warnings.flatMap((list) => [...new Set(list.map(issueText))])) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => {
    if (warnings.length === 1) return text;
    const [first = '', ...rest] = text.split('\n');
    return [`${first} (${count === warnings.length ? `all ${count}` : count} ${what}${count === 1 ? '' : 's'})`, ...rest].join('\n');
  });
}

/** What is wrong with rows that were not started: each issue by row and column. */
export function invalidText(runs: readonly RowRun[]): string {
  const invalid = runs.filter((run) => run.state === 'invalid');
  const issues = invalid.flatMap(({ problem }) => {
    const told = (problem?.issues ?? []).filter((issue) => issue.severity === 'error');
    return told.length > 0 ? told.map(issueText) : [`  error    ${problem?.detail ?? ''}`];
  });
  const count = `${invalid.length} of ${counted(runs.length, 'row')}`;
  const lead = invalid.length === runs.length ? `No film was started: ${count} cannot be made.` : `${count} cannot be made:`;
  return [lead, ...issues].join('\n');
}

/** `1 problem`, `3 problems`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
