import type { TaskKind } from '@filmwright/contracts';
import { createMetrics, type Metrics, secondsBuckets } from '@filmwright/process';
import type { FleetStore } from '@filmwright/records';
import { addFleetFigures } from './fleet-figures.ts';

/** What the loop of the leader notes of itself, in seconds. */
export type ControllerFigures = {
  readonly lead: (leads: boolean) => void;
  /** A round over all builds: what changed is read, planned on and stored. */
  readonly drove: (seconds: number) => void;
  /** A step of the scheduler. */
  readonly stepped: (seconds: number) => void;
  /** A task was given to a runner, `waitedS` after it could first have been. */
  readonly granted: (grant: {
    readonly workspaceId: string;
    readonly kind: TaskKind;
    readonly priority: string;
    readonly waitedS: number;
    /** Whether other models leave its devices first. */
    readonly swaps: boolean;
  }) => void;
  /** So many tasks were asked back for more pressing ones. */
  readonly preempted: (tasks: number) => void;
  readonly expired: (leases: number) => void;
};

/** Figures of a controller. What waits and runs is read from the database when it is asked for, and told by the one that leads alone. */
export function createControllerMetrics(records: Pick<FleetStore, 'figures'>): ControllerFigures & { readonly metrics: Metrics } {
  const metrics = createMetrics({ role: 'controller' });
  let leads = false;
  const leading = metrics.gauge({
    name: 'filmwright_controller_leading',
    help: '1 for the controller that leads, 0 for one that stands by.',
  });
  const steps = metrics.histogram({
    name: 'filmwright_controller_step_seconds',
    help: 'Steps of the scheduler: which waiting task runs where.',
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
  });
  const rounds = metrics.histogram({
    name: 'filmwright_controller_round_seconds',
    help: 'Rounds over all builds: what changed is read, planned on and stored.',
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
  });
  const waits = metrics.histogram({
    name: 'filmwright_task_wait_seconds',
    help: 'From when a task could be given to a runner until it was.',
    labels: ['kind', 'priority'],
    buckets: secondsBuckets,
  });
  const grants = metrics.counter({
    name: 'filmwright_task_grants_total',
    help: 'Tasks that were given to runners.',
    labels: ['kind', 'priority'],
  });
  const expired = metrics.counter({
    name: 'filmwright_leases_expired_total',
    help: 'Leases that were taken back since their runner fell silent.',
  });
  const own = metrics.histogram({
    name: 'filmwright_workspace_wait_seconds',
    help: 'From when a task of a workspace could be given to a runner until it was.',
    labels: ['workspace'],
    buckets: secondsBuckets,
  });
  const swaps = metrics.counter({ name: 'filmwright_model_swaps_total', help: 'Tasks for which other models had to leave a GPU first.' });
  const preemptions = metrics.counter({ name: 'filmwright_task_preemptions_total', help: 'Tasks asked back for more pressing ones.' });
  const nameOf = addFleetFigures(metrics, { records, leads: () => leads });
  return {
    metrics,
    lead(now) {
      leads = now;
      leading.set({}, now ? 1 : 0);
    },
    drove: (seconds) => rounds.observe({}, seconds),
    stepped: (seconds) => steps.observe({}, seconds),
    granted({ workspaceId, kind, priority, waitedS, swaps: isSwap }) {
      grants.add({ kind, priority });
      waits.observe({ kind, priority }, Math.max(0, waitedS));
      own.observe({ workspace: nameOf(workspaceId) }, Math.max(0, waitedS));
      if (isSwap) swaps.add();
    },
    preempted: (tasks) => preemptions.add({}, tasks),
    expired: (leases) => expired.add({}, leases),
  };
}
