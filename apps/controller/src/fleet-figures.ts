import type { Gauge, Metrics } from '@filmwright/process';
import { sinceFirst } from '@filmwright/process/since-first';
import type { FleetFigures, FleetStore } from '@filmwright/records';

type Fleet = { readonly records: Pick<FleetStore, 'figures'>; readonly leads: () => boolean };
type Write = (now: FleetFigures) => void;
type MakeGauge = (name: string, help: string, labels?: readonly string[]) => Gauge;

/** Figures of the whole platform, of machines without an address that monitoring reaches and of the database too; told by who leads alone. Gives the name of a workspace as it was read last, else its id. */
export function addFleetFigures(metrics: Metrics, { records, leads }: Fleet): (workspaceId: string) => string {
  const gauges: Gauge[] = [];
  const gauge: MakeGauge = (name, help, labels = []) => {
    const made = metrics.gauge({ name, help, labels });
    gauges.push(made);
    return made;
  };
  const names = new Map<string, string>();
  const writes = [addTasks(gauge), addRunners(gauge), addWorkspaces(gauge), addPools(gauge), addDatabase(metrics, gauge)];
  metrics.beforeReading(async () => {
    for (const one of gauges) one.clear();
    if (!leads()) return;
    const now = await records.figures();
    names.clear();
    for (const { id, name } of now.workspaces) names.set(id, name);
    for (const write of writes) write(now);
  });
  return (workspaceId) => names.get(workspaceId) ?? workspaceId;
}

function addTasks(gauge: MakeGauge): Write {
  const labels = ['kind', 'priority'];
  const waiting = gauge('filmwright_tasks_waiting', 'Tasks that nobody has yet.', labels);
  const work = gauge('filmwright_tasks_waiting_work_seconds', 'Work in them, as estimated.', labels);
  const oldest = gauge('filmwright_tasks_oldest_wait_seconds', 'The longest wait among them.', labels);
  const running = gauge('filmwright_tasks_running', 'Tasks that a runner has.', ['kind']);
  const builds = gauge('filmwright_builds_active', 'Builds that have not ended.', ['state']);
  return (now) => {
    for (const { kind, priority, tasks, workS, oldestS } of now.waiting) {
      waiting.set({ kind, priority }, tasks);
      work.set({ kind, priority }, workS);
      oldest.set({ kind, priority }, oldestS);
    }
    for (const { kind, tasks } of now.running) running.set({ kind }, tasks);
    for (const row of now.builds) builds.set({ state: row.state }, row.builds);
  };
}

function addRunners(gauge: MakeGauge): Write {
  const runners = gauge('filmwright_runners', 'Runners heard of lately.', ['pool']);
  const resting = gauge(
    'filmwright_runners_resting',
    'Of them those that failed one task after another and are given nothing for a while.',
    ['pool'],
  );
  const slots = gauge('filmwright_runner_pool_slots', 'What they can do at once.', ['pool']);
  const slotsBusy = gauge('filmwright_runner_pool_slots_busy', 'Of those so many are taken now; what has a GPU takes none.', ['pool']);
  const gpus = gauge('filmwright_runner_pool_gpus', 'GPUs that they offer.', ['pool']);
  const gpusBusy = gauge('filmwright_runner_pool_gpus_busy', 'GPUs that a task has now.', ['pool']);
  return (now) => {
    for (const { pool, ...there } of now.runners) {
      runners.set({ pool }, there.runners);
      resting.set({ pool }, there.resting);
      slots.set({ pool }, there.slots);
      slotsBusy.set({ pool }, there.slotsBusy);
      gpus.set({ pool }, there.gpus);
      gpusBusy.set({ pool }, there.gpusBusy);
    }
  };
}

function addWorkspaces(gauge: MakeGauge): Write {
  const waiting = gauge('filmwright_workspace_tasks_waiting', 'Tasks of a workspace that nobody has yet.', ['workspace']);
  const oldest = gauge('filmwright_workspace_oldest_wait_seconds', 'The longest wait among them.', ['workspace']);
  const running = gauge('filmwright_workspace_tasks_running', 'Tasks of a workspace that a runner has.', ['workspace']);
  return (now) => {
    for (const { name: workspace, ...its } of now.workspaces) {
      waiting.set({ workspace }, its.waiting);
      oldest.set({ workspace }, its.oldestS);
      running.set({ workspace }, its.running);
    }
  };
}

function addPools(gauge: MakeGauge): Write {
  const wanted = gauge('filmwright_pool_machines_wanted', 'Machines that a pool should have by what waits.', ['pool']);
  const machines = gauge('filmwright_pool_machines', 'Machines that it has: there, starting or stopping.', ['pool', 'state']);
  const cost = gauge('filmwright_pool_machine_cost_per_hour', 'Cost of one of its machines, in the currency of the pools.', ['pool']);
  return (now) => {
    for (const { name: pool, ...its } of now.pools) {
      wanted.set({ pool }, its.wanted);
      for (const state of ['there', 'starting', 'stopping'] as const) machines.set({ pool, state }, its[state]);
      cost.set({ pool }, its.costPerHour);
    }
  };
}

function addDatabase(metrics: Metrics, gauge: MakeGauge): Write {
  const bytes = gauge('filmwright_database_size_bytes', 'What the records take on the disk of the database.');
  const connections = gauge('filmwright_database_connections', 'Connections to them.');
  const ended = metrics.counter({ name: 'filmwright_database_transactions_total', help: 'Transactions that ended.', labels: ['outcome'] });
  const deadlocks = metrics.counter({
    name: 'filmwright_database_deadlocks_total',
    help: 'Transactions broken off since they waited for each other.',
  });
  const since = sinceFirst();
  return ({ database: now }) => {
    bytes.set({}, now.bytes);
    connections.set({}, now.connections);
    ended.add({ outcome: 'committed' }, since('committed', now.committed));
    ended.add({ outcome: 'rolled back' }, since('rolled back', now.rolledBack));
    deadlocks.add({}, since('deadlocks', now.deadlocks));
  };
}
