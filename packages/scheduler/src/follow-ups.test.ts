import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Demand } from './demand.ts';
import { standings } from './standings.ts';
import { demand, joined, runner, scheduler, wanted } from './testing/fleet-of.ts';

type Told = ReturnType<typeof scheduler>;
type Outcome = 'done' | 'returned' | 'failed';

const ended = (task: string, outcome: Outcome) => ({ type: 'ended', task, outcome, ranMs: 1000, loadMs: 0 }) as const;
const oneSlot = () => {
  const told = scheduler();
  told.tell(0, ...joined(runner('r', { slots: 1, capabilities: ['draw', 'join'] })));
  return told;
};
const startsOf = ({ state }: Told, sinceMs: number) =>
  Object.fromEntries(standings(state, sinceMs).map(({ task, expectedStartMs }) => [task, (expectedStartMs ?? 0) - sinceMs]));

/** Ten builds one after the other, each of a task with one that comes so long after it, which is tried as often as there are outcomes. */
function live(told: Told, { afterMs, outcomes }: { readonly afterMs: number; readonly outcomes: readonly Outcome[] }): number {
  let atMs = 0;
  for (let build = 0; build < 10; build++) {
    const of = { build: `lived-${build}`, submittedMs: atMs };
    told.tell(atMs, ...wanted(demand(`first-${build}`, { ...of, readyMs: atMs })));
    atMs += 1000;
    told.tell(atMs, ended(`first-${build}`, 'done'));
    atMs += afterMs;
    for (const outcome of outcomes) {
      told.tell(atMs, ...wanted(demand(`second-${build}`, { ...of, capability: 'join', readyMs: atMs })));
      atMs += 1000;
      told.tell(atMs, ended(`second-${build}`, outcome));
    }
  }
  return atMs;
}

/** Three builds come at once, of which the first is begun. */
function three(told: Told, { atMs, last = {} }: { readonly atMs: number; readonly last?: Partial<Demand> }) {
  for (const [place, name] of ['x', 'y', 'z'].entries())
    told.tell(atMs, ...wanted(demand(name, { build: name, submittedMs: atMs + place, readyMs: atMs, ...(name === 'z' && last) })));
  return startsOf(told, atMs);
}

test('S2: what was found to come once another of its build is done takes its place before newer builds', () => {
  assert.deepEqual(three(oneSlot(), { atMs: 0 }), { y: 1000, z: 2000 }, 'nothing was found yet');
  const later = oneSlot();
  // While what follows x is planned y has the place; then what follows x and y goes before z.
  assert.deepEqual(three(later, { atMs: live(later, { afterMs: 200, outcomes: ['done'] }) }), { y: 1000, z: 4000 });
  const atOnce = oneSlot();
  assert.deepEqual(three(atOnce, { atMs: live(atOnce, { afterMs: 0, outcomes: ['done'] }) }), { y: 2000, z: 4000 });
});

test('S2: what follows goes by the priority of its build, and what comes again follows nothing', () => {
  const pressed = oneSlot();
  const atMs = live(pressed, { afterMs: 200, outcomes: ['done'] });
  assert.deepEqual(three(pressed, { atMs, last: { priority: 'interactive' } }), { z: 1000, y: 4000 });
  const tried = oneSlot();
  assert.deepEqual(three(tried, { atMs: live(tried, { afterMs: 200, outcomes: ['returned', 'failed', 'done'] }) }), { y: 1000, z: 4000 });
});

test('S2: what follows its own kind without end is expected a few times only', () => {
  const told = oneSlot();
  let atMs = 0;
  for (let place = 0; place < 100; place++) {
    told.tell(atMs, ...wanted(demand(`piece-${place}`, { build: 'long', readyMs: atMs })));
    atMs += 1000;
    told.tell(atMs, ended(`piece-${place}`, 'done'));
    atMs += 100;
  }
  const { y, z } = three(told, { atMs });
  assert.equal(y, 1000);
  assert.ok((z ?? 0) > 10_000 && (z ?? 0) < 25_000, `z in ${z} ms`);
});
