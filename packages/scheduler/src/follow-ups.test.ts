import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Demand } from './demand.ts';
import { takeFollowUps } from './follow-ups.ts';
import { readFollowUps } from './read-follow-ups.ts';
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

/** What one scheduler found, written and read again. */
const handedOn = ({ state }: Told) => {
  const left: unknown[] = JSON.parse(JSON.stringify(takeFollowUps(state)));
  return left.flatMap((one) => readFollowUps(one) ?? []).map((followUps) => ({ type: 'followed', followUps }) as const);
};

test('S2, I4: the next scheduler is told what was found to follow, and expects the same', () => {
  const before = oneSlot();
  const atMs = live(before, { afterMs: 200, outcomes: ['done'] });
  const found = handedOn(before);
  const next = oneSlot();
  next.tell(atMs, ...found);
  const expected = three(before, { atMs });
  assert.deepEqual(three(next, { atMs }), expected);
  assert.deepEqual(expected, { y: 1000, z: 4000 }, 'what follows x and y goes before z');
  assert.equal(JSON.stringify(found).includes('lived-'), false, 'of builds nothing is told');
  const knows = oneSlot();
  const laterMs = live(knows, { afterMs: 0, outcomes: ['done'] });
  knows.tell(laterMs, ...found);
  assert.deepEqual(three(knows, { atMs: laterMs }), { y: 2000, z: 4000 }, 'what it found itself since then is kept');
});

test('I4: of what follows only what changed is taken, so much at once as is soon written', () => {
  const told = scheduler();
  const capabilities = Array.from({ length: 130 }, (_, at) => `kind ${at}`);
  told.tell(0, ...joined(runner('r', { slots: 200, capabilities })));
  assert.deepEqual(takeFollowUps(told.state), []);
  const end = (of: readonly string[], build: string) => {
    for (const capability of of) {
      told.tell(1000, ...wanted(demand(`${build} ${capability}`, { build, capability })));
      told.tell(2000, ended(`${build} ${capability}`, 'done'));
    }
  };
  end(capabilities, 'one');
  assert.deepEqual([takeFollowUps(told.state).length, takeFollowUps(told.state).length, takeFollowUps(told.state).length], [100, 30, 0]);
  for (const [at, capability] of capabilities.entries()) end(['kind 7', capability], `build ${at}`);
  const seven = [...takeFollowUps(told.state), ...takeFollowUps(told.state)].find(({ kind }) => kind.startsWith('kind 7|'));
  assert.equal(seven?.came.length, 16);
  end(['kind 9'], 'last');
  assert.deepEqual(
    takeFollowUps(told.state).map(({ kind }) => kind.split('|')[0]),
    ['kind 9'],
  );
});

test('I4: what another version left, or what is damaged, is no follow-up', () => {
  const told = oneSlot();
  live(told, { afterMs: 200, outcomes: ['done'] });
  const [left] = takeFollowUps(told.state);
  assert.ok(left !== undefined && readFollowUps(left) === left);
  const [came] = left.came;
  assert.ok(came !== undefined);
  const { capability, ...less } = came.like;
  assert.equal(capability, 'join');
  const damaged: readonly unknown[] = [
    ...[null, 'text', [], {}, { ...left, done: 0 }, { ...left, done: Number.NaN }, { ...left, kind: 7 }, { ...left, came: null }],
    ...[
      { ...left, came: [null] },
      { ...left, came: [{ ...came, count: '1' }] },
      { ...left, came: [{ ...came, afterMs: -1 }] },
    ],
    ...[
      { ...left, came: [{ ...came, like: less }] },
      { ...left, came: [{ ...came, like: { ...came.like, gpus: 0.5 } }] },
    ],
    ...[{ ...left, came: [came, { ...came, like: { ...came.like, model: 3 } }] }],
  ];
  assert.deepEqual(
    damaged.filter((one) => readFollowUps(one) !== null),
    [],
  );
});
