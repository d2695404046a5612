import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventQueue } from './event-queue.ts';
import { spreadOf } from './measure.ts';
import { createRandom } from './random.ts';
import { meanMsOf, mergeTasks, plainKind, type Stream, streamTasks, zipf } from './workload.ts';

const stream = (over: Partial<Stream>): Stream => ({
  seed: 5,
  label: 's',
  kinds: [{ ...plainKind, capability: 'draw', model: 'a', leastMs: 1000, mostMs: 3000 }],
  kindChances: [1],
  workspaces: ['w', 'v'],
  workspaceChances: [0.75, 0.25],
  arriving: { meanGapMs: 1000, shape: 1, hours: null },
  fromMs: 0,
  most: 20_000,
  untilMs: Number.POSITIVE_INFINITY,
  perBuild: 1,
  ...over,
});

const near = (found: number, wanted: number): void =>
  assert.ok(Math.abs(found / wanted - 1) < 0.05, `found ${found}, wanted about ${wanted}`);

test('Arrivals, durations and workspaces come as often and as long as they are meant to.', () => {
  const tasks = [...streamTasks(stream({}))];
  near((tasks.at(-1)?.demand.submittedMs ?? 0) / tasks.length, 1000);
  near(tasks.reduce((sum, { trueMs }) => sum + trueMs, 0) / tasks.length, meanMsOf({ leastMs: 1000, mostMs: 3000 }));
  near(tasks.filter(({ demand }) => demand.workspace === 'w').length / tasks.length, 0.75);
});

test('Gaps of a small shape come in bursts of the same mean; the hours of a day thin them out.', () => {
  const spread = (shape: number): number => {
    const random = createRandom(2, 'gaps');
    const gaps = Array.from({ length: 50_000 }, () => random.weibull(1000, shape));
    near(spreadOf(gaps).meanMs, 1000);
    return spreadOf(gaps).p99Ms;
  };
  assert.ok(spread(0.5) > 2 * spread(1));
  const hours = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 0.25));
  const times = [...streamTasks(stream({ most: 1e9, untilMs: 86_400_000, arriving: { meanGapMs: 1000, shape: 1, hours } }))].map(
    ({ demand }) => demand.submittedMs,
  );
  near(times.filter((ms) => ms < 43_200_000).length / times.filter((ms) => ms >= 43_200_000).length, 4);
});

test('Streams come together in the order of arrival.', () => {
  const merged = [...mergeTasks([streamTasks(stream({ most: 300 })), streamTasks(stream({ most: 300, label: 'r', seed: 6 }))])].map(
    ({ demand }) => demand.submittedMs,
  );
  assert.equal(merged.length, 600);
  assert.deepEqual(
    merged,
    [...merged].sort((left, right) => left - right),
  );
});

test('The ranks of a Zipf law add up to one, the first the most.', () => {
  const chances = zipf(12, 0.9);
  near(
    chances.reduce((sum, chance) => sum + chance, 0),
    1,
  );
  near((chances[0] ?? 0) / (chances[9] ?? 1), 10 ** 0.9);
});

test('Events come out by time, those of one instant as they went in.', () => {
  const seed = 11;
  const random = createRandom(seed, 'events');
  const queue = createEventQueue<number>();
  const instants = Array.from({ length: 2000 }, () => random.below(50));
  for (const [index, atMs] of instants.entries()) queue.put(atMs, index);
  const wanted = instants
    .map((atMs, index) => ({ atMs, event: index }))
    .sort((left, right) => left.atMs - right.atMs || left.event - right.event);
  const found = instants.map(() => queue.take()).map((taken) => ({ atMs: taken?.atMs, event: taken?.event }));
  assert.deepEqual(found, wanted, `seed ${seed}`);
  assert.equal(queue.nextMs(), Number.POSITIVE_INFINITY);
});
