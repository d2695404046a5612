import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunnerOffer, type Task, taskKinds } from '@filmwright/contracts';
import { createLog } from '@filmwright/process';
import { defaultWorkspace, type RecordsEvent } from '@filmwright/records';
import { startTestServer, type TestRecords, type TestServer } from '@filmwright/records/testing';
import { createGathering, type Gathering } from './gathering.ts';
import { runSchedule } from './run-schedule.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

type Opened = Pick<TestRecords, 'records'>;
const leaseMs = 20_000;
const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;

function offer(name: string, changes: Partial<RunnerOffer> = {}): RunnerOffer {
  return {
    name,
    pid: 1,
    slots: 1,
    kinds: ['subtitles'],
    toolchain: {},
    versions: { subtitles: 7 },
    voices: [],
    models: [],
    fonts: [],
    ...changes,
  };
}

function task(key: string, changes: Partial<Task> = {}): Task {
  const payload = { cues: [], language: 'en' };
  return { key, kind: 'subtitles', version: 7, toolchain: '', payload, estimateMs: 1000, rank: 0, inputs: [], ...changes } as Task;
}

async function order(
  { records }: Opened,
  tasks: readonly Task[],
  changes: { readonly priority?: 'bulk' | 'interactive' } = {},
): Promise<string> {
  const document = { of: tasks.map(({ key }) => key) };
  const wanted = { workspaceId: defaultWorkspace, title: 'A film', document, files: {}, purpose: 'make', atMs: null } as const;
  const { id: buildId } = await records.createBuild({ ...wanted, ...changes });
  const rows = tasks.map(({ key, kind, estimateMs }) => ({ address: key, kind, key, estimateMs, reused: false }));
  await records.savePlan({ buildId, rows, ready: tasks, progress });
  return buildId;
}

/** Schedules until the test or the returned function ends it. */
function start(context: TestContext, { records, gathering }: Opened & { readonly gathering?: Gathering }): () => Promise<void> {
  const ending = new AbortController();
  const log = createLog({ app: 'controller', least: 'error', write: () => {} });
  const running = runSchedule({ records, nowMs: () => performance.now(), log, signal: ending.signal, ...(gathering && { gathering }) });
  const stop = async () => {
    ending.abort();
    await running;
  };
  context.after(stop);
  return stop;
}

async function until<T>(what: () => Promise<T | null | undefined | false>, whatFor: string): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await what();
    if (found) return found;
    assert.ok(tries < 1000, `waited too long for ${whatFor}`);
    await sleep(10);
  }
}

async function leaseOf({ records }: Opened, runnerId: string) {
  return until(async () => (await records.leaseTasks({ runnerId, max: 9, leaseMs }))[0], 'a lease');
}

function done(runnerId: string, lease: { readonly task: Task; readonly fence: number }) {
  return { runnerId, key: lease.task.key, fence: lease.fence, output: {}, assets: [], wallMs: 5, cpuMs: 5 };
}

test('A2, L1: what is ready is given to runners that can do it, a slot at a time, and what ends makes room for the next', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  const { runnerId: older } = await records.joinRunner(offer('older', { versions: { subtitles: 6 } }));
  await order(opened, [task('a'), task('b'), task('c', { toolchain: 'another' })]);
  const first = await leaseOf(opened, runnerId);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 9, leaseMs }), [], 'its slot is taken');
  await records.completeTask(done(runnerId, first));
  const second = await leaseOf(opened, runnerId);
  assert.deepEqual([first.task.key, second.task.key].sort(), ['a', 'b']);
  await records.completeTask(done(runnerId, second));
  const [entry] = await until(async () => {
    const queue = await records.queue({ workspaceId: defaultWorkspace, limit: 9 });
    return queue.length === 1 && queue;
  }, 'the standing');
  assert.match(`${entry?.key} ${entry?.reason}`, /^c no runner offers subtitles 7 \(toolchain [0-9a-f]{8}\)$/);
  assert.equal(entry?.expectedStartAt, null);
  assert.deepEqual(await records.leaseTasks({ runnerId: older, max: 9, leaseMs }), []);
  await records.joinRunner(offer('two', { toolchain: { subtitles: 'another' } }));
  await until(async () => (await records.results(['c'])).get('c')?.state === 'leased', 'the runner that can');
});

test('A4, A5: another goes on where one stopped or was overtaken: what runs is known, its slot is taken, and nothing is given twice', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 2 }));
  await order(opened, [task('a', { estimateMs: 9000 }), task('b', { estimateMs: 8000 }), task('c')]);
  const states = async () => [...(await records.results(['a', 'b', 'c'])).values()].map(({ key, state }) => `${key} ${state}`).sort();
  await until(async () => (await states()).join() === 'a leased,b leased,c waiting', 'both slots');
  const held = await records.leaseTasks({ runnerId, max: 9, leaseMs });
  assert.equal(held.length, 2);
  // Another begins while the first still thinks that it leads.
  start(context, opened);
  await sleep(300);
  assert.deepEqual(await states(), ['a leased', 'b leased', 'c waiting']);
  await records.completeTask(done(runnerId, held[0] ?? assert.fail()));
  const c = await leaseOf(opened, runnerId);
  assert.equal(c.task.key, 'c');
  await stopFirst();
});

test('F2, L6, L8: failed tasks come again when their rest is over, those of runners that left or fell silent go to others', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  await order(opened, [task('a')]);
  const failed = await leaseOf(opened, runnerId);
  const problem = { type: 'x', title: 'x', status: 500, code: 'program-failed', detail: 'x', retryable: true } as const;
  await records.failTask({ runnerId, key: 'a', fence: failed.fence, problem });
  const again = await leaseOf(opened, runnerId);
  assert.equal(again.attempt, 2);
  const { runnerId: other } = await records.joinRunner(offer('two'));
  await records.leaveRunner(runnerId);
  const third = await leaseOf(opened, other);
  assert.equal(third.task.key, 'a');
  await sql(`update runner set seen_at = now() - interval '1 minute'`);
  await sql(`update attempt set lease_until = now() - interval '1 second' where ended_at is null`);
  await records.expireLeases();
  await until(async () => (await records.results(['a'])).get('a')?.state === 'waiting', 'the loss');
  const { runnerId: last } = await records.joinRunner(offer('three'));
  assert.equal((await leaseOf(opened, last)).task.key, 'a');
});

test('A2: weights and caps of workspaces hold from when they are changed, and cancelled builds make room', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  await sql('update workspace set cap = 1');
  start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 4 }));
  const first = await order(opened, [task('a')]);
  await leaseOf(opened, runnerId);
  await order(opened, [task('b')]);
  await until(async () => {
    const [entry] = await records.queue({ workspaceId: defaultWorkspace, limit: 9 });
    return entry?.reason === 'its workspace runs 1 of at most 1 tasks';
  }, 'the reason of the cap');
  await records.cancelBuild(first);
  await records.noteStopped({ runnerId, held: [] });
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'b');
  await order(opened, [task('c')]);
  await sql('update workspace set cap = 2');
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'c');
});

test('L10: the place of a cancelled task is given once its runner has stopped it, also by one that began to lead meanwhile', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 2 }));
  const builds = [await order(opened, [task('a')])];
  const a = await leaseOf(opened, runnerId);
  builds.push(await order(opened, [task('b')]));
  const b = await leaseOf(opened, runnerId);
  await order(opened, [task('c'), task('d')]);
  const state = async (key: string) => (await records.results([key])).get(key)?.state;
  const reasonOf = async () => (await records.queue({ workspaceId: defaultWorkspace, limit: 9 }))[0]?.reason;
  await until(reasonOf, 'standings');
  for (const build of builds) await records.cancelBuild(build);
  await sleep(400);
  assert.deepEqual([await state('c'), await state('d')], ['waiting', 'waiting'], 'nothing is stopped yet');
  // The cancelled task itself is wanted anew: it waits for a place like any other.
  await order(opened, [task('a')]);
  await records.noteStopped({ runnerId, fences: [a.fence], held: [b.fence] });
  const next = await leaseOf(opened, runnerId);
  await stopFirst();
  start(context, opened);
  await sleep(400);
  const leased = await sql("select count(*)::int as count from task where state = 'leased'");
  assert.deepEqual(leased, [{ count: 1 }], 'one place is kept for what was not stopped');
  await records.noteStopped({ runnerId, fences: [b.fence], held: [next.fence] });
  await leaseOf(opened, runnerId);
});

test('I4: whoever leads next begins with the times that the one before found', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  await order(opened, [task('a')]);
  await records.completeTask({ ...done(runnerId, await leaseOf(opened, runnerId)), wallMs: 7000 });
  await until(async () => (await records.learnedTimes()).length > 0, 'what was learned');
  await stopFirst();
  start(context, opened);
  await order(opened, [task('b'), task('c', { estimateMs: 3000 })]);
  const expected = async (key: string) => {
    const lease = await leaseOf(opened, runnerId);
    assert.equal(lease.task.key, key);
    const [attempt] = await sql('select expected_ms from attempt where fence = $1', [lease.fence]);
    await records.completeTask({ ...done(runnerId, lease), wallMs: 7000 });
    return attempt;
  };
  assert.deepEqual(await expected('c'), { expected_ms: 20_000 + 1000 }, 'another size is guessed by how far off the guess was');
  assert.deepEqual(await expected('b'), { expected_ms: 7000 });
});

test('P2: a voice is asked of runners that have it, of those of one that holds it in memory, and a short wait for that one beats loading', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  start(context, opened);
  const voice = { id: 'joe', language: 'en', natural: true, licence: 'x', engine: 'x', revision: '3' };
  const speaks = { kinds: ['speak'], versions: { speak: 2 }, slots: 2 } as const;
  const line = (key: string, wanted = 'joe'): Task => {
    const payload = { tokens: [], language: 'en', voice: wanted, revision: '3', speed: 1 };
    return task(key, { kind: 'speak', version: 2, payload } as unknown as Partial<Task>);
  };
  const { runnerId: mute } = await records.joinRunner(offer('mute', { ...speaks, slots: 9 }));
  const { runnerId: cold } = await records.joinRunner(offer('cold', { ...speaks, slots: 4, voices: [voice] }));
  await order(opened, [line('a')]);
  const a = await leaseOf(opened, cold);
  // It took two seconds to load, and half a second to speak.
  await records.completeTask({ ...done(cold, a), wallMs: 2500, loadMs: 2000 });
  const { runnerId: warm } = await records.joinRunner(offer('warm', { ...speaks, slots: 1, voices: [voice] }));
  await records.noteHeld({ runnerId: cold, models: ['voice ann 3'] });
  await records.noteHeld({ runnerId: warm, models: ['voice joe 3'] });
  await until(async () => (await sql("select from runner where held::text like '%joe%'")).length === 1, 'what is held');
  await order(opened, [line('b')]);
  const b = await leaseOf(opened, warm);
  const reasonOf = async (fence: number) => (await sql('select reason, expected_ms from attempt where fence = $1', [fence]))[0];
  assert.deepEqual(await reasonOf(b.fence), { reason: 'a slot is free where its model is in memory', expected_ms: 500 });
  await order(opened, [line('c')]);
  const waits = await until(async () => (await records.queue({ workspaceId: defaultWorkspace, limit: 9 }))[0], 'the standing');
  assert.match(waits.reason, /^waiting \d\.\d s for a runner that has its model in memory beats loading it for 2\.0 s$/);
  await records.completeTask({ ...done(warm, b), wallMs: 500 });
  const c = await leaseOf(opened, warm);
  assert.equal(c.task.key, 'c');
  // What nobody has is given to anyone, who says what is missing.
  await order(opened, [line('d', 'ann')]);
  assert.equal((await leaseOf(opened, mute)).task.key, 'd');
});

test('P7: the only place is asked back from a bulk task that has borders and whose runner hands back, for one that a person waits for', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  start(context, opened);
  const payload = { seed: 1, durationMs: 600_000, bytes: 1, inputs: [], steps: 6000 };
  const drill = (key: string, changes: object = {}): Task =>
    task(key, { kind: 'drill', version: 1, payload: { ...payload, ...changes }, estimateMs: 600_000 } as unknown as Partial<Task>);
  const { runnerId } = await records.joinRunner(offer('one', { kinds: ['drill'], versions: { drill: 1 }, handsBack: true }));
  await order(opened, [drill('long')], { priority: 'bulk' });
  const long = await leaseOf(opened, runnerId);
  await order(opened, [{ ...drill('quick', { durationMs: 10 }), estimateMs: 10 }], { priority: 'interactive' });
  const leases = [{ key: 'long', fence: long.fence, percent: 10 }];
  await until(async () => (await records.renew({ runnerId, leases, leaseMs })).back[0] === 'long', 'word to hand back');
  await records.handBack({ runnerId, key: 'long', fence: long.fence, resume: { step: 600 } });
  const quick = await leaseOf(opened, runnerId);
  assert.equal(quick.task.key, 'quick');
  await records.completeTask(done(runnerId, quick));
  const again = await leaseOf(opened, runnerId);
  assert.deepEqual([again.task.key, again.resume, again.attempt], ['long', { step: 600 }, 1]);
});

test('P8: what waits for a full runner comes to it as one batch with leases of its own, also when another begins to lead', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const payload = { seed: 1, durationMs: 1000, bytes: 1, inputs: [], batch: { name: 'stills', most: 3 } };
  const still = (key: string): Task => task(key, { kind: 'drill', version: 1, payload } as unknown as Partial<Task>);
  const able = { kinds: ['drill'], versions: { drill: 1 } } as const;
  const { runnerId } = await records.joinRunner(offer('one', { ...able, runsBatches: true }));
  await order(opened, ['a', 'b', 'c', 'd', 'e'].map(still));
  const leases = await until(async () => {
    const found = await records.leaseTasks({ runnerId, max: 1, leaseMs });
    return found.length > 0 && found;
  }, 'a batch');
  assert.equal(leases.length, 3, 'whole, though one slot asked');
  assert.equal(new Set(leases.map(({ batch }) => batch)).size, 1);
  assert.equal(new Set(leases.map(({ fence }) => fence)).size, 3);
  await stopFirst();
  start(context, opened);
  const [first, ...others] = leases;
  await records.completeTask(done(runnerId, first ?? assert.fail()));
  await sleep(400);
  const leased = async () => (await sql("select count(*)::int as count from task where state = 'leased'"))[0]?.count;
  assert.equal(await leased(), 2, 'the slot is free when the last of them has ended');
  for (const lease of others) await records.completeTask(done(runnerId, lease));
  const rest = await until(async () => {
    const found = await records.leaseTasks({ runnerId, max: 1, leaseMs });
    return found.length > 0 && found;
  }, 'the rest');
  assert.equal(rest.length, 2);
  // A runner that knows of no batches is given one task for each slot.
  const { runnerId: older } = await records.joinRunner(offer('older', able));
  await order(opened, ['f', 'g'].map(still));
  const alone = await until(async () => {
    const found = await records.leaseTasks({ runnerId: older, max: 9, leaseMs });
    return found.length > 0 && found;
  }, 'a lease alone');
  assert.deepEqual([alone.length, alone[0]?.batch], [1, undefined]);
});

test('P2: of two runners with as many free slots that with the inputs is taken: where they were made, or where they lie in the cache', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  start(context, opened);
  const caching = { slots: 2, cachesFiles: true } as const;
  const runners = [await records.joinRunner(offer('one', caching)), await records.joinRunner(offer('two', caching))];
  const digestOf = (digit: string) => `sha256-${digit.repeat(64)}`;
  const leaseWhere = () =>
    until(async () => {
      for (const { runnerId } of runners) {
        const [lease] = await records.leaseTasks({ runnerId, max: 9, leaseMs });
        if (lease !== undefined) return { runnerId, lease };
      }
      return null;
    }, 'a lease at either');
  const reasonOf = async (fence: number) => (await sql('select reason from attempt where fence = $1', [fence]))[0]?.reason;
  await order(opened, [task('make')]);
  const made = await leaseWhere();
  const asset = { digest: digestOf('a'), bytes: 10, mediaType: 'x/y' };
  await records.completeTask({ ...done(made.runnerId, made.lease), assets: [asset] });
  await order(opened, [task('use', { inputs: [asset.digest] })]);
  const used = await leaseWhere();
  assert.deepEqual([used.runnerId, await reasonOf(used.lease.fence)], [made.runnerId, 'a slot is free where its inputs are']);
  await records.completeTask(done(used.runnerId, used.lease));
  // The other has fetched an upload.
  const other = runners.find(({ runnerId }) => runnerId !== made.runnerId) ?? assert.fail();
  await records.noteFiles({ ...other, added: [digestOf('b'), digestOf('c')], removed: [] });
  await order(opened, [task('look', { inputs: [digestOf('b')] })]);
  const looked = await leaseWhere();
  assert.deepEqual([looked.runnerId, await reasonOf(looked.lease.fence)], [other.runnerId, 'a slot is free where its inputs are']);
  await records.completeTask(done(looked.runnerId, looked.lease));
  await records.noteFiles({ ...other, added: [], removed: [digestOf('b')] });
  await order(opened, [task('again', { inputs: [digestOf('b'), digestOf('d')] })]);
  const again = await leaseWhere();
  assert.equal(await reasonOf(again.lease.fence), 'a slot is free');
  await records.leaveRunner(other.runnerId);
  assert.deepEqual(await sql('select f.digest from runner_file f join runner r on r.id = f.runner_id'), []);
});

test('A1, A2: of what a task to come will read the runner that holds most is told by word alone, once, and anew by whoever leads next', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const gathering = createGathering();
  const heard: Extract<RecordsEvent, { type: 'ahead' }>[] = [];
  const deaf = await records.listen((event) => void (event.type === 'ahead' && heard.push(event)));
  context.after(deaf);
  const stop = start(context, { ...opened, gathering });
  const versions = { subtitles: taskKinds.subtitles.version };
  const join = (name: string) => records.joinRunner(offer(name, { cachesFiles: true, fetchesAhead: true, versions }));
  const [one, two] = [await join('one'), await join('two')];
  const file = (digit: string) => ({ digest: `sha256-${digit.repeat(64)}`, bytes: 3 * 1024 ** 2 });
  const [a, b, c, d] = [file('a'), file('b'), file('c'), file('d')];
  await records.noteFiles({ ...one, added: [a.digest], removed: [] });
  await records.noteFiles({ ...two, added: [b.digest, c.digest], removed: [] });
  const build = { buildId: 'a build', workspaceId: defaultWorkspace };
  const coming = { address: 'master', kind: 'subtitles', estimateMs: 1000, toolchain: '' } as const;
  gathering.set(build, [{ ...coming, inputs: [a, b, c] }]);
  const first = await until(async () => heard[0], 'a hint');
  assert.deepEqual(first, { type: 'ahead', runnerId: two.runnerId, files: [a] });
  gathering.set(build, [{ ...coming, inputs: [a, b, c, d] }]);
  assert.deepEqual((await until(async () => heard[1], 'the next')).files, [d]);
  await stop();
  start(context, { ...opened, gathering });
  assert.deepEqual((await until(async () => heard[2], 'all anew')).files, [a, d]);
  gathering.drop(build.buildId);
  assert.deepEqual(
    gathering.take().map(({ type }) => type),
    ['gone'],
  );
});
