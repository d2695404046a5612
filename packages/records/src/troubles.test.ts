import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import type { FleetTask, ScheduleStore } from './schedule-store.ts';
import { epochOf, grantOf } from './testing/lead.ts';
import { completionOf, problemOf, someOffer } from './testing/made-up.ts';
import { serverOfTests, type TestRecords } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';
import { mostNeighbours } from './troubles.ts';

const longMs = 3_600_000;
const server = serverOfTests();

async function taskOf(records: ScheduleStore, key: string): Promise<FleetTask> {
  return (await records.fleetSnapshot()).tasks.find((task) => task.key === key) ?? assert.fail(key);
}

type Giving = { readonly runnerId: string; readonly keys: readonly string[] };

/** Grants these tasks to a runner, which takes them. */
async function give({ records, sql }: TestRecords, { runnerId, keys }: Giving) {
  await sql(`update task set ready_at = now() where state = 'waiting'`);
  const demands = await Promise.all(keys.map(async (key) => (await taskOf(records, key)).demand ?? assert.fail(key)));
  await records.grantTasks({ epoch: await epochOf(records), grants: demands.map((task) => grantOf(task, runnerId)) });
  return records.leaseTasks({ runnerId, max: keys.length, leaseMs: longMs });
}

async function failOn(opened: TestRecords, runnerId: string): Promise<void> {
  const [lease] = await give(opened, { runnerId, keys: ['a'] });
  await opened.records.failTask({ runnerId, key: 'a', fence: lease?.fence ?? 0, problem: problemOf('program-failed') });
}

/** The runner of these leases dies; they run out one after the other. */
async function die({ records, sql }: TestRecords, runnerId: string): Promise<void> {
  await sql(`update runner set seen_at = now() - interval '1 hour' where id = $1`, [runnerId]);
  for (const { fence } of await sql('select fence from attempt where runner_id = $1 and ended_at is null', [runnerId])) {
    await sql(`update attempt set lease_until = now() - interval '1 second' where fence = $1`, [fence]);
    await records.expireLeases();
  }
}

test('F2: failures on one runner do not use up a task while another has not tried it, and whoever grants is told where it failed', async () => {
  const opened = await openWithRunner(server, ['a']);
  const { records, runnerId } = opened;
  const { runnerId: two } = await records.joinRunner(someOffer({ name: 'two' }));
  for (const _ of [1, 2, 3]) await failOn(opened, runnerId);
  const { state, demand } = await taskOf(records, 'a');
  assert.deepEqual([state, demand?.tried, demand?.alone], ['waiting', ['one'], undefined]);
  const [lease] = await give(opened, { runnerId: two, keys: ['a'] });
  await records.completeTask({ ...completionOf(lease ?? assert.fail()), runnerId: two });
});

test('F2: three different runners, or three tries where the others rest or cannot do it, end it, and its problem tells each of them', async () => {
  const opened = await openWithRunner(server, ['a']);
  const { records, runnerId } = opened;
  const two = await records.joinRunner(someOffer({ name: 'two' }));
  const three = await records.joinRunner(someOffer({ name: 'three' }));
  await records.joinRunner(someOffer({ name: 'four' }));
  for (const id of [runnerId, two.runnerId, three.runnerId]) await failOn(opened, id);
  const { state, problem } = (await records.results(['a'])).get('a') ?? assert.fail();
  assert.equal(state, 'failed');
  assert.match(problem?.detail ?? '', /It failed 3 times: one from .* for \d+ s, at 0 %, alone; two from .*; three from .*\./);
  const lone = await openWithRunner(server, ['a']);
  await lone.records.joinRunner(someOffer({ name: 'two' }));
  await lone.records.joinRunner(someOffer({ name: 'of other tools', toolchain: { encode: 'f6' } }));
  await lone.records.joinRunner(someOffer({ name: 'of another version', versions: { encode: 2 } }));
  await lone.records.saveRests([{ name: 'two', failures: 3, restMs: 30_000, untilInMs: 30_000 }], { epoch: await epochOf(lone.records) });
  for (const _ of [1, 2, 3]) await failOn(lone, lone.runnerId);
  assert.equal((await lone.records.results(['a'])).get('a')?.state, 'failed');
});

test('F4: what was lost with others each time is not set aside, and runs alone from then on; what was there each time without them is', async () => {
  const opened = await openWithRunner(server, ['poison', 'a', 'b']);
  const { records, sql } = opened;
  const lose = async (name: string, keys: readonly string[]): Promise<void> => {
    const { runnerId } = await records.joinRunner(someOffer({ name }));
    assert.equal((await give(opened, { runnerId, keys })).length, keys.length);
    await die(opened, runnerId);
  };
  await lose('m1', ['poison', 'a', 'b']);
  assert.deepEqual((await taskOf(records, 'a')).demand?.alone, undefined);
  await lose('m2', ['poison', 'a', 'b']);
  assert.deepEqual([(await taskOf(records, 'a')).demand?.alone, (await taskOf(records, 'a')).demand?.tried], [true, ['m1', 'm2']]);
  await lose('m3', ['poison', 'a', 'b']);
  const states = () => sql('select key, state, lost from task order by key');
  assert.deepEqual(
    await states(),
    ['a', 'b', 'poison'].map((key) => ({ key, state: 'waiting', lost: 3 })),
    'nobody can know which',
  );
  await lose('m4', ['poison']);
  const { state, problem } = (await records.results(['poison'])).get('poison') ?? assert.fail();
  assert.equal(state, 'failed');
  assert.match(
    problem?.detail ?? '',
    /lost its runner 4 times: m1 began at .*, at 0 %, beside 2 others \(encode a, encode b\); .*m4 began at .*, at 0 %, alone\./,
  );
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm5' }));
  for (const lease of await give(opened, { runnerId, keys: ['a', 'b'] })) await records.completeTask({ ...completionOf(lease), runnerId });
  assert.deepEqual(
    (await states()).map((row) => row.state),
    ['done', 'done', 'failed'],
  );
});

test('F4: of a runner that had much a loss tells how many others there were, and keeps few of them, the same for all that it had', async () => {
  const keys = Array.from({ length: 60 }, (_, at) => `t${at + 10}`);
  const opened = await openWithRunner(server, keys);
  await give(opened, { runnerId: opened.runnerId, keys });
  await opened.sql(`update attempt set lease_until = now() - interval '1 second'`);
  assert.equal(await opened.records.expireLeases(), keys.length);
  const losses = await opened.sql(
    `select key, losses->0->'beside' as beside, losses->0->'neighbours' as neighbours from task order by key`,
  );
  for (const { key, beside, neighbours } of losses) {
    const first = keys.filter((each) => each !== key).slice(0, mostNeighbours);
    assert.deepEqual([beside, neighbours], [59, first.map((each) => `${defaultWorkspace} ${each}`)]);
  }
});

test('F4: what is lost with others again and again is set aside after six losses', async () => {
  const opened = await openWithRunner(server, ['a', 'b']);
  const { records } = opened;
  for (const name of ['m1', 'm2', 'm3', 'm4', 'm5', 'm6']) {
    const { runnerId } = await records.joinRunner(someOffer({ name }));
    await give(opened, { runnerId, keys: ['a', 'b'] });
    await die(opened, runnerId);
  }
  const states = [...(await records.results(['a', 'b'])).values()].map(({ state }) => state);
  assert.deepEqual(states, ['failed', 'failed']);
});

test('A6: the next that grants is told which runners rest, and for how long', async () => {
  const { records } = await server.open();
  await records.joinRunner(someOffer({ name: 'bad' }));
  await records.saveRests([{ name: 'bad', failures: 3, restMs: 30_000, untilInMs: 20_000 }], { epoch: await epochOf(records) });
  await records.saveRests(
    [
      { name: 'bad', failures: 4, restMs: 60_000, untilInMs: 50_000 },
      { name: 'worse', failures: 3, restMs: 30_000, untilInMs: -5 },
    ],
    { epoch: await epochOf(records) },
  );
  const { rests = [] } = await records.fleetSnapshot();
  assert.deepEqual(rests.map(({ name, failures, restMs, untilInMs }) => [name, failures, restMs, untilInMs > 0]).sort(), [
    ['bad', 4, 60_000, true],
    ['worse', 3, 30_000, false],
  ]);
  const [bad] = (await records.fleetFacts()).runners;
  assert.equal(bad?.rest?.failures, 4);
  assert.deepEqual(
    (await records.figures()).runners.map(({ resting }) => resting),
    [1],
  );
  await records.saveRests([], { epoch: await epochOf(records) });
  assert.deepEqual((await records.fleetSnapshot()).rests, []);
});
