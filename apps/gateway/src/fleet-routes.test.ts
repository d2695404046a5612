import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@filmwright/client';
import { type Task, taskKinds } from '@filmwright/contracts';
import { defaultWorkspace as workspaceId } from '@filmwright/records';
import { courseOf } from './course-routes.ts';
import { queueOf, stateOf } from './fleet-look.ts';
import { databaseGateways } from './testing/database-gateways.ts';
import { runnerToken } from './testing/start-gateway.ts';

const openGateway = databaseGateways();
const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
const offer = { name: 'one', pid: 1, slots: 1, kinds: ['subtitles'], toolchain: {}, voices: [], models: [], fonts: [] } as const;

function taskOf(key: string): Task {
  const payload = { cues: [], language: 'en' };
  return { key, kind: 'subtitles', version: 1, toolchain: '', payload, estimateMs: 4000, rank: 0, inputs: [] } as unknown as Task;
}

/** What is told from memory for a while is asked for until it is told anew. */
async function eventually<T>(ask: () => Promise<T | undefined | false>, what = 'it is told'): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`waited too long until ${what}`);
}

test('a build that waits says why in plain words and until when; its course says it afterwards, with what it cost', async (context) => {
  const { client, records, sql } = await openGateway(context);
  const { runnerId } = await records.joinRunner(offer);
  const { id } = await client.createBuild({ document: { title: 'A film', storyboard: [{ length: '2s', visual: { backdrop: 'halo' } }] } });
  const ready = ['a', 'b'].map(taskOf);
  const rows = ready.map(({ key, kind, estimateMs }) => ({ address: `text/${key}`, kind, key, estimateMs, reused: false }));
  await records.savePlan({ buildId: id, rows, ready, progress });
  assert.equal((await client.getBuild(id)).waiting, undefined);
  const expectedStartAt = new Date(Date.now() + 60_000).toISOString();
  const reason = 'all 1 slots that can are busy';
  const tasks = [
    { key: 'a', position: 0, expectedStartAt, reason },
    { key: 'b', position: 1, expectedStartAt, reason: '1 task goes before it' },
  ];
  await records.saveStandings([{ workspaceId, buildId: id, tasks }]);
  // Waits are looked at once a second, more seldom where that takes long.
  const waiting = await eventually(async () => (await client.getBuild(id)).waiting);
  assert.deepEqual(
    [waiting.tasks, waiting.running, waiting.reasons.map((one) => [one.reason, one.tasks])],
    [2, 0, [['the one place that can do it is busy', 2]]],
  );
  assert.ok(Math.abs(Date.parse(waiting.expectedStartAt ?? '') - Date.parse(expectedStartAt)) <= 500);
  assert.equal(Date.parse(waiting.expectedEndAt ?? '') - Date.parse(waiting.expectedStartAt ?? ''), 8000);

  const fleet = await client.fleet();
  assert.deepEqual(
    fleet.queue.map(({ workspace, priority, build, tasks: count, reason: why }) => [workspace, priority, build, count, why]),
    [['default', 'normal', id, 2, 'the one place that can do it is busy']],
  );
  const epoch = await records.takeLead();
  const grants = ['a', 'b'].map((key) => ({ workspaceId, key, runnerId, devices: [], expectedMs: 4000, reason: 'a slot is free' }));
  await records.grantTasks({ epoch, grants: grants.map((one) => ({ ...one, waitedFor: reason })) });
  await sql(`update attempt set started_at = started_at + interval '3 seconds'`);
  const leases = await records.leaseTasks({ runnerId, max: 2, leaseMs: 20_000 });
  await sql(`update attempt set delivered_at = delivered_at - interval '1 minute'`);
  for (const { task, fence } of leases)
    if (task.key === 'a') await records.completeTask({ runnerId, key: 'a', fence, output: {}, assets: [], wallMs: 50_000, cpuMs: 1 });
  const { spend, waits, attempts, more } = await client.buildCourse(id);
  assert.deepEqual(spend, {
    estimate: { gpuS: 0, slotS: 8, credits: 0.16 },
    held: { gpuS: 0, slotS: 4, credits: 0.08 },
    settled: { gpuS: 0, slotS: 50, credits: 1 },
    refunded: { gpuS: 0, slotS: 0, credits: 0 },
  });
  assert.deepEqual(
    [attempts.length, more, waits.map((wait) => [wait.reason, wait.tasks])],
    [2, 0, [['the one place that can do it was busy', 2]]],
  );
  await sql('delete from attempt');
  await eventually(
    async () => (await client.buildCourse(id)).idleMs === null,
    'of attempts that are not kept nobody can say how long none ran',
  );
  await assert.rejects(client.buildCourse('00000000-0000-7000-8000-00000000dead'), /no build/i);
});

test('the fleet is told as it changes, as long as somebody listens', async (context) => {
  const { client, records } = await openGateway(context);
  const stop = new AbortController();
  const seen: string[][] = [];
  for await (const { runners } of client.followFleet({ signal: stop.signal })) {
    seen.push(runners.map(({ name, state }) => `${name} ${state}`));
    if (seen.length === 1) await records.joinRunner(offer);
    else break;
  }
  stop.abort();
  assert.deepEqual(seen, [[], ['one idle']]);
});

test('a runner that drains, is silent or is of another version says why it is given less', () => {
  const here = { isGone: false, silentMs: 0, draining: false, released: false, tasks: [] };
  const { version } = taskKinds.encode;
  assert.deepEqual(stateOf({ ...here, versions: { encode: version } }), { state: 'idle', why: null });
  const told = (changes: Partial<Parameters<typeof stateOf>[0]>): string => {
    const { state, why } = stateOf({ ...here, ...changes });
    return `${state}: ${why}`;
  };
  assert.match(told({ draining: true, released: true }), /^draining: Its pool has no need of it/);
  assert.match(told({ draining: true }), /^draining: It was told to end/);
  const silences = [31_000, 61_000, 200_000].map((silentMs) => told({ isGone: true, silentMs }).split(':')[1]);
  assert.deepEqual(
    silences,
    ['half a minute', 'a minute', '3 minutes'].map((ago) => ` Nothing was heard of it for ${ago}`),
  );
  assert.match(
    told({ versions: { encode: version - 1, mix: 1 } }),
    new RegExp(`^limited: Its program is too old for encode \\(version ${version - 1}, wanted ${version}\\) and 1 other kind of tasks`),
  );
  assert.match(
    told({ rest: { failures: 3, untilAt: '2030-01-01T12:30:05.000Z' } }),
    /^limited: It failed 3 different tasks .*: it is given nothing until 12:30:05 UTC, then one task/,
  );
  assert.match(told({ versions: { encode: version + 1 } }), /^limited: Its program is newer/);
});

test('tasks behind others of their build are counted once, though some of the same reason wait for what nobody can say', () => {
  const line = { workspace: 'default', priority: 'normal', build: 'b', title: 'A', deadline: null, tasks: 2, position: 0 } as const;
  const reason = 'its workspace runs 3 of at most 3 tasks';
  const told = queueOf([
    { ...line, reason, expectedStartAt: null },
    { ...line, reason, expectedStartAt: '2030-01-01T00:00:00.000Z' },
    { ...line, reason: 'others go before it', tasks: 5, position: 2, expectedStartAt: '2030-01-01T00:01:00.000Z' },
  ]);
  assert.deepEqual(
    told.map(({ tasks, expectedStartAt }) => [tasks, expectedStartAt]),
    [
      [2, null],
      [7, '2030-01-01T00:00:00Z'],
    ],
  );
});

test('a film that waits for a pool stands in line with no task, and what it is told as its reason', () => {
  const line = {
    workspace: 'default',
    priority: 'normal',
    build: 'b',
    title: 'A',
    deadline: null,
    position: 0,
    expectedStartAt: null,
  } as const;
  const told = queueOf([{ ...line, tasks: 0, reason: 'Nobody who is there has oil: the film waits for the pool art.' }]);
  assert.deepEqual(
    told.map(({ tasks, reason, expectedStartAt }) => [tasks, reason, expectedStartAt]),
    [[0, 'nobody who is there has oil: the film waits for the pool art', null]],
  );
});

test('of a build with more attempts than are read nothing is said to be idle behind the last of them', () => {
  const at = (seconds: number): string => new Date(1000 * seconds).toISOString();
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  const attempt = { address: 'a', kind: 'encode', runner: 'one', outcome: 'done', reason: '', waitedFor: null } as const;
  const facts = {
    spend: { estimate: null, held: none, settled: none, refunded: none },
    attempts: [
      { ...attempt, readyAt: at(0), startedAt: at(1), endedAt: at(4) },
      { ...attempt, readyAt: at(4), startedAt: at(6), endedAt: at(8) },
    ],
  };
  const build = { createdAt: at(0), endedAt: at(100) };
  assert.equal(courseOf(build, { facts: { ...facts, count: 3 }, nowMs: 0 }).idleMs, 3000);
  assert.equal(courseOf(build, { facts: { ...facts, count: 2 }, nowMs: 0 }).idleMs, 95_000);
});

test('whose weights lie in the memory of a machine is heard with heartbeats and shown with the fleet; a runner of before tells nothing of it', async (context) => {
  const { client, url, records, sql } = await openGateway(context);
  const runners = createClient({ url, token: runnerToken });
  const [one, older] = [await runners.joinRunner({ ...offer, name: 'one' }), await runners.joinRunner({ ...offer, name: 'older' })];
  const hostMemory = { budgetMib: 2048, models: ['model a@1'] };
  await runners.heartbeat({ runnerId: one.runnerId, leases: [], beat: 1, hostMemory });
  await runners.heartbeat({ runnerId: one.runnerId, leases: [], beat: 2 });
  await runners.heartbeat({ runnerId: older.runnerId, leases: [], models: [] });
  const shown = async () => Object.fromEntries((await client.fleet()).runners.map((runner) => [runner.name, runner.hostMemory]));
  const first = await eventually(async () => {
    const all = await shown();
    return Object.keys(all).length === 2 && all;
  });
  assert.deepEqual(first, { one: hostMemory, older: undefined });
  const rows = [{ address: 'text/a', kind: 'subtitles', key: 'a', estimateMs: 4000, reused: false }] as const;
  const { id: buildId } = await records.createBuild({ workspaceId, title: 'A', document: {}, files: {}, purpose: 'make', atMs: null });
  await records.savePlan({ buildId, rows, ready: [taskOf('a')], progress });
  const grant = { workspaceId, key: 'a', runnerId: one.runnerId, devices: [], expectedMs: 1, reason: 'a slot is free' };
  await records.grantTasks({ epoch: await records.takeLead(), grants: [grant] });
  const [lease] = await runners.leaseTasks({ runnerId: one.runnerId, max: 1, waitMs: 0 });
  const end = { key: 'a', fence: lease?.fence ?? 0, output: {}, assets: [], wallMs: 9, cpuMs: 1, loadMs: 4, loadedFrom: 'memory' } as const;
  await runners.completeTask({ runnerId: one.runnerId, ...end });
  assert.deepEqual(await sql(`select body->>'loadedFrom' as source from outbox where topic = 'task.ended'`), [{ source: 'memory' }]);
  // It is withdrawn by who knows it no more.
  await runners.heartbeat({ runnerId: one.runnerId, leases: [], beat: 3, hostMemory: null });
  await eventually(async () => (await shown())['one'] === undefined);
});
