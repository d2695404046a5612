import type { ComingTask } from '@filmwright/core';

export type GatheringBuild = { readonly buildId: string; readonly workspaceId: string };

/** Inputs that came to be there of a task that cannot start yet, since they were taken last; or such a task is there, or wanted no more. */
export type GatheringNews =
  | { readonly type: 'coming'; readonly build: GatheringBuild; readonly task: ComingTask }
  | { readonly type: 'gone'; readonly build: GatheringBuild; readonly address: string };

/** What those that drive builds foresee, for the one that schedules in the same process. Nothing is lost with it: the next plans foresee it again. */
export type Gathering = {
  /** What a build's plan foresees now. */
  readonly set: (build: GatheringBuild, coming: readonly ComingTask[]) => void;
  /** The build is over. */
  readonly drop: (buildId: string) => void;
  readonly take: () => readonly GatheringNews[];
  /** From here on all is told anew. */
  readonly retell: () => void;
  /** Calls `listener` when there is something to take; gives how to stop. */
  readonly onNews: (listener: () => void) => () => void;
};

type Known = { readonly build: GatheringBuild; task: ComingTask; readonly told: Set<string>; gone: boolean };

export function createGathering(): Gathering {
  const builds = new Map<string, Map<string, Known>>();
  const changed = new Set<Known>();
  const listeners = new Set<() => void>();
  const note = (known: Known): void => {
    changed.add(known);
    for (const listener of listeners) listener();
  };
  const leave = (tasks: Map<string, Known>, known: Known): void => {
    tasks.delete(known.task.address);
    known.gone = true;
    // What nobody heard of need not be taken back.
    if (known.told.size > 0) note(known);
    else changed.delete(known);
  };
  return {
    set(build, coming) {
      const tasks = builds.get(build.buildId) ?? new Map<string, Known>();
      const addresses = new Set(coming.map(({ address }) => address));
      for (const known of [...tasks.values()]) if (!addresses.has(known.task.address)) leave(tasks, known);
      for (const task of coming) {
        const known = tasks.get(task.address) ?? { build, task, told: new Set<string>(), gone: false };
        tasks.set(task.address, known);
        known.task = task;
        if (task.inputs.some(({ digest }) => !known.told.has(digest))) note(known);
      }
      if (tasks.size > 0) builds.set(build.buildId, tasks);
      else builds.delete(build.buildId);
    },
    drop(buildId) {
      const tasks = builds.get(buildId);
      if (tasks === undefined) return;
      for (const known of [...tasks.values()]) leave(tasks, known);
      builds.delete(buildId);
    },
    take() {
      const news = [...changed].map((known): GatheringNews => {
        const { build, task, told, gone } = known;
        if (gone) return { type: 'gone', build, address: task.address };
        const inputs = task.inputs.filter(({ digest }) => !told.has(digest));
        for (const { digest } of inputs) told.add(digest);
        return { type: 'coming', build, task: { ...task, inputs } };
      });
      changed.clear();
      return news;
    },
    retell() {
      for (const tasks of builds.values())
        for (const known of tasks.values()) {
          known.told.clear();
          changed.add(known);
        }
      for (const known of changed) if (known.gone) changed.delete(known);
    },
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
