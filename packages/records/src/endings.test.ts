import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { epochOf, fitting, grantOf, leaseGranted, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, someOffer } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner, tailed } from './testing/with-runner.ts';

const server = serverOfTests();

const leaseMs = 60_000;

test('F1: of completions written together the stale ones are told, the others are done', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a', 'b', 'c']);
  const [a, b, c] = await leaseGranted(records, { runnerId, max: 3, leaseMs });
  assert.ok(a && b && c);
  await records.failTask({ runnerId, key: b.task.key, fence: b.fence, problem: problemOf('media-invalid') });
  const all = [a, b, { ...c, fence: c.fence + 1000 }, a].map((lease) => ({ ...completionOf(lease), runnerId }));
  assert.deepEqual(await records.completeTasks(all), ['done', 'stale', 'stale', 'done']);
  const odd = { ...completionOf(c), runnerId, wallMs: Number.NaN, assets: [{ digest: 'd', bytes: 0.5, mediaType: 'x' }] };
  const answers = await Promise.allSettled([records.completeTask(odd), records.completeTask({ ...completionOf(a), runnerId })]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'fulfilled'],
    'one that cannot be stored does not fail the others',
  );
});

test('D1, D2: an estimate, reserves, one charge for the attempt that did it, refunds for the others, in milliseconds and credits', async () => {
  const { records, runnerId, sql, build } = await openWithRunner(server, ['a']);
  await sql('update workspace set slot_rate = 3, gpu_rate = 50');
  const lost = await leaseOne(records, { runnerId, leaseMs: 0 });
  await records.expireLeases();
  const failed = await leaseOne(records, { runnerId });
  await records.failTask({ runnerId, key: 'a', fence: failed.fence, problem: problemOf('program-failed') });
  await sql('update task set ready_at = now()');
  const [demand] = fitting(await records.fleetSnapshot(), runnerId);
  assert.ok(demand);
  await records.grantTasks({ epoch: await epochOf(records), grants: [{ ...grantOf(demand, runnerId), devices: ['gpu-0', 'gpu-1'] }] });
  const [done] = await records.leaseTasks({ runnerId, max: 1, leaseMs });
  assert.ok(done);
  await sql(`update attempt set delivered_at = delivered_at - interval '1 minute'`);
  await records.completeTask({ ...completionOf(done), runnerId });
  await records.completeTask({ ...completionOf(done), runnerId });
  const entries = await sql(
    'select fence::int, kind, gpu_ms, slot_ms, credits, build_id from spend_entry order by fence, created_at, kind',
  );
  assert.deepEqual(
    entries.map(({ fence, kind, gpu_ms, slot_ms, credits }) => [fence, kind, gpu_ms, slot_ms, credits]),
    [
      [0, 'estimate', 0, 1000, 0.02],
      [lost.fence, 'reserve', 0, 1000, 3],
      [lost.fence, 'refund', 0, 1000, 3],
      [failed.fence, 'reserve', 0, 1000, 3],
      [failed.fence, 'refund', 0, 1000, 3],
      [done.fence, 'reserve', 2000, 0, 100],
      [done.fence, 'settle', 24, 0, 1.2],
    ],
  );
  assert.ok(entries.every((entry) => entry.build_id === build.id));
});

test('L10: what nobody wants any more keeps its place until its runner says that it stopped, left, or its lease would be over', async () => {
  const { records, runnerId, sql, build } = await openWithRunner(server, ['a', 'b', 'c', 'd']);
  const leases = await leaseGranted(records, { runnerId, max: 4, leaseMs });
  const { position } = await records.fleetSnapshot();
  let from = position;
  const next = async () => {
    const read = await records.tailOutbox(from);
    from = read.position;
    return read.events.flatMap((event) => {
      if (event.type === 'stopped') return [`${event.task.key} stopped`];
      return event.type === 'task' && event.ended !== null ? [`${event.task.key} ${event.ended.stopping === true}`] : [];
    });
  };
  const fenceOf = (key: string) => leases.find(({ task }) => task.key === key)?.fence ?? assert.fail();
  // One was granted and never picked up: nothing of it has to stop.
  await sql(`update attempt set delivered_at = null where key = 'd'`);
  await records.cancelBuild(build.id);
  assert.deepEqual((await next()).sort(), ['a true', 'b true', 'c true', 'd false']);
  const left = async () => (await records.fleetSnapshot()).stopping?.map((one) => `${one.key} ${one.fence === fenceOf(one.key)}`);
  assert.deepEqual(await left(), ['a true', 'b true', 'c true'], 'whoever leads next knows of them');
  await records.noteStopped({ runnerId, fences: [fenceOf('a')], held: [fenceOf('b')] });
  await records.noteStopped({ runnerId, fences: [fenceOf('a')], held: [] });
  assert.deepEqual(await next(), ['a stopped']);
  await records.noteStopped({ runnerId, held: [fenceOf('b')] });
  assert.deepEqual(await next(), ['c stopped'], 'one that does not tell has stopped what it does not hold');
  await records.expireLeases();
  assert.deepEqual(await next(), []);
  await sql(`update attempt set stopping_until = now() - interval '1 second' where stopping_until is not null`);
  await records.expireLeases();
  assert.deepEqual(await next(), ['b stopped']);
  assert.deepEqual(await left(), []);
});

test('B3a: a task that is cancelled stops where it runs, costs and counts nothing, keeps its place until it stopped, and waits for another runner', async () => {
  const { records, runnerId, sql, build } = await openWithRunner(server, ['a', 'b']);
  const [a, b] = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  assert.ok(a && b);
  const other = await records.addWorkspace({ name: 'other' });
  const { position } = await records.fleetSnapshot();
  const cancel = (key: string, workspaceId?: string) => records.cancelTask({ buildId: build.id, key }, workspaceId);
  assert.deepEqual([await cancel('a', other.id), await cancel('z')], ['absent', 'absent']);
  assert.deepEqual([await cancel('a'), await cancel('a')], ['stopped', 'idle']);
  assert.deepEqual((await tailed({ records }, position)).told, ['a waiting after returned']);
  const held = [a, b].map(({ task, fence }) => ({ key: task.key, fence, percent: 40 }));
  assert.deepEqual((await records.renew({ runnerId, leaseMs, leases: held })).stale, ['a'], 'its runner is told to stop');
  await assert.rejects(records.completeTask({ ...completionOf(a), runnerId }), { code: 'lease-stale' });
  const now = await records.fleetSnapshot();
  const task = now.tasks.find(({ key }) => key === 'a');
  assert.deepEqual([task?.state, task?.demand?.tried], ['waiting', [someOffer().name]]);
  assert.deepEqual(
    now.stopping?.map(({ key, fence }) => [key, fence]),
    [['a', a.fence]],
  );
  const [row] = await sql(`select attempts, lost, failures from task where key = 'a'`);
  assert.deepEqual(row, { attempts: 0, lost: 0, failures: [] });
  assert.deepEqual(await sql(`select kind from spend_entry where key = 'a' and fence = ${a.fence} order by kind`), [
    { kind: 'refund' },
    { kind: 'reserve' },
  ]);
  const again = await leaseOne(records, { runnerId });
  await records.completeTask({ ...completionOf(again), runnerId });
  assert.equal(again.task.key, 'a');
  await records.cancelBuild(build.id);
  assert.equal(await cancel('b'), 'absent', 'nothing of a build that has ended runs for it');
});

test('B3a: what is cancelled begins anew, whatever it was handed back with', async () => {
  const { records, runnerId, build } = await openWithRunner(server, ['a']);
  const { fence } = await leaseOne(records, { runnerId });
  await records.handBack({ runnerId, key: 'a', fence, resume: { step: 7 } });
  assert.deepEqual((await leaseOne(records, { runnerId })).resume, { step: 7 });
  assert.equal(await records.cancelTask({ buildId: build.id, key: 'a' }), 'stopped');
  assert.equal((await leaseOne(records, { runnerId })).resume, undefined);
});

test('L11: a runner is asked for a task, hands it back with what it needs to go on, and the next is given that; it counts for nothing', async () => {
  const { records, runnerId, epoch, sql } = await openWithRunner(server, ['a', 'b']);
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  const [a, b] = leases;
  assert.ok(a && b);
  assert.equal('resume' in a, false);
  const renewal = { runnerId, leaseMs, leases: leases.map(({ task, fence }) => ({ key: task.key, fence, percent: 40 })) };
  assert.deepEqual(await records.renew(renewal), { stale: [], back: [] });
  const askFor = (key: string, fence: number, under: number) =>
    records.askBack([{ workspaceId: defaultWorkspace, key, fence, reason: 'another is interactive' }], { epoch: under });
  await askFor('a', a.fence, epoch);
  await askFor('b', b.fence - 1, epoch);
  await askFor('b', b.fence, epoch - 1);
  assert.deepEqual(await records.renew(renewal), { stale: [], back: ['a'], backFences: [a.fence] });
  const { position } = await records.fleetSnapshot();
  const back = { runnerId, key: 'a', fence: a.fence, resume: { step: 7 } };
  await records.handBack(back);
  assert.deepEqual((await tailed({ records }, position)).told, ['a waiting after returned']);
  await assert.rejects(records.handBack(back), { code: 'lease-stale' });
  await assert.rejects(records.completeTask({ ...completionOf(a), runnerId }), { code: 'lease-stale' });
  assert.deepEqual(await sql(`select attempts, lost, percent from task where key = 'a'`), [{ attempts: 0, lost: 0, percent: 0 }]);
  assert.deepEqual(await sql(`select kind from spend_entry where key = 'a' order by kind`), [{ kind: 'refund' }, { kind: 'reserve' }]);
  const again = await leaseOne(records, { runnerId });
  assert.deepEqual(again.resume, { step: 7 });
  assert.deepEqual((await records.renew({ ...renewal, leases: [{ key: 'a', fence: again.fence, percent: 50 }] })).back, []);
  await records.failTask({ runnerId, key: 'a', fence: again.fence, problem: problemOf('program-failed') });
  assert.deepEqual(await sql(`select resume from task where key = 'a'`), [{ resume: null }], 'what failed begins anew');
});

test('L11: what a task was handed back with is its checkpoint while it waits and runs, and no longer once it began anew', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a']);
  const lease = () => leaseOne(records, { runnerId });
  const is = () => Promise.all(['sha256-kept', 'sha256-other'].map(records.isCheckpoint));
  const { fence } = await lease();
  assert.deepEqual(await is(), [false, false]);
  await records.handBack({ runnerId, key: 'a', fence, resume: { checkpointAsset: 'sha256-kept' } });
  assert.deepEqual(await is(), [true, false]);
  const again = await lease();
  assert.deepEqual(await is(), [true, false]);
  await records.failTask({ runnerId, key: 'a', fence: again.fence, problem: problemOf('program-failed') });
  assert.deepEqual(await is(), [false, false]);
});

test('D2: whatever a runner says, its work is charged no longer than since it was given to it; a process tells what it settled', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a', 'b']);
  await sql('update workspace set slot_rate = 2');
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  assert.equal(leases.length, 2);
  await sql(`update attempt set delivered_at = now() - interval '3 seconds'`);
  for (const lease of leases)
    await records.completeTask({ ...completionOf(lease), wallMs: lease.task.key === 'a' ? 3_600_000 : 1000, runnerId });
  const charged = (await sql(`select slot_ms as ms from spend_entry where kind = 'settle' order by key`)).map(({ ms }) => Number(ms));
  assert.ok((charged[0] ?? 0) >= 3000 && (charged[0] ?? 0) < 60_000, `${charged[0]} ms`);
  assert.equal(charged[1], 1000);
  const { slotS, credits } = records.settledHere().get('default') ?? { slotS: 0, credits: 0 };
  assert.equal(slotS.toFixed(3), ((charged[0] ?? 0) / 1000 + 1).toFixed(3));
  assert.equal(credits.toFixed(3), (2 * slotS).toFixed(3));
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const own = await records.spendOf({ workspaceId: defaultWorkspace, since });
  assert.equal(own.settled.slotS.toFixed(3), slotS.toFixed(3));
  assert.deepEqual(own.held, { gpuS: 0, slotS: 0, credits: 0 });
  assert.equal((await records.spendOf({ workspaceId: '00000000-0000-7000-8000-00000000beef', since })).settled.slotS, 0, 'W2');
});
