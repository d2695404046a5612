import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMetrics } from '@filmwright/process/testing';
import type { FleetFigures } from '@filmwright/records';
import { createControllerMetrics } from './controller-metrics.ts';

const some: FleetFigures = {
  waiting: [{ kind: 'encode', priority: 'normal', tasks: 3, workS: 12.5, oldestS: 4 }],
  running: [{ kind: 'mix', tasks: 2 }],
  builds: [{ state: 'running', builds: 1 }],
  runners: [{ pool: '', runners: 2, slots: 5, resting: 1 }],
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
  figures.granted({ kind: 'encode', priority: 'bulk', waitedS: 70 });
  figures.expired(2);
  const { sum } = readMetrics(await figures.metrics.text());
  assert.equal(sum('filmwright_tasks_waiting', { kind: 'encode', priority: 'normal' }), 3);
  assert.equal(sum('filmwright_tasks_waiting_work_seconds'), 12.5);
  assert.equal(sum('filmwright_tasks_running', { kind: 'mix' }), 2);
  assert.equal(sum('filmwright_builds_active', { state: 'running' }), 1);
  assert.deepEqual([sum('filmwright_runners'), sum('filmwright_runner_pool_slots'), sum('filmwright_runners_resting')], [2, 5, 1]);
  assert.deepEqual([sum('filmwright_task_wait_seconds_sum'), sum('filmwright_task_grants_total')], [70, 1]);
  assert.equal(sum('filmwright_leases_expired_total'), 2);
  now = { ...some, waiting: [] };
  assert.equal(readMetrics(await figures.metrics.text()).sum('filmwright_tasks_waiting'), 0);
});

test('a database that is away spoils no other figure', async () => {
  const figures = createControllerMetrics({ figures: () => Promise.reject(new Error('away')) });
  figures.lead(true);
  const { sum } = readMetrics(await figures.metrics.text());
  assert.deepEqual([sum('filmwright_controller_leading'), sum('filmwright_reading_failures_total')], [1, 1]);
});
