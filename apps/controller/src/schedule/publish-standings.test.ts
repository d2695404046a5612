import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTurns } from '@filmwright/process/testing';
import type { BuildStanding, ScheduleStore, TaskDemand } from '@filmwright/records';
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
function open(save: (standings: readonly BuildStanding[]) => Promise<void>, up: ScheduleStore['bringUpStandings'] = async () => {}) {
  const view = createFleetView();
  const state = openState();
  const keys = Array.from({ length: count }, (_, at) => `k${at}`);
  const changes = keys.flatMap((key) =>
    view.changesOf({ type: 'task', ended: null, task: { workspaceId: 'w', key, state: 'waiting', demand: demand(key), lease: null } }, 0),
  );
  step(state, changes, 0);
  let now = 0;
  const nowMs = (): number => (now += 10);
  const press = createStandingsPress({ records: { saveStandings: save, bringUpStandings: up }, view, nowMs, epoch: 1 });
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
  const told = { key: 'k1003', position: 7, expectedStartAt: null, reason: 'no runner offers encode 1', line: 0, stays: true };
  assert.deepEqual(saved[0]?.[0]?.tasks.slice(7, 8), [told]);
});

test('what publishing failed with is told with the next step', async () => {
  const { state, press } = open(async () => {
    throw new Error('the database is away');
  });
  press.publish(state);
  await press.settled();
  assert.throws(() => press.publish(state), /the database is away/);
});

test('looking at all anew is followed by six times as much rest where it takes long, and no more', async () => {
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
  assert.ok(restedMs > 3 * tookMs && restedMs < 7 * tookMs, `rested ${restedMs} ms after ${tookMs} ms`);
});

test('between, each second brings what was published up to what left, came and came back', async () => {
  const ups: Parameters<ScheduleStore['bringUpStandings']>[0][] = [];
  let saves = 0;
  const up = async (changed: (typeof ups)[number]) => void ups.push(changed);
  const { view, state, press, nowMs } = open(async () => void saves++, up);
  const tell = (key: string, is: 'waiting' | 'absent', instantMs: number, said: Partial<TaskDemand> = {}): void => {
    const task = { workspaceId: 'w', key, state: is, demand: is === 'waiting' ? { ...demand(key), ...said } : null, lease: null };
    step(state, view.changesOf({ type: 'task', ended: null, task }, instantMs), instantMs);
  };
  press.publish(state);
  await press.settled();
  const lookedMs = nowMs();
  tell('k1', 'absent', lookedMs);
  tell('new', 'waiting', lookedMs, { priority: 'interactive' });
  const next = async (): Promise<(typeof ups)[number] | undefined> => {
    const before = ups.length;
    for (let turn = 0; turn < 200 && ups.length === before; turn++) {
      press.publish(state);
      await press.settled();
    }
    return ups.at(-1);
  };
  const first = await next();
  assert.ok(nowMs() - lookedMs < 2000 && saves === 1, 'before all is looked at anew');
  const came = { position: -1 + 2 ** -20, expectedStartAt: null, reason: 'no runner offers encode 1', line: 0, stays: true };
  assert.deepEqual(first?.lines, [{ line: 0, gone: [1], came: [came.position], first: 'no runner offers encode 1' }]);
  assert.deepEqual(first?.builds, [{ workspaceId: 'w', buildId: 'b', tasks: [{ key: 'new', ...came }] }]);
  tell('new', 'absent', nowMs());
  const second = await next();
  assert.deepEqual([second?.id, second?.lines[0]?.came, second?.builds], [first?.id, [], [{ workspaceId: '', buildId: 'b', tasks: [] }]]);
});
