import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill, Priority } from '@filmwright/contracts';
import { defaultWorkspace, type OpenedRecords, openRecords } from '@filmwright/records';
import { Client as SqlClient } from 'pg';
import { killHard, makeHome, processesOf } from './platform-home.ts';
import { freePort, rolesOfTest } from './role-processes.ts';

let records: OpenedRecords;
let database: SqlClient;
// Before the database ends.
after(async () => {
  await database.end();
  await records.close();
});
const roles = rolesOfTest(makeHome());
const { home, env } = roles;

before(async () => {
  const started = await roles.start('database');
  env.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(started.text())?.[1] ?? assert.fail(started.text());
  env.FILMWRIGHT_SIGNING_KEY = 'signing-key-of-the-journey';
  // As where the gateway is of the same command: what ends with it has no time.
  env.FILMWRIGHT_GRACE_MS = '0';
  const port = await freePort();
  env.FILMWRIGHT_URL = `http://127.0.0.1:${port}`;
  await roles.start('gateway,controller', { args: ['--port', String(port)] });
  await roles.start('runner', { args: ['--runners', '1'] });
  records = await openRecords({ connectionString: env.DATABASE_URL });
  database = new SqlClient({ connectionString: env.DATABASE_URL });
  await database.connect();
});
type Row = Readonly<Record<string, unknown>>;
const sql = async (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
  (await database.query<Row>(text, [...values])).rows;

async function found<T>(what: () => Promise<T | undefined | null | false>, whatFor: string): Promise<T> {
  for (let tries = 0; tries < 1500; tries++) {
    const value = await what();
    if (value) return value;
    await sleep(20);
  }
  return assert.fail(`waited half a minute for ${whatFor}`);
}

let seed = 0;
type Asked = Partial<Drill['drill']> & { readonly priority?: Priority };
async function drill({ priority = 'normal', ...changes }: Asked): Promise<string> {
  seed++;
  const document: Drill = { title: `Drill ${seed}`, drill: { seed, layers: 1, width: 1, durationMs: 200, bytes: 100, ...changes } };
  const wanted = { workspaceId: defaultWorkspace, title: document.title, document, files: {}, purpose: 'drill', atMs: null } as const;
  return (await records.createBuild({ ...wanted, priority })).id;
}

/** Attempts for a build, oldest first, with the runner and why it was given them. */
const attemptsOf = (build: string): Promise<readonly Row[]> =>
  sql(
    `select a.runner_name as runner, a.reason, a.outcome, a.expected_ms, a.ran_ms, a.asked_back, t.resume, t.state, t.attempts, t.lost
     from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key where a.build_id = $1 order by a.fence`,
    [build],
  );
const running = async (build: string): Promise<Row | undefined> =>
  (await sql(`select fence, percent from attempt where build_id = $1 and ended_at is null and delivered_at is not null`, [build]))[0];
const done = (build: string) => found(async () => (await records.getBuild(build))?.state === 'succeeded', 'the end of a drill');
const executors = (): readonly number[] =>
  processesOf(home)
    .filter(({ role }) => role === 'executor')
    .map(({ pid }) => pid);

test('P7, L11: a bulk task hands the only slot to one that a person waits for, within seconds, and goes on from its step', async (t) => {
  const long = await drill({ durationMs: 120_000, steps: 1200, priority: 'bulk' });
  // Whatever was found: those after it have the same slot.
  t.after(() => records.cancelBuild(long));
  // A hundredth of it are twelve steps, however soon its process was there.
  await found(async () => Number((await running(long))?.['percent'] ?? 0) >= 1, 'the long task to be on its way');
  const askedMs = performance.now();
  const quick = await drill({ priority: 'interactive' });
  await done(quick);
  const tookMs = performance.now() - askedMs;
  const [first, second] = await found(async () => {
    const attempts = await attemptsOf(long);
    return attempts.length >= 2 && attempts;
  }, 'the long task to go on');
  assert.equal(first?.outcome, 'returned');
  assert.match(String(first?.asked_back), /is interactive and would wait longer than 30 s/);
  const { step } = Object(second?.resume) as { readonly step: number };
  assert.ok(step >= 10 && step < 1200, `step ${step}`);
  assert.deepEqual([second?.attempts, second?.lost], [1, 0]);
  t.diagnostic(`two quick tasks were done ${Math.round(tookMs)} ms after they were asked for; the long one went on from step ${step}`);
});

test('L10: the slot of a cancelled task is given once its process is gone, and then at once', async (t) => {
  const long = await drill({ durationMs: 120_000 });
  await found(() => running(long), 'the long task');
  const [before] = await found(async () => {
    const there = executors();
    return there.length === 1 && there;
  }, 'its process');
  const next = await drill({});
  await found(async () => (await sql(`select from task where wanted_by = $1 and state = 'waiting'`, [next])).length > 0, 'the next task');
  const cancelledMs = performance.now();
  await records.cancelBuild(long);
  await found(() => running(next), 'the next task to run');
  const tookMs = performance.now() - cancelledMs;
  assert.ok(!executors().includes(before ?? 0), 'what was cancelled has ended');
  t.diagnostic(`the slot was given ${Math.round(tookMs)} ms after the cancel`);
  await done(next);
});

test('A6: a controller that is killed leaves what it learned to the next', async () => {
  const times = (): Promise<readonly Row[]> => sql(`select name, ms, count from learned_time where name like 'runs drill%'`);
  await found(async () => (await times()).length > 0, 'what was learned');
  const [before] = await sql('select epoch from leadership');
  for (const { pid, role } of processesOf(home)) if (role === 'controller') killHard(pid);
  await found(async () => (await sql('select epoch from leadership'))[0]?.epoch !== before?.epoch, 'the next leader');
  // The one before may have learned more until it was killed.
  const learned = await times();
  // The same times as the quick one before, and other bytes.
  const again = await drill({ seed: 2, bytes: 101 });
  await done(again);
  const expected = (await attemptsOf(again)).map(({ expected_ms }) => expected_ms);
  assert.ok(
    expected.some((ms) => learned.some((time) => Math.abs(Number(time.ms) - Number(ms)) < 1e-6)),
    `${expected.join()} of ${learned.map(({ ms }) => ms).join()}`,
  );
});

test('P8: what may run as one runs as one in the only slot, each with a lease and an end of its own', async (t) => {
  const many = await drill({ width: 8, durationMs: 500, batch: { name: 'stills', most: 8 } });
  await done(many);
  const attempts = await sql(
    `select batch, fence, outcome, ran_ms, started_at from attempt where build_id = $1 and batch is not null order by fence`,
    [many],
  );
  // A few may be given before the others are told.
  const batches = attempts.map(({ batch }) => attempts.filter((other) => other['batch'] === batch));
  const together = batches.reduce((most, each) => (each.length > most.length ? each : most), []);
  const ranMs = together.reduce((sum, { ran_ms }) => sum + Number(ran_ms), 0);
  t.diagnostic(`${together.length} tasks of about 500 ms took ${Math.round(ranMs)} ms together`);
  assert.ok(together.length >= 4 && together.every(({ outcome }) => outcome === 'done'));
});

test('P2: what needs a model goes to the runner that holds it in memory, and does not load it again', async (t) => {
  await roles.start('runner', { args: ['--runners', '1'], env: { FILMWRIGHT_RUNNER_NAME: 'another' } });
  await found(async () => (await records.runners()).length === 2, 'the second runner');
  const model = { name: 'heavy', loadMs: 1500 };
  const first = await drill({ model, durationMs: 20 });
  await done(first);
  const held = async () => (await sql(`select name from runner where held::text like '%model heavy%'`))[0]?.name;
  const holder = await found(held, 'word of what is held');
  const [load] = await found(async () => {
    const times = await sql(`select ms from learned_time where name like 'loads model heavy|%'`);
    return times.length > 0 && times;
  }, 'what loading takes');
  t.diagnostic(`loading was found to take ${Math.round(Number(load?.ms))} ms`);
  assert.ok(Number(load?.ms) >= 1490);
  const loads = async () =>
    (await sql(`select sum(count)::int as count from learned_time where name like 'loads model heavy|%'`))[0]?.count;
  const before = await loads();
  for (let turn = 0; turn < 3; turn++) {
    const next = await drill({ model, durationMs: 20 });
    await done(next);
    for (const attempt of await attemptsOf(next)) {
      assert.deepEqual([attempt.runner, attempt.reason], [holder, 'a slot is free where its model is in memory']);
    }
  }
  assert.equal(await loads(), before, 'it was loaded once');
});

test('L9: a runner of the platform that is asked to drain finishes what it has, also where its end would stop that, and is started anew', async () => {
  const build = await drill({ durationMs: 4000 });
  await found(() => running(build), 'the task to run');
  const asked = (await records.runners())[0]?.runnerId ?? assert.fail('a runner is there');
  await records.drainRunner(asked);
  await done(build);
  const outcomes = (await attemptsOf(build)).map(({ outcome }) => outcome);
  assert.ok(outcomes.length > 0 && outcomes.every((outcome) => outcome === 'done'), outcomes.join());
  await found(async () => (await records.runners()).some(({ runnerId }) => runnerId !== asked), 'another process of the runner');
  await done(await drill({}));
});
