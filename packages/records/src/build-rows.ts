import type { Build, BuildPurpose, BuildResult, BuildState, Priority, Problem, Progress } from '@filmwright/contracts';
import type { Awaits, BuildRecord } from './records.ts';

/** A row of `build`. */
export type BuildRow = {
  id: string;
  workspace_id: string;
  film_id: string;
  title: string;
  purpose: BuildPurpose;
  priority: Priority;
  deadline: Date | null;
  at_ms: number | null;
  state: BuildState;
  progress: Progress;
  result: BuildResult | null;
  problem: Problem | null;
  awaits: Awaits | null;
  created_at: Date;
  ended_at: Date | null;
};
/** Columns of a `BuildRow`, by their names: a prepared statement with a star would fail once another program has added one. */
export const buildColumns = [
  ...[
    'id',
    'workspace_id',
    'film_id',
    'title',
    'purpose',
    'priority',
    'deadline',
    'at_ms',
    'state',
    'progress',
    'result',
    'problem',
    'awaits',
  ],
  ...['created_at', 'ended_at'],
].join(', ');

/** With the version that is built. */
export type ActiveRow = BuildRow & {
  pool: string | null;
  region: string | null;
  document: unknown;
  files: Readonly<Record<string, string>>;
};

/** A row as whoever drives the build takes it. */
export function recordOf(row: ActiveRow): BuildRecord {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    filmId: row.film_id,
    title: row.title,
    purpose: row.purpose,
    atMs: row.at_ms,
    document: row.document,
    files: row.files,
    state: row.state,
    pool: row.pool,
    region: row.region,
    createdAt: row.created_at.toISOString(),
  };
}

/** A row as the API shows it. */
export function buildOf(row: BuildRow): Build {
  return {
    id: row.id,
    film: row.film_id,
    title: row.title,
    purpose: row.purpose,
    priority: row.priority,
    deadline: row.deadline?.toISOString() ?? null,
    state: row.state,
    progress: row.progress,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    result: row.result,
    problem: row.problem,
    ...(row.awaits != null && row.ended_at === null && { waits: row.awaits.text }),
  };
}
