import type { Measures } from './measure.ts';

const percent = (part: number | null): string => (part === null ? '-' : `${(part * 100).toFixed(1)} %`);
const seconds = (ms: number): string => (ms < 10_000 ? (ms / 1000).toFixed(2) : (ms / 1000).toFixed(0));

/** A row of the table: a run's figures, and how long it took to simulate. */
export type Row = { readonly measures: Measures; readonly tookMs: number };

const columns: readonly { readonly head: string; readonly cell: (row: Row) => string }[] = [
  { head: 'policy', cell: ({ measures }) => measures.policy },
  { head: 'deadlines', cell: ({ measures }) => percent(measures.deadlinesMet) },
  { head: 'swap share', cell: ({ measures }) => percent(measures.swapShare) },
  { head: 'swaps', cell: ({ measures }) => String(measures.swaps) },
  { head: 'busy', cell: ({ measures }) => percent(measures.utilisation) },
  { head: 'wait p50 s', cell: ({ measures }) => seconds(measures.wait.p50Ms) },
  { head: 'p95', cell: ({ measures }) => seconds(measures.wait.p95Ms) },
  { head: 'p99', cell: ({ measures }) => seconds(measures.wait.p99Ms) },
  { head: 'mean latency s', cell: ({ measures }) => seconds(measures.latency.meanMs) },
  { head: 'least share', cell: ({ measures }) => measures.leastShare?.toFixed(2) ?? '-' },
  { head: 'preempted', cell: ({ measures }) => String(measures.preemptions) },
  { head: 'cost', cell: ({ measures }) => measures.cost.toFixed(0) },
  { head: 'hours', cell: ({ measures }) => (measures.endMs / 3_600_000).toFixed(2) },
  { head: 'left', cell: ({ measures }) => String(measures.left) },
  { head: 'ms/step', cell: ({ measures, tookMs }) => (tookMs / Math.max(1, measures.steps)).toFixed(3) },
  { head: 'took s', cell: ({ tookMs }) => (tookMs / 1000).toFixed(2) },
];

/** Aligned columns for a terminal, the names to the left and figures to the right. */
export const table = (rows: readonly Row[]): string => {
  const cells = [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const lines = cells.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  );
  return `${lines.join('\n')}\n`;
};
