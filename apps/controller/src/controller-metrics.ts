import type { TaskKind } from '@filmwright/contracts';
import { createMetrics, type Metrics, secondsBuckets } from '@filmwright/process';
import type { FleetStore } from '@filmwright/records';

/** What the loop of the leader notes of itself, in seconds. */
export type ControllerFigures = {
  readonly lead: (leads: boolean) => void;
  /** A round over all builds: what changed is read, planned on and stored. */
  readonly drove: (seconds: number) => void;
  /** A step of the scheduler. */
  readonly stepped: (seconds: number) => void;
  /** A task was given to a runner, `waitedS` after it could first have been. */
  readonly granted: (grant: { readonly kind: TaskKind; readonly priority: string; readonly waitedS: number }) => void;
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
  addFleet(metrics, { records, leads: () => leads });
  return {
    metrics,
    lead(now) {
      leads = now;
      leading.set({}, now ? 1 : 0);
    },
    drove: (seconds) => rounds.observe({}, seconds),
    stepped: (seconds) => steps.observe({}, seconds),
    granted({ kind, priority, waitedS }) {
      grants.add({ kind, priority });
      waits.observe({ kind, priority }, Math.max(0, waitedS));
    },
    expired: (leases) => expired.add({}, leases),
  };
}

type Fleet = { readonly records: Pick<FleetStore, 'figures'>; readonly leads: () => boolean };

function addFleet(metrics: Metrics, { records, leads }: Fleet): void {
  const waiting = metrics.gauge({ name: 'filmwright_tasks_waiting', help: 'Tasks that nobody has yet.', labels: ['kind', 'priority'] });
  const work = metrics.gauge({
    name: 'filmwright_tasks_waiting_work_seconds',
    help: 'Work in them, as estimated.',
    labels: ['kind', 'priority'],
  });
  const oldest = metrics.gauge({
    name: 'filmwright_tasks_oldest_wait_seconds',
    help: 'The longest wait among them.',
    labels: ['kind', 'priority'],
  });
  const running = metrics.gauge({ name: 'filmwright_tasks_running', help: 'Tasks that a runner has.', labels: ['kind'] });
  const builds = metrics.gauge({ name: 'filmwright_builds_active', help: 'Builds that have not ended.', labels: ['state'] });
  const runners = metrics.gauge({ name: 'filmwright_runners', help: 'Runners heard of lately.', labels: ['pool'] });
  const slots = metrics.gauge({ name: 'filmwright_runner_pool_slots', help: 'What they can do at once.', labels: ['pool'] });
  const resting = metrics.gauge({
    name: 'filmwright_runners_resting',
    help: 'Of them those that failed one task after another and are given nothing for a while.',
    labels: ['pool'],
  });
  metrics.beforeReading(async () => {
    for (const gauge of [waiting, work, oldest, running, builds, runners, slots, resting]) gauge.clear();
    if (!leads()) return;
    const now = await records.figures();
    for (const { kind, priority, tasks, workS, oldestS } of now.waiting) {
      waiting.set({ kind, priority }, tasks);
      work.set({ kind, priority }, workS);
      oldest.set({ kind, priority }, oldestS);
    }
    for (const { kind, tasks } of now.running) running.set({ kind }, tasks);
    for (const row of now.builds) builds.set({ state: row.state }, row.builds);
    for (const { pool, ...there } of now.runners) {
      runners.set({ pool }, there.runners);
      slots.set({ pool }, there.slots);
      resting.set({ pool }, there.resting);
    }
  });
}
