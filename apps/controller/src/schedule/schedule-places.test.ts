import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import { done, leaseMs, leaseOf, offer, order, scheduledServer, start, task, until } from './testing/scheduling.ts';

const server = scheduledServer();

test('P2: a voice is asked of runners that have it, of those of one that holds it in memory, and a short wait for that one beats loading', async (context) => {
  const opened = await server.scheduled(context);
  const { records, sql } = opened;
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
  // It took a minute to load, and half of one to speak: times that no test is as slow as.
  await records.completeTask({ ...done(cold, a), wallMs: 90_000, loadMs: 60_000 });
  const { runnerId: warm } = await records.joinRunner(offer('warm', { ...speaks, slots: 1, voices: [voice] }));
  await records.noteHeld({ runnerId: cold, models: ['voice ann 3'] });
  await records.noteHeld({ runnerId: warm, models: ['voice joe 3'] });
  await until(async () => (await sql("select from runner where held::text like '%joe%'")).length === 1, 'what is held');
  await order(opened, [line('b')]);
  const b = await leaseOf(opened, warm);
  const reasonOf = async (fence: number) => (await sql('select reason, expected_ms from attempt where fence = $1', [fence]))[0];
  assert.deepEqual(await reasonOf(b.fence), { reason: 'a slot is free where its model is in memory', expected_ms: 30_000 });
  await order(opened, [line('c')]);
  const waits = await until(async () => (await records.queue({ workspaceId: defaultWorkspace, limit: 9 }))[0], 'the standing');
  assert.match(waits.reason, /^waiting \d+(\.\d)? s for a runner that has its model in memory beats loading it for 60(\.0)? s$/);
  await records.completeTask({ ...done(warm, b), wallMs: 30_000 });
  const c = await leaseOf(opened, warm);
  assert.equal(c.task.key, 'c');
  // What nobody has is given to anyone, who says what is missing.
  await order(opened, [line('d', 'ann')]);
  assert.equal((await leaseOf(opened, mute)).task.key, 'd');
});

test('P7: the only place is asked back from a bulk task that has borders and whose runner hands back, for one that a person waits for', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
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
  const opened = await server.scheduled(context);
  const { records, sql } = opened;
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
