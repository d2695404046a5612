import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMetrics } from '@filmwright/process/testing';
import type { FleetFigures } from '@filmwright/records';
import { createControllerMetrics } from './controller-metrics.ts';

const some: FleetFigures = {
  waiting: [{ kind: 'encode', priority: 'normal', tasks: 3, workS: 12.5, oldestS: 4 }],
  running: [{ kind: 'mix', tasks: 2 }],
  builds: [{ state: 'running', builds: 1 }],
  runners: [{ pool: '', runners: 2, slots: 5, resting: 1, slotsBusy: 3, gpus: 4, gpusBusy: 1 }],
  workspaces: [{ id: 'w1', name: 'north', waiting: 3, oldestS: 4, running: 2 }],
  pools: [{ name: 'cloud', wanted: 3, there: 1, starting: 2, stopping: 0, costPerHour: 2.5 }],
  database: { bytes: 8e6, connections: 5, committed: 100, rolledBack: 1, deadlocks: 0 },
};

test('the controller that leads tells what waits and runs, one that stands by only itself', async () => {
  let now: FleetFigures = some;
  const figures = createControllerMetrics({ figures: async () => now });
  figures.lead(false);
  const standby = readMetrics(await figures.metrics.text());
  assert.equal(standby.samples.filter(({ name }) => name.startsWith('filmwright_tasks')).length, 0);
  assert.equal(standby.sum('filmwright_controller_leading'), 0);
  figures.lead(true);
  figures.stepped(0.003);
  await figures.metrics.text();
  figures.granted({ workspaceId: 'w1', kind: 'encode', priority: 'bulk', waitedS: 70, swaps: true });
  figures.preempted(2);
  figures.expired(2);
  const { sum } = readMetrics(await figures.metrics.text());
  assert.equal(sum('filmwright_tasks_waiting', { kind: 'encode', priority: 'normal' }), 3);
  assert.equal(sum('filmwright_tasks_waiting_work_seconds'), 12.5);
  assert.equal(sum('filmwright_tasks_running', { kind: 'mix' }), 2);
  assert.equal(sum('filmwright_builds_active', { state: 'running' }), 1);
  assert.deepEqual([sum('filmwright_runners'), sum('filmwright_runner_pool_slots'), sum('filmwright_runners_resting')], [2, 5, 1]);
  assert.deepEqual([sum('filmwright_task_wait_seconds_sum'), sum('filmwright_task_grants_total')], [70, 1]);
  assert.equal(sum('filmwright_leases_expired_total'), 2);
  assert.equal(sum('filmwright_workspace_wait_seconds_sum', { workspace: 'north' }), 70);
  assert.deepEqual([sum('filmwright_model_swaps_total'), sum('filmwright_task_preemptions_total')], [1, 2]);
  assert.deepEqual(
    [sum('filmwright_runner_pool_slots_busy'), sum('filmwright_runner_pool_gpus'), sum('filmwright_runner_pool_gpus_busy')],
    [3, 4, 1],
  );
  assert.equal(sum('filmwright_workspace_tasks_waiting', { workspace: 'north' }), 3);
  assert.equal(sum('filmwright_workspace_oldest_wait_seconds', { workspace: 'north' }), 4);
  assert.equal(sum('filmwright_pool_machines_wanted', { pool: 'cloud' }), 3);
  assert.equal(sum('filmwright_pool_machines', { pool: 'cloud', state: 'starting' }), 2);
  assert.equal(sum('filmwright_database_size_bytes'), 8e6);
  assert.equal(sum('filmwright_database_transactions_total'), 0, 'what came before this process looked is not its');
  now = { ...some, waiting: [], database: { ...some.database, committed: 140 } };
  assert.equal(readMetrics(await figures.metrics.text()).sum('filmwright_database_transactions_total', { outcome: 'committed' }), 40);
  assert.equal(readMetrics(await figures.metrics.text()).sum('filmwright_tasks_waiting'), 0);
});

test('a database that is away spoils no other figure', async () => {
  const figures = createControllerMetrics({ figures: () => Promise.reject(new Error('away')) });
  figures.lead(true);
  const { sum } = readMetrics(await figures.metrics.text());
  assert.deepEqual([sum('filmwright_controller_leading'), sum('filmwright_reading_failures_total')], [1, 1]);
});
