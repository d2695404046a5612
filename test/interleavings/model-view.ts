import type { AttemptEnd, FleetEvent, FleetRunner, FleetSnapshot, FleetTask, Grant } from '../../packages/records/src/schedule-store.ts';
import { fleetRunnerOf, fleetTaskOf, type ModelAttempt, type ModelRunner, type ModelTask, nameOf } from './model-rows.ts';

/** What whoever grants is told of the model ledger; the numbers at the lines are those of the rules in packages/records/SPEC.md. */
export type ModelView = {
  /** A task changed, and `ended` how an attempt of it did; or a runner came, went or fell silent. */
  readonly noteTask: (task: ModelTask, ended?: AttemptEnd) => void;
  readonly noteRunner: (runnerId: string) => void;
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
  readonly attemptOf: (fence: number) => ModelAttempt | undefined;
  readonly nowMs: () => number;
};

export function createModelView({ tasks, runners, attemptOf, nowMs }: Rows): ModelView {
  const outbox: ({ readonly task: ModelTask; readonly ended: AttemptEnd | null } | { readonly runnerId: string })[] = [];

  const fleetRunner = (runnerId: string): FleetRunner | null => {
    const runner = runners.get(runnerId);
    return runner === undefined || runner.gone ? null : fleetRunnerOf(runnerId, runner.name);
  };
  const fleetTask = (task: ModelTask): FleetTask => fleetTaskOf(task, { attempt: attemptOf(task.fence), nowMs: nowMs() });
  const runnerEvent = (runnerId: string): FleetEvent => ({ type: 'runner', runnerId, runner: fleetRunner(runnerId) });
  const taskEvent = (task: ModelTask, ended: AttemptEnd | null): FleetEvent => ({ type: 'task', ended, task: fleetTask(task) });
  const grantedTask = (grant: Grant): readonly FleetEvent[] => {
    const task = tasks.get(nameOf(grant));
    return task === undefined ? [] : [taskEvent(task, null)];
  };

  return {
    noteTask: (task, ended) => void outbox.push({ task, ended: ended ?? null }),
    noteRunner: (runnerId) => void outbox.push({ runnerId }),
    forgetLast: () => void outbox.pop(),
    snapshot() {
      const open = [...tasks.values()].filter(({ state, wanted }) => wanted && (state === 'waiting' || state === 'leased'));
      const here = [...runners.keys()].flatMap((id) => fleetRunner(id) ?? []);
      return { snapshot: { tasks: open.map(fleetTask), runners: here, workspaces: [] }, position: outbox.length };
    },
    tail(position) {
      const events = outbox.slice(position).map((row) => ('runnerId' in row ? runnerEvent(row.runnerId) : taskEvent(row.task, row.ended)));
      return { events, position: outbox.length };
    },
    read: (grants) => [...grants.map(({ runnerId }) => runnerEvent(runnerId)), ...grants.flatMap(grantedTask)],
  };
}
