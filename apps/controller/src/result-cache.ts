import type { TaskResultView } from '@filmwright/core';
import type { BuildRecord, Records, TaskResult } from '@filmwright/records';

/** What one build knows of the ledger. A done task is read once; the others again and again. */
export type ResultCache = {
  /** What the planner sees of a key; notes the keys that were never read. */
  readonly view: (key: string) => TaskResultView | undefined;
  /** Reads the keys that the planner asked for in vain; true if one of them lets the plan go on. */
  readonly readUnknown: () => Promise<boolean>;
  /** Reads given keys again; true if anything changed. */
  readonly refresh: (keys: Iterable<string>) => Promise<boolean>;
  /** Notes that the ledger was given these tasks for this build. */
  readonly noteSubmitted: (keys: Iterable<string>) => void;
  readonly isSubmitted: (key: string) => boolean;
  readonly isDone: (key: string) => boolean;
};

/** A cache for one build; it lives as long as this process drives the build and is not needed by the next. */
export function createResultCache({
  build,
  records,
}: {
  readonly build: BuildRecord;
  readonly records: Pick<Records, 'results'>;
}): ResultCache {
  const views = new Map<string, TaskResultView | null>();
  const unknown = new Set<string>();
  const submitted = new Set<string>();

  /** A failure that an earlier build left behind is no failure of this one: the task is to be tried anew. */
  const viewOf = (result: TaskResult): TaskResultView | null => {
    const mine = result.ranFor === build.id;
    if (result.state === 'failed' && !mine && !submitted.has(result.key)) return null;
    const { state, output, problem, percent, wallMs } = result;
    return { state, output, problem, percent, wallMs, reused: state === 'done' && !mine };
  };

  const read = async (keys: readonly string[]): Promise<{ changed: boolean; settled: boolean }> => {
    let changed = false;
    let settled = false;
    const found = await records.results(keys, build.workspaceId);
    for (const key of keys) {
      const result = found.get(key);
      const after = result ? viewOf(result) : null;
      const before = views.get(key);
      if (!result) submitted.delete(key);
      if (before === undefined || before?.state !== after?.state || before?.percent !== after?.percent) changed = true;
      if (after?.state === 'done' || after?.state === 'failed') settled = true;
      views.set(key, after);
    }
    return { changed, settled };
  };

  return {
    view(key) {
      const view = views.get(key);
      if (view === undefined) unknown.add(key);
      return view ?? undefined;
    },
    async readUnknown() {
      const keys = [...unknown];
      unknown.clear();
      return keys.length > 0 && (await read(keys)).settled;
    },
    async refresh(keys) {
      const wanted = [...keys].filter((key) => views.get(key)?.state !== 'done');
      return wanted.length > 0 && (await read(wanted)).changed;
    },
    noteSubmitted(keys) {
      for (const key of keys) submitted.add(key);
    },
    isSubmitted: (key) => submitted.has(key),
    isDone: (key) => views.get(key)?.state === 'done',
  };
}
