import type { AttemptEnd, FleetEvent, FleetRunner, FleetSnapshot, FleetTask, Grant } from '../../packages/records/src/schedule-store.ts';
import {
  fleetRunnerOf,
  fleetTaskOf,
  type ModelAttempt,
  type ModelGiven,
  type ModelRunner,
  type ModelTask,
  nameOf,
  type Priorities,
} from './model-rows.ts';

/** What whoever grants is told of the model ledger; the numbers at the lines are those of the rules in packages/records/SPEC.md. */
export type ModelView = {
  /** A task changed, and `ended` how an attempt of it did; or a runner came, went or fell silent. */
  readonly noteTask: (task: ModelTask, ended?: AttemptEnd) => void;
  readonly noteRunner: (runnerId: string) => void;
  /** The place of an attempt that was to be stopped is free. */
  readonly noteStopped: (attempt: ModelGiven) => void;
  /** Takes back what was noted last, as a ledger does that forgets to note it. */
  readonly forgetLast: () => void;
  /** A4 */
  readonly snapshot: () => { readonly snapshot: Omit<FleetSnapshot, 'position'>; readonly position: number };
  /** A4: what was noted from a position on, and the position behind it. Things are told as they are now. */
  readonly tail: (position: number) => { readonly events: readonly FleetEvent[]; readonly position: number };
  /** What the runners and tasks of grants are now. */
  readonly read: (grants: readonly Grant[]) => readonly FleetEvent[];
};

/** The rows that are looked at: they change, and the clock goes on. */
type Rows = {
  readonly tasks: ReadonlyMap<string, ModelTask>;
  readonly runners: ReadonlyMap<string, ModelRunner>;
  readonly stopping: () => readonly ModelAttempt[];
  readonly attemptOf: (fence: number) => ModelAttempt | undefined;
  readonly priorities: Priorities;
  readonly nowMs: () => number;
};

export function createModelView({ tasks, runners, stopping, attemptOf, priorities, nowMs }: Rows): ModelView {
  const outbox: (() => FleetEvent)[] = [];

  const fleetRunner = (runnerId: string): FleetRunner | null => {
    const runner = runners.get(runnerId);
    return runner === undefined || runner.gone ? null : fleetRunnerOf(runnerId, runner);
  };
  const fleetTask = (task: ModelTask): FleetTask => {
    const priority = priorities.get(task.wantedBy ?? '') ?? 'normal';
    return fleetTaskOf(task, { attempt: attemptOf(task.fence), nowMs: nowMs(), priority });
  };
  const runnerEvent = (runnerId: string): FleetEvent => ({ type: 'runner', runnerId, runner: fleetRunner(runnerId) });
  const taskEvent = (task: ModelTask, ended: AttemptEnd | null): FleetEvent => ({ type: 'task', ended, task: fleetTask(task) });
  const grantedTask = (grant: Grant): readonly FleetEvent[] => {
    const task = tasks.get(nameOf(grant));
    return task === undefined ? [] : [taskEvent(task, null)];
  };

  return {
    noteTask: (task, ended) => void outbox.push(() => taskEvent(task, ended ?? null)),
    noteRunner: (runnerId) => void outbox.push(() => runnerEvent(runnerId)),
    noteStopped: ({ workspaceId, key, fence }) => void outbox.push(() => ({ type: 'stopped', task: { workspaceId, key }, fence })),
    forgetLast: () => void outbox.pop(),
    snapshot() {
      const open = [...tasks.values()].filter(({ state, wantedBy }) => wantedBy !== null && (state === 'waiting' || state === 'leased'));
      const here = [...runners.keys()].flatMap((id) => fleetRunner(id) ?? []);
      const left = stopping().map(({ workspaceId, key, fence, runnerId }) => ({ workspaceId, key, fence, runnerId, devices: [] }));
      return { snapshot: { tasks: open.map(fleetTask), runners: here, workspaces: [], stopping: left }, position: outbox.length };
    },
    tail(position) {
      return { events: outbox.slice(position).map((row) => row()), position: outbox.length };
    },
    read: (grants) => [...grants.map(({ runnerId }) => runnerEvent(runnerId)), ...grants.flatMap(grantedTask)],
  };
}
