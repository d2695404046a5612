import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type Lease } from '@filmwright/contracts';
import type { Records } from './records.ts';
import type { Grant, ScheduleStore } from './schedule-store.ts';
import { fitting, grantOf } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someOffer, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

const taskCount = 200;
const runnerCount = 8;

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Kills the server and every process it started, all at once. */
async function killServer(pid: number): Promise<void> {
  const pids = [pid];
  if (process.platform === 'linux') {
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid) pids.push(Number(name));
    }
  }
  for (const each of pids) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

type Ledger = { readonly acknowledged: Map<string, unknown>; readonly given: Map<number, string>; readonly problems: string[] };

/** A runner that works, dawdles, forgets its leases, fails, repeats itself and speaks up too late, as the dice fall. */
async function runnerOf(records: Records, { name, random, ledger }: { name: string; random: () => number; ledger: Ledger }): Promise<void> {
  const { runnerId } = await records.joinRunner(someOffer({ name }));
  const late: Lease[] = [];
  const complete = async (lease: Lease): Promise<void> => {
    const completion = { ...completionOf(lease), output: { by: name, fence: lease.fence } };
    try {
      await records.completeTask({ ...completion, runnerId });
      const known = ledger.acknowledged.get(lease.task.key);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(completion.output))
        ledger.problems.push(`${lease.task.key} was acknowledged twice`);
      ledger.acknowledged.set(lease.task.key, completion.output);
    } catch (error) {
      if (!(error instanceof FilmwrightError) || error.code !== 'lease-stale') throw error;
    }
  };
  while (ledger.acknowledged.size < taskCount) {
    const leases = await records.leaseTasks({ runnerId, max: 1 + Math.floor(random() * 6), leaseMs: random() < 0.3 ? 5 : 20_000 });
    for (const lease of leases) {
      if (ledger.given.has(lease.fence)) ledger.problems.push(`fence ${lease.fence} was given twice`);
      ledger.given.set(lease.fence, lease.task.key);
      if (ledger.acknowledged.has(lease.task.key)) ledger.problems.push(`${lease.task.key} was done and is leased again`);
    }
    const held = leases.map((lease) => ({ key: lease.task.key, fence: lease.fence, percent: 50 }));
    if (random() < 0.5) await records.renewLeases({ runnerId, leases: held, leaseMs: 20_000 });
    for (const lease of leases) {
      const dice = random();
      if (dice < 0.7) await complete(lease);
      else if (dice < 0.75) {
        await complete(lease);
        await complete(lease);
      } else if (dice < 0.85) late.push(lease);
      else if (dice < 0.9) {
        await records.failTask({ runnerId, key: lease.task.key, fence: lease.fence, problem: problemOf('program-failed') }).catch(() => {});
      } else await records.renewLeases({ runnerId, leases: [{ key: lease.task.key, fence: lease.fence, percent: 1 }], leaseMs: 1 });
    }
    if (late.length > 0 && random() < 0.3) for (const lease of late.splice(0)) await complete(lease);
    if (leases.length === 0) await sleep(5);
  }
}

/** Grants what waits to runners as the dice fall, some of them twice, until the work is over; every now and then another takes over. */
async function leadOver(records: ScheduleStore, { random, isOver }: { random: () => number; isOver: () => boolean }): Promise<void> {
  let epoch = await records.takeLead();
  let older = epoch - 1;
  while (!isOver()) {
    const snapshot = await records.fleetSnapshot();
    const grants: Grant[] = [];
    for (const { runnerId } of snapshot.runners) {
      const most = Math.floor(random() * 4);
      for (const task of fitting(snapshot, runnerId)) {
        if (grants.filter((one) => one.runnerId === runnerId).length >= most) break;
        if (random() < 0.05 || !grants.some((one) => one.key === task.key)) grants.push(grantOf(task, runnerId));
      }
    }
    assert.equal(grants.length > 0 ? await records.grantTasks({ epoch: older, grants }) : null, null, 'one that led before grants nothing');
    assert.notEqual(await records.grantTasks({ epoch, grants: grants.sort(() => random() - 0.5) }), null);
    if (random() < 0.1) {
      older = epoch;
      epoch = await records.takeLead();
    }
    await sleep(5);
  }
}

test('L, F, A: runners in every kind of trouble and a database killed again and again lose no acknowledged task, run none twice and share no lease', async (t) => {
  const seed = Number(process.env.FILMWRIGHT_SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`seed ${seed} (FILMWRIGHT_SEED)`);
  const random = randomFrom(seed);
  const { pid, restart } = await server.started;
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: Array.from({ length: taskCount }, (_, index) => someTask(`k${index}`)) });
  const ledger: Ledger = { acknowledged: new Map(), given: new Map(), problems: [] };
  let over = false;
  const untilDone = async (work: () => Promise<void>): Promise<void> => {
    while (!over && ledger.acknowledged.size < taskCount) await work();
  };
  const runners = Array.from({ length: runnerCount }, (_, index) =>
    runnerOf(records, { name: `runner-${index}`, random: randomFrom(seed + index + 1), ledger }),
  );
  const leader = leadOver(records, { random: randomFrom(seed + 100), isOver: () => over || ledger.acknowledged.size >= taskCount });
  const controller = untilDone(async () => {
    await records.expireLeases();
    // What the dice failed for good is made good, as another build would do.
    await sql(
      `update task set state = 'waiting', attempts = 0, lost = 0, ready_at = now() where state = 'failed' or (state = 'waiting' and ready_at > now())`,
    ).catch(() => []);
    await sleep(10);
  });
  const killer = (async () => {
    for (let round = 0; round < 2; round += 1) {
      const from = ledger.acknowledged.size;
      const more = 20 + Math.floor(random() * 60);
      await untilDone(async () => {
        if (ledger.acknowledged.size >= from + more) throw 'enough';
        await sleep(3);
      }).catch(() => {});
      await killServer(pid());
      await restart();
    }
  })();
  try {
    await Promise.all([...runners, leader, controller, killer]);
  } finally {
    over = true;
  }
  assert.deepEqual(ledger.problems, []);
  const rows = await sql(`select key, state, output from task order by key`);
  assert.equal(rows.length, taskCount);
  for (const row of rows) {
    assert.equal(row.state, 'done');
    assert.deepEqual(row.output, ledger.acknowledged.get(String(row.key)), `${row.key} has the output that was acknowledged`);
  }
  const twice = await sql(`select key, count(*) from attempt where outcome = 'done' group by key having count(*) > 1`);
  assert.deepEqual(twice, []);
  const paid = await sql(`select key, count(*) from spend_entry where kind = 'settle' group by key having count(*) <> 1`);
  assert.deepEqual(paid, [], 'each task is charged once');
  const unpaid = await sql(
    `select t.key from task t left join spend_entry s on s.key = t.key and s.fence = t.fence and s.kind = 'settle' where s.key is null`,
  );
  assert.deepEqual(unpaid, [], 'each task is charged for the attempt that did it');
  const open = await sql(`select r.key from spend_entry r where r.kind = 'reserve' and not exists (
    select from spend_entry e where e.fence = r.fence and e.kind in ('settle', 'refund'))`);
  assert.deepEqual(open, [], 'what was reserved is settled or refunded');
  assert.deepEqual(await sql('select key from attempt where ended_at is null'), []);
  const fences = await sql('select key, fence::int as fence from attempt order by started_at, fence');
  const last = new Map<unknown, number>();
  for (const { key, fence } of fences) {
    assert.ok(Number(fence) > (last.get(key) ?? 0), `the fences of ${key} grow`);
    last.set(key, Number(fence));
  }
});
