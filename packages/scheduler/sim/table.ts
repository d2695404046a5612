import type { Measures } from './measure.ts';

const percent = (part: number | null): string => (part === null ? '-' : `${(part * 100).toFixed(1)} %`);
const seconds = (ms: number): string => (ms < 10_000 ? (ms / 1000).toFixed(2) : (ms / 1000).toFixed(0));

/** A row of the table: a run's figures, and how long it took to simulate. */
export type Row = { readonly measures: Measures; readonly tookMs: number; readonly seed: number };

type Column<Shown> = { readonly head: string; readonly cell: (shown: Shown) => string };

/** The columns of the table over policies; the page shows the same. */
export const columns: readonly Column<Row>[] = [
  { head: 'policy', cell: ({ measures }) => measures.policy },
  { head: 'seed', cell: ({ seed }) => String(seed) },
  { head: 'deadlines', cell: ({ measures }) => percent(measures.deadlinesMet) },
  { head: 'swap share', cell: ({ measures }) => percent(measures.swapShare) },
  { head: 'swaps', cell: ({ measures }) => String(measures.swaps) },
  { head: 'busy', cell: ({ measures }) => percent(measures.utilisation) },
  { head: 'wait p50 s', cell: ({ measures }) => seconds(measures.wait.p50Ms) },
  { head: 'p95', cell: ({ measures }) => seconds(measures.wait.p95Ms) },
  { head: 'p99', cell: ({ measures }) => seconds(measures.wait.p99Ms) },
  { head: 'latency s', cell: ({ measures }) => seconds(measures.latency.meanMs) },
  { head: 'start off p50 s', cell: ({ measures }) => (measures.off.told === 0 ? '-' : seconds(measures.off.p50Ms)) },
  { head: 'p95', cell: ({ measures }) => (measures.off.told === 0 ? '-' : seconds(measures.off.p95Ms)) },
  { head: 'least share', cell: ({ measures }) => measures.leastShare?.toFixed(2) ?? '-' },
  { head: 'preempted', cell: ({ measures }) => String(measures.preemptions) },
  { head: 'broken', cell: ({ measures }) => String(measures.broken) },
  { head: 'surprises', cell: ({ measures }) => String(measures.surprises) },
  { head: 'cost', cell: ({ measures }) => measures.cost.toFixed(measures.cost < 10 ? 2 : 0) },
  { head: 'ends s', cell: ({ measures }) => seconds(measures.endMs) },
  { head: 'left', cell: ({ measures }) => String(measures.left) },
  { head: 'steps', cell: ({ measures }) => String(measures.steps) },
  { head: 'step p99 ms', cell: ({ measures }) => measures.stepP99Ms?.toFixed(2) ?? '-' },
  { head: 'took s', cell: ({ tookMs }) => (tookMs / 1000).toFixed(2) },
];

type Share = { readonly row: Row; readonly own: Measures['byWorkspace'][number] };

/** The columns of the table over workspaces. */
export const workspaceColumns: readonly Column<Share>[] = [
  { head: 'policy', cell: ({ row }) => row.measures.policy },
  { head: 'seed', cell: ({ row }) => String(row.seed) },
  { head: 'workspace', cell: ({ own }) => own.workspace },
  { head: 'tasks', cell: ({ own }) => String(own.tasks) },
  { head: 'deadlines', cell: ({ own }) => percent(own.deadlinesMet) },
  { head: 'wait p50 s', cell: ({ own }) => seconds(own.wait.p50Ms) },
  { head: 'p95', cell: ({ own }) => seconds(own.wait.p95Ms) },
  { head: 'p99', cell: ({ own }) => seconds(own.wait.p99Ms) },
  { head: 'share', cell: ({ own }) => own.share?.toFixed(2) ?? '-' },
  { head: 'backlogged s', cell: ({ own }) => seconds(own.backlogMs) },
];

/** Every workspace under every policy, at most the first eight workspaces of each. */
export const sharesOf = (rows: readonly Row[]): readonly Share[] =>
  rows.flatMap((row) => row.measures.byWorkspace.slice(0, 8).map((own) => ({ row, own })));

const aligned = (cells: readonly (readonly string[])[], names: number): string => {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    texts.map((text, column) => (column < names ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ');
  return cells.map((texts) => `${line(texts)}\n`).join('');
};

/** Aligned columns for a terminal: policies, and beneath them their workspaces where there is more than one. */
export const table = (rows: readonly Row[]): string => {
  const policies = aligned([columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => cell(row)))], 1);
  const shares = sharesOf(rows);
  if (shares.length <= rows.length) return policies;
  const cells = shares.map((share) => workspaceColumns.map(({ cell }) => cell(share)));
  return `${policies}\n${aligned([workspaceColumns.map(({ head }) => head), ...cells], 3)}`;
};
