import type { Priority } from '../../packages/scheduler/src/demand.ts';
import type { HistoryEvent } from './check-history.ts';
import { type ModelId, modelBuilds, mostPressing, nameOf } from './model-rows.ts';

/** Which tasks builds list, as a history tells it. */
export type Listings = {
  /** Takes what a plan or an end changes, and gives the names of tasks that no build wants any more. */
  readonly note: (event: HistoryEvent) => readonly string[];
  /** The most pressing, then oldest, build that lists a task and has not ended; null where none does. */
  readonly wanting: (task: ModelId) => string | null;
  readonly lists: (buildId: string, key: string) => boolean;
  readonly keysOf: (buildId: string) => readonly string[];
};

export function createListings(): Listings {
  const listed = new Map<string, readonly string[]>();
  const ended = new Set<string>();
  const priorities = new Map<string, Priority>();
  const lists = (buildId: string, key: string): boolean => !ended.has(buildId) && listed.get(buildId)?.includes(key) === true;
  const wanting = ({ workspaceId, key }: ModelId): string | null =>
    mostPressing(
      modelBuilds.filter((build) => build.workspaceId === workspaceId && lists(build.id, key)),
      priorities,
    )?.id ?? null;
  return {
    note(event) {
      if (event.type !== 'planned' && event.type !== 'ended') return [];
      const { buildId, workspaceId } = event;
      if (ended.has(buildId)) return [];
      const before = listed.get(buildId) ?? [];
      if (event.type === 'ended') ended.add(buildId);
      else {
        listed.set(buildId, event.keys);
        priorities.set(buildId, event.priority);
      }
      const dropped = before.filter((key) => wanting({ workspaceId, key }) === null);
      return dropped.map((key) => nameOf({ workspaceId, key }));
    },
    wanting,
    lists,
    keysOf: (buildId) => listed.get(buildId) ?? [],
  };
}
