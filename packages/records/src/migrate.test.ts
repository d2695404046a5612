import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import pg from 'pg';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { openRecords } from './open-records.ts';
import { defaultWorkspace as workspaceId } from './records.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

const folder = new URL('./migrations/', import.meta.url);
const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [film, looked, oldVersion, newVersion, lookedVersion] = [idOf(10), idOf(11), idOf(20), idOf(21), idOf(22)];
const [oldBuild, newBuild, check] = [idOf(30), idOf(31), idOf(32)];

/** A database as it was before a migration. */
async function oldDatabase(before: string): Promise<{ readonly connectionString: string; readonly client: pg.Client }> {
  const { connectionString } = await server.empty();
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('create table migration (name text primary key, applied_at timestamptz not null default now())');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.sql') && file < before).sort()) {
    await client.query(await readFile(new URL(name, folder), 'utf8'));
    await client.query('insert into migration (name) values ($1)', [name]);
  }
  return { connectionString, client };
}

async function fill(client: pg.Client): Promise<void> {
  const document = (title: string, aspect: string, shots: number) =>
    JSON.stringify({ title, format: { aspect }, storyboard: Array.from({ length: shots }, () => ({ say: 'One.' })) });
  await client.query('insert into film (id, workspace_id, title) values ($1, $3, $4), ($2, $3, $5)', [
    ...[film, looked, workspaceId],
    ...['Made', 'Looked at'],
  ]);
  const versions = [
    { id: oldVersion, film, at: '2026-01-01', document: document('Made', '16:9', 1), files: { 'a.png': 'sha256-a' } },
    { id: newVersion, film, at: '2026-02-01', document: document('Made', '9:16', 3), files: { 'a.png': 'sha256-a', 'b.png': 'sha256-b' } },
    // Type text cannot hold its character, so that nothing can be read of it.
    { id: lookedVersion, film: looked, at: '2026-03-01', document: '{"title":"\\u0000"}', files: { 'c\u0001.png': 'sha256-c' } },
  ];
  for (const { id, film, at, document, files } of versions)
    await client.query(
      'insert into film_version (id, workspace_id, film_id, digest, document, files, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
      [id, workspaceId, film, `digest of ${id}`, document, JSON.stringify(files), at],
    );
  const builds = [
    { id: oldBuild, film, version: oldVersion, purpose: 'make', state: 'succeeded' },
    { id: newBuild, film, version: newVersion, purpose: 'make', state: 'running' },
    { id: check, film: looked, version: lookedVersion, purpose: 'check', state: 'succeeded' },
  ];
  for (const { id, film, version, purpose, state } of builds)
    await client.query(
      `insert into build (id, workspace_id, film_id, film_version_id, title, purpose, state, progress, ended_at)
       values ($1, $2, $3, $4, 'A title', $5, $6, '{}', case when $6 = 'running' then null else now() end)`,
      [id, workspaceId, film, version, purpose, state],
    );
  await client.query(
    `insert into task (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, state, output, wanted_by)
     values ($1, 'made', 'encode', 1, 'f5', '{}', '{sha256-a}', 1, 'done', '{"asset":1}', null), ($1, 'next', 'encode', 1, 'f5', '{}', '{sha256-b}', 1, 'waiting', null, $2)`,
    [workspaceId, newBuild],
  );
  await client.query(`insert into asset (workspace_id, digest, bytes, media_type) values ($1, 'sha256-a', 5, 'image/png')`, [workspaceId]);
  await client.query(
    `insert into task_asset (workspace_id, key, digest, role) values ($1, 'made', 'sha256-a', 'output'), ($1, 'next', 'sha256-b', 'input')`,
    [workspaceId],
  );
  await client.query(
    `insert into build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal) values ($1, $2, 'span/1', 'encode', 'next', 1, false, 1)`,
    [workspaceId, newBuild],
  );
  await client.query(`insert into build_package (workspace_id, build_id, body) values ($1, $2, '{"durationMs":1}')`, [
    workspaceId,
    oldBuild,
  ]);
}

const kept = ['workspace', 'film', 'film_version', 'build', 'task', 'task_asset', 'asset', 'build_task', 'build_package', 'outbox'];
async function countRows(client: pg.Client): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of kept) {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    counts[table] = rows[0]?.count ?? 0;
  }
  return counts;
}

test('V1: a database of before films had numbered versions keeps every row, and what was made of its films becomes their versions', async () => {
  const { connectionString, client } = await oldDatabase('0005');
  await fill(client);
  const before = await countRows(client);
  const records = await openRecords({ connectionString });
  try {
    assert.deepEqual(await countRows(client), before);
    const [listed, ...others] = await records.listFilms({ workspaceId, limit: 9 });
    assert.deepEqual(others, []);
    assert.deepEqual([listed?.id, listed?.version, listed?.aspect, listed?.shots], [film, 2, '9:16', 3]);
    assert.equal(listed?.changedAt.slice(0, 10), '2026-02-01');
    assert.deepEqual((await records.filmVersion({ workspaceId, id: film, version: 1 }))?.files, { 'a.png': 'sha256-a' });
    assert.deepEqual(
      (await records.listFilmVersions({ workspaceId, id: film, limit: 9 })).map(({ version }) => version),
      [2, 1],
    );
    assert.equal(await records.filmVersion({ workspaceId, id: looked }), null);
    const { rows: assets } = await client.query<{ digest: string }>('select digest from kept_asset order by digest');
    assert.deepEqual(
      assets.map(({ digest }) => digest),
      ['sha256-a', 'sha256-b', 'sha256-c'],
    );
    assert.equal((await records.getBuild(newBuild))?.state, 'running');
    assert.deepEqual(
      (await records.activeBuilds()).fresh.map(({ id }) => id),
      [newBuild],
    );
    assert.deepEqual(await records.webPackage(oldBuild), { durationMs: 1 });
    assert.equal((await records.results(['made'])).get('made')?.state, 'done');
    const saving = { workspaceId, id: film, document: {}, files: {}, title: 'Made', aspect: '16:9', shots: 0 };
    const outcome = await records.saveFilm({ ...saving, from: 2, note: null, session: null, restored: null, changesSince: () => [] });
    assert.ok(outcome !== null && 'film' in outcome && outcome.film.version === 3);
  } finally {
    await records.close();
    await client.end();
  }
});

test('T1, D1: a database of before many runners keeps what waits, runs, rests and was lost; what was leased can be renewed and done', async () => {
  const { connectionString, client } = await oldDatabase('0007');
  await fill(client);
  const runner = idOf(40);
  const offer = { name: 'old', pid: 1, slots: 1, kinds: ['encode'], toolchain: { encode: 'f5' }, voices: [], models: [], fonts: [] };
  await client.query('insert into runner (id, workspace_id, offer) values ($1, $2, $3)', [runner, workspaceId, JSON.stringify(offer)]);
  await client.query(
    `insert into task (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, state, wanted_by, fence, runner_id, lease_until, lost, not_before)
     values ($1, 'held', 'encode', 1, 'f5', '{}', '{}', 5, 'leased', $2, 7, $3, now() + interval '1 minute', 0, '-infinity'),
       ($1, 'lost', 'encode', 1, 'f5', '{}', '{}', 5, 'waiting', $2, 6, $3, null, 1, '-infinity'),
       ($1, 'rests', 'encode', 1, 'f5', '{}', '{}', 5, 'waiting', $2, 5, $3, null, 0, now() + interval '1 hour')`,
    [workspaceId, newBuild, runner],
  );
  await client.query(
    `insert into build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)
     select $1, $2, 'span/' || key, 'encode', key, 5, false, 2 from task where key in ('held', 'lost', 'rests')`,
    [workspaceId, newBuild],
  );
  await client.query(
    `insert into attempt (workspace_id, key, fence, runner_id, runner_name, ended_at, outcome)
     values ($1, 'held', 7, $2, 'old', null, null), ($1, 'lost', 6, $2, 'old', now(), 'lost'), ($1, 'rests', 5, $2, 'old', now(), 'failed')`,
    [workspaceId, runner],
  );
  const before = await countRows(client);
  const records = await openRecords({ connectionString });
  try {
    assert.deepEqual(await countRows(client), before);
    const snapshot = await records.fleetSnapshot();
    const tasks = new Map(snapshot.tasks.map((task) => [task.key, task]));
    assert.deepEqual([...tasks.keys()].sort(), ['held', 'lost', 'next', 'rests']);
    assert.equal(tasks.get('held')?.lease?.runnerId, runner);
    assert.ok((tasks.get('rests')?.demand?.readyInMs ?? 0) > 1000);
    assert.ok((tasks.get('lost')?.demand?.readyInMs ?? 1) <= 0);
    assert.equal(snapshot.runners[0]?.offer.name, 'old');
    const leases = ['held 7', 'lost 6', 'rests 5'].map((text) => ({ key: text.slice(0, -2), fence: Number(text.at(-1)), percent: 1 }));
    assert.deepEqual(await records.renewLeases({ runnerId: runner, leases, leaseMs: 60_000 }), ['rests']);
    await records.completeTask({ runnerId: runner, key: 'held', fence: 7, output: {}, assets: [], wallMs: 9, cpuMs: 9 });
    const { rows } = await client.query(`select kind, slot_ms from spend_entry`);
    assert.deepEqual(rows, [{ kind: 'settle', slot_ms: 9 }]);
    assert.equal(await records.removeFilm({ workspaceId, id: film }), true);
    const { rows: left } = await client.query(
      `select (select count(*)::int from task) as tasks, (select count(*)::int from build_task) as listed`,
    );
    assert.deepEqual(left, [{ tasks: 1, listed: 0 }]);
  } finally {
    await records.close();
    await client.end();
  }
});

test('T1, D2: fences of before they were drawn from one sequence are told apart, and what runs goes on under its own', async () => {
  const { connectionString, client } = await oldDatabase('0014');
  const runner = idOf(40);
  await client.query(
    `insert into task (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, state, fence, percent)
     values ($1, 'runs', 'encode', 1, 'f5', '{}', '{}', 5, 'leased', 3, 40), ($1, 'ran', 'encode', 1, 'f5', '{}', '{}', 5, 'done', 3, 100)`,
    [workspaceId],
  );
  await client.query(
    `insert into attempt (workspace_id, key, fence, runner_id, ended_at, outcome, lease_until)
     values ($1, 'ran', 3, $2, now(), 'done', now()), ($1, 'runs', 3, $2, null, null, now() + interval '1 minute')`,
    [workspaceId, runner],
  );
  await client.query(
    `insert into spend_entry (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits)
     values ($1, 'ran', 3, 'settle', 0, 5, 1), ($1, 'runs', 3, 'reserve', 0, 5, 1), ($1, 'one', 0, 'estimate', 0, 5, 1), ($1, 'two', 0, 'estimate', 0, 5, 1)`,
    [workspaceId],
  );
  const records = await openRecords({ connectionString });
  try {
    const { rows: pairs } = await client.query(
      `select t.key, t.fence = 3 as same, s.kind from task t join attempt a on a.fence = t.fence join spend_entry s on s.fence = t.fence order by t.key`,
    );
    assert.deepEqual(pairs, [
      { key: 'ran', same: false, kind: 'settle' },
      { key: 'runs', same: true, kind: 'reserve' },
    ]);
    assert.equal((await records.results(['runs'])).get('runs')?.percent, 40);
    assert.deepEqual(
      await records.renewLeases({ runnerId: runner, leases: [{ key: 'runs', fence: 3, percent: 50 }], leaseMs: 60_000 }),
      [],
    );
    assert.equal((await records.results(['runs'])).get('runs')?.percent, 50);
    await records.completeTask({ runnerId: runner, key: 'runs', fence: 3, output: {}, assets: [], wallMs: 9, cpuMs: 9 });
  } finally {
    await records.close();
    await client.end();
  }
});

test('migrations are applied once, however many start at the same moment', async () => {
  const { connectionString } = await server.empty();
  const databases = [1, 2, 3].map(() => openDatabase(connectionString));
  try {
    await Promise.all(databases.map((database) => migrate(database)));
    const found = await databases[0]?.rows<{ name: string }>('select name from migration order by name');
    assert.deepEqual(
      found?.map(({ name }) => name),
      (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort(),
    );
  } finally {
    for (const database of databases) await database.close();
  }
});

test('migrations may take as long as what is filled needs, and read tables as a whole; other calls may not', async () => {
  const database = openDatabase((await server.empty()).connectionString);
  const limits = `select current_setting('statement_timeout') as within, current_setting('enable_seqscan') as whole`;
  const shown = new Set<string>();
  try {
    await migrate({
      ...database,
      transaction: (work) =>
        database.transaction(async (client, tries) => {
          const done = await work(client, tries);
          shown.add(JSON.stringify((await client.query(limits)).rows[0]));
          return done;
        }),
    });
    assert.deepEqual([...shown], ['{"within":"0","whole":"on"}']);
    assert.deepEqual(await database.rows(limits), [{ within: '1min', whole: 'off' }]);
  } finally {
    await database.close();
  }
});

test('statements of transactions and prepared ones are planned for any values, others for those that they are asked with', async () => {
  const database = openDatabase((await server.empty()).connectionString);
  const text = `select current_setting('plan_cache_mode') as mode`;
  try {
    const modes = [
      ...(await database.rows(text)),
      ...(await database.prepared({ name: 'mode', text, values: [] })),
      ...(await database.piped({ name: 'mode', text, values: [] })),
      ...(await database.transaction(async (client) => (await client.query(text)).rows)),
      ...(await database.streaming(async (client) => (await client.query(text)).rows)),
    ].map(({ mode }) => mode);
    assert.deepEqual(modes, ['auto', ...Array(4).fill('force_generic_plan')]);
  } finally {
    await database.close();
  }
});

test('the server gives up a connection whose other side is gone, and compiles no statement', async () => {
  const database = openDatabase((await server.empty()).connectionString);
  try {
    const [shown] = await database.rows(
      `select current_setting('tcp_keepalives_idle') as idle, current_setting('tcp_user_timeout') as within, current_setting('jit') as jit`,
    );
    assert.deepEqual(shown, { idle: '5', within: '11000', jit: 'off' });
  } finally {
    await database.close();
  }
});
