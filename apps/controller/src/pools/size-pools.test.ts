import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poolSchema } from '@filmwright/contracts';
import type { MachineRow, PoolFacts } from '@filmwright/records';
import { createSizing } from './size-pools.ts';

const pool = poolSchema.parse({ name: 'one', maximum: 4, idleMs: 5000 });
const row = (id: string, changes: Partial<MachineRow> = {}): MachineRow => ({
  id,
  pool: 'one',
  state: 'wanted',
  ageMs: 0,
  busy: 0,
  ...changes,
});
const runner = (name: string, busy = 0): PoolFacts['runners'][number] => ({
  ...{ id: `id of ${name}`, name, pool: 'one', slots: 1, busy, leftMs: busy * 1000, credentialId: null },
});
const facts = (changes: Partial<PoolFacts> = {}): PoolFacts => ({
  waiting: [],
  runners: [],
  activeBuilds: 0,
  interactiveBuilds: 0,
  ...changes,
});

test('a machine is idle from the look that first found it so, and goes after the time of its pool', () => {
  const sizing = createSizing([pool]);
  const stopAt = (nowMs: number, busy: number) =>
    sizing.decide({ facts: facts({ runners: [runner('m1', busy)] }), machines: [row('m1')], nowMs })[0]?.stop;
  assert.deepEqual(stopAt(1000, 0), []);
  assert.deepEqual(stopAt(4000, 1), [], 'at work in between');
  assert.deepEqual(stopAt(7000, 0), []);
  assert.deepEqual(stopAt(11_999, 0), []);
  assert.deepEqual(stopAt(12_000, 0), ['m1']);
});

test('a runner that joined by a token is known by its machine; one of another name is no machine', () => {
  const sizing = createSizing([pool]);
  const waiting = [{ kind: 'encode', priority: 'normal', pool: null, region: null, tasks: 4, workMs: 240_000, dueInMs: null }] as const;
  const there = [runner('m1/a1b2c3', 1), runner('m11', 1), runner('desk', 1)];
  const [decision] = sizing.decide({ facts: facts({ waiting, runners: there }), machines: [row('m1')], nowMs: 0 });
  // Two others of one slot each take their share of what waits.
  assert.deepEqual([decision?.wanted, decision?.start], [3, 2]);
});

test('what is pressing wants more machines than what is not, and a deadline is taken at its word', () => {
  const wanted = (how: Pick<PoolFacts['waiting'][number], 'priority' | 'dueInMs'>) =>
    createSizing([pool]).decide({
      facts: facts({ waiting: [{ kind: 'encode', pool: null, region: null, tasks: 9, workMs: 60_000, ...how }] }),
      machines: [],
      nowMs: 0,
    })[0]?.wanted;
  assert.equal(wanted({ priority: 'bulk', dueInMs: null }), 1);
  assert.equal(wanted({ priority: 'normal', dueInMs: null }), 2);
  assert.equal(wanted({ priority: 'interactive', dueInMs: null }), 4);
  assert.equal(wanted({ priority: 'bulk', dueInMs: 25_000 }), 3);
});

test('films that nobody can plan yet bring a machine for each that somebody waits for, and one for the others', () => {
  const wanted = (activeBuilds: number, interactiveBuilds: number) =>
    createSizing([pool]).decide({ facts: facts({ activeBuilds, interactiveBuilds }), machines: [], nowMs: 0 })[0]?.wanted;
  assert.deepEqual([wanted(0, 0), wanted(7, 0), wanted(3, 2), wanted(9, 9)], [0, 1, 3, 4]);
});
