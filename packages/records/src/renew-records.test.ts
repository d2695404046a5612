import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { defaultWorkspace, type RenewRequest } from './records.ts';
import { epochOf } from './testing/lead.ts';
import { someOffer } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const count = 40;
const leaseMs = 60_000;

const grantOf = (key: string, runnerId: string) => ({
  workspaceId: defaultWorkspace,
  key,
  runnerId,
  devices: [],
  expectedMs: 1000,
  reason: 'a slot is free',
});

/** Runners with a lease each, as they tell of it; beside them the one that `openWithRunner` has. */
async function opened() {
  const keys = Array.from({ length: count }, (_, at) => `t${at}`);
  const made = await openWithRunner(server, keys);
  const { records, epoch } = made;
  const beats: RenewRequest[] = [];
  for (const [at, key] of keys.entries()) {
    const { runnerId } = await records.joinRunner(someOffer({ name: `runner ${at}` }));
    const answer = await records.grantTasks({ epoch, grants: [grantOf(key, runnerId)] });
    const fence = answer?.given[0]?.fence ?? 0;
    assert.ok(fence > 0, key);
    beats.push({ runnerId, leaseMs, leases: [{ key, fence, percent: at }] });
  }
  return { ...made, beats };
}

test('L13: what many runners say at the same moment goes into few statements, and each is answered for itself', async () => {
  const { records, sql, beats, runnerId } = await opened();
  const asked = { workspaceId: defaultWorkspace, key: 't3', fence: beats[3]?.leases[0]?.fence ?? 0 };
  const epoch = await epochOf(records);
  await records.askBack([{ ...asked, reason: 'another is urgent' }], { epoch });
  await records.drainRunner(beats[4]?.runnerId ?? '');
  await records.leaveRunner(beats[5]?.runnerId ?? '');
  await sql(`update runner set seen_at = now() - interval '1 hour'`);
  const stolen = { ...beats[6], runnerId } as RenewRequest;
  await sql('create table told (n int)');
  await sql('create function note_told() returns trigger language plpgsql as $$ begin insert into told values (1); return null; end $$');
  await sql('create trigger told after update on attempt for each statement execute function note_told()');
  const answers = await Promise.all([...beats, stolen].map((beat) => records.beat(beat)));
  const statements = Number((await sql('select count(*)::int as n from told'))[0]?.n);
  // Two of the forty say what is not theirs, and are looked at for themselves.
  assert.ok(statements <= 10, `${statements} statements for ${count} runners`);
  const [fence3, fence5, fence6] = [3, 5, 6].map((at) => beats[at]?.leases[0]?.fence ?? 0);
  assert.deepEqual(answers[3], { stale: [], back: ['t3'], backFences: [fence3], runner: { draining: false } });
  assert.deepEqual(answers[4], { stale: [], back: [], runner: { draining: true } });
  assert.deepEqual(answers[5], { stale: ['t5'], staleFences: [fence5], back: [], runner: null });
  assert.deepEqual(answers[6], { stale: [], back: [], runner: { draining: false } });
  assert.deepEqual(answers[count], { stale: ['t6'], staleFences: [fence6], back: [], runner: { draining: false } });
  const held = await sql(`select key, percent from attempt where ended_at is null and heard_at is not null order by percent`);
  assert.deepEqual(
    held,
    beats.flatMap(({ leases }, at) => (at === 5 ? [] : leases.map(({ key, percent }) => ({ key, percent })))),
  );
  const [seen] = await sql(`select count(*)::int as n from runner where seen_at > now() - interval '10 minutes'`);
  assert.equal(seen?.n, count, 'all but the one that left, and the one of the test');
});

test('L13: while somebody holds leases of six runners, more than there are connections, all others are renewed again and again', async () => {
  const { records, beats, connectionString } = await opened();
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  try {
    await slow.query('begin');
    await slow.query(`select from attempt where key = any($1) for update`, [['t0', 't1', 't2', 't3', 't4', 't5']]);
    let answered = 0;
    const late = beats.slice(0, 6).map((beat) => records.beat(beat).finally(() => answered++));
    for (let times = 0; times < 2; times++) {
      const answers = await Promise.all(beats.slice(6).map((beat) => records.beat(beat)));
      assert.ok(answers.every(({ stale, runner }) => stale.length === 0 && runner !== null));
    }
    assert.equal(answered, 0);
    await slow.query('commit');
    for (const answer of await Promise.all(late)) assert.deepEqual(answer, { stale: [], back: [], runner: { draining: false } });
  } finally {
    await slow.end();
  }
});

test('L13: a runner that asks for work hears whether something waits for it, whether it is to end, and whether it is known', async () => {
  const { records, runnerId, epoch } = await openWithRunner(server, ['a']);
  assert.deepEqual(await records.hear(runnerId), { draining: false, granted: false });
  await records.grantTasks({ epoch, grants: [grantOf('a', runnerId)] });
  await records.drainRunner(runnerId);
  assert.deepEqual(await records.hear(runnerId), { draining: true, granted: true });
  await records.leaseTasks({ runnerId, max: 1, leaseMs });
  assert.deepEqual(await records.hear(runnerId.toUpperCase()), { draining: true, granted: false });
  assert.equal(await records.hear('00000000-0000-7000-8000-00000000dead'), null);
  assert.equal(await records.hear('none'), null);
});
