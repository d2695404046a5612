import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTurns } from '@filmwright/process/testing';
import type { BuildStanding, TaskDemand } from '@filmwright/records';
import { type Demand, openState, step } from '@filmwright/scheduler';
import { createFleetView } from './fleet-view.ts';
import { createStandingsPress } from './publish-standings.ts';

const count = 5000;

function demand(key: string): TaskDemand {
  return {
    ...{ workspaceId: 'w', key, buildId: 'b', kind: 'encode', version: 1, toolchain: '', model: null, size: '', estimateMs: 1000, gpus: 0 },
    ...{
      vramMib: 0,
      region: null,
      pool: null,
      bordersMs: null,
      batch: null,
      batchMost: 1,
      priority: 'normal',
      rank: 0,
      deadlineInMs: null,
    },
    ...{ turnAgoMs: 0, readyInMs: 0 },
  };
}

/** Tasks that wait, a clock that goes on 10 ms with each look at it, and what is saved. */
function open(save: (standings: readonly BuildStanding[]) => Promise<void>) {
  const view = createFleetView();
  const state = openState();
  const keys = Array.from({ length: count }, (_, at) => `k${at}`);
  const changes = keys.flatMap((key) =>
    view.changesOf({ type: 'task', ended: null, task: { workspaceId: 'w', key, state: 'waiting', demand: demand(key), lease: null } }, 0),
  );
  step(state, changes, 0);
  let now = 0;
  const nowMs = (): number => (now += 10);
  const press = createStandingsPress({ records: { saveStandings: save }, view, nowMs });
  const taskOf = (key: string): Pick<Demand, 'id'> & { readonly workspaceId: string; readonly key: string } => ({
    id: key,
    workspaceId: 'w',
    key,
  });
  return { view, state, press, taskOf, nowMs };
}

test('where thousands wait is published a little at a time: whatever else is to be done comes in between', async () => {
  const saved: (readonly BuildStanding[])[] = [];
  const { state, press, taskOf } = open(async (standings) => void saved.push(standings));
  const turns = await countTurns(() => {
    press.publish(state);
    press.publish(state);
    assert.equal(saved.length, 0);
    return press.settled();
  });
  assert.ok(turns >= count / 200, `${turns} turns of others`);
  assert.deepEqual([saved.length, saved[0]?.length, saved[0]?.[0]?.tasks.length], [1, 1, count]);
  assert.equal(press.reasonOf(taskOf('k7')), 'no runner offers encode 1');
  assert.deepEqual(saved[0]?.[0]?.tasks[7], { key: 'k1003', position: 7, expectedStartAt: null, reason: 'no runner offers encode 1' });
});

test('what publishing failed with is told with the next step', async () => {
  const { state, press } = open(async () => {
    throw new Error('the database is away');
  });
  press.publish(state);
  await press.settled();
  assert.throws(() => press.publish(state), /the database is away/);
});

test('publishing that takes long is followed by three times as much rest, and no more', async () => {
  let saves = 0;
  const { state, press, nowMs } = open(async () => void saves++);
  const startedMs = nowMs();
  press.publish(state);
  await press.settled();
  const tookMs = nowMs() - startedMs;
  while (saves === 1) {
    press.publish(state);
    await press.settled();
  }
  const restedMs = nowMs() - startedMs - 2 * tookMs;
  assert.ok(restedMs > tookMs && restedMs < 4 * tookMs, `rested ${restedMs} ms after ${tookMs} ms`);
});
