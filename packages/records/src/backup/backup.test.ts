import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import pg from 'pg';
import { migrationsFolder } from '../migrate.ts';
import { openRecords } from '../open-records.ts';
import { defaultWorkspace as workspaceId } from '../records.ts';
import { recordsId } from '../records-id.ts';
import { leaseGranted } from '../testing/lead.ts';
import { completionOf, someBuild, someOffer, someTask } from '../testing/made-up.ts';
import { serverOfTests, type TestRecords } from '../testing/test-server.ts';
import { endRestore, loadRecords, openSnapshot, type RecordsDump } from './index.ts';

const server = serverOfTests();
/** A filled database, where no test changes anything. */
let filled: { readonly taken: Taken; readonly connectionString: string } & Awaited<ReturnType<typeof fill>>;
before(async () => {
  const from = await server.open();
  filled = { ...(await fill(from)), taken: await take(from.connectionString), connectionString: from.connectionString };
});

type Taken = { readonly dump: RecordsDump; readonly texts: ReadonlyMap<string, Buffer>; readonly assets: readonly string[] };

async function take(connectionString: string, meanwhile: () => Promise<void> = async () => {}): Promise<Taken> {
  const snapshot = await openSnapshot({ connectionString });
  try {
    await meanwhile();
    const texts = new Map<string, Buffer>();
    const dump = await snapshot.dump(async (table, rows) => void texts.set(table, await buffer(rows)));
    await snapshot.check();
    return { dump, texts, assets: snapshot.assets.map(({ digest }) => digest) };
  } finally {
    await snapshot.close();
  }
}

const readOf = (taken: Taken) => async (table: string) => Readable.from([taken.texts.get(table) ?? Buffer.alloc(0)]);

function load(
  connectionString: string,
  taken: Taken,
  changes: Partial<Parameters<typeof loadRecords>[0]> = {},
): ReturnType<typeof loadRecords> {
  return loadRecords({
    connectionString,
    dump: taken.dump,
    read: readOf(taken),
    missing: [],
    mark: 'restore one',
    keepMachines: false,
    keepId: false,
    ...changes,
  });
}

/** A film, an item of the library, and a build with a task done, one held by a runner and one waiting. */
async function fill({ records }: TestRecords) {
  const strange = 'Tab\there, line\nend, back\\slash, \u0001 and \u{1f600}';
  const content = { workspaceId, title: strange, document: { title: strange, odd: '\u0000' }, files: { 'a.png': 'sha256-a' } };
  const film = await records.createFilm({ ...content, aspect: '16:9', shots: 1, note: null, session: null });
  await records.addToLibrary({ workspaceId, kind: 'picture', name: strange, tags: ['a,b', '{}'], body: {}, files: { a: 'sha256-lib' } });
  const { runnerId } = await records.joinRunner(someOffer());
  const build = await someBuild(records, { tasks: [someTask('one'), someTask('two'), someTask('three')] });
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs: 20_000 });
  const [done, held] = leases;
  assert.ok(done !== undefined && held !== undefined);
  await records.completeTask({ ...completionOf(done), runnerId });
  return { film, build, runnerId, done, held, strange };
}

test('K1, K3: records are dumped as they were at one instant, while they change, and are the same in another database', async () => {
  const from = await server.open();
  const { film, build, strange } = await fill(from);
  const taken = await take(from.connectionString, async () => {
    await from.records.putAsset({ workspaceId, digest: 'sha256-later', bytes: 1, mediaType: 'image/png' });
    await from.records.removeFilm({ workspaceId, id: film.id });
  });
  assert.ok(!taken.assets.includes('sha256-later'));
  const to = await server.empty();
  await load(to.connectionString, taken);
  const records = await openRecords(to);
  try {
    assert.equal((await records.filmVersion({ workspaceId, id: film.id }))?.files['a.png'], 'sha256-a');
    assert.deepEqual((await records.listFilms({ workspaceId, limit: 9 })).map(({ title }) => title).sort(), ['A film', strange]);
    const [item] = await records.listLibrary({ workspaceId, limit: 9, kinds: [], search: '' });
    assert.deepEqual([item?.name, item?.tags], [strange, ['a,b', '{}']]);
    assert.equal((await records.getBuild(build.id))?.state, 'running');
    assert.deepEqual(await records.hasAssets(['sha256-later']), new Set());
  } finally {
    await records.close();
  }
  const again = await take(to.connectionString);
  const changed = taken.dump.tables.filter(({ name, digest }) => again.dump.tables.find((table) => table.name === name)?.digest !== digest);
  // What a runner held was given back, and that is told.
  for (const { name } of changed) assert.ok(['attempt', 'installation', 'outbox', 'runner', 'spend_entry', 'task'].includes(name), name);
});

test('K4: what runners held waits for others, and no fence of the first life is given or taken again', async () => {
  const from = await server.open();
  const { runnerId, held } = await fill(from);
  const taken = await take(from.connectionString);
  // The first life goes on: fences are given that the backup knows nothing of.
  await leaseGranted(from.records, { runnerId, max: 5, leaseMs: 20_000 });
  const to = await server.empty();
  await load(to.connectionString, taken);
  const records = await openRecords(to);
  try {
    assert.deepEqual(await records.runners(), []);
    await assert.rejects(records.completeTask({ ...completionOf(held), runnerId }), { code: 'lease-stale' });
    const { runnerId: other } = await records.joinRunner(someOffer({ name: 'other' }));
    const leases = await leaseGranted(records, { runnerId: other, max: 5, leaseMs: 20_000 });
    assert.deepEqual(leases.map(({ task }) => task.key).sort(), ['one', 'three', 'two'].filter((key) => key !== doneOf(taken)).sort());
    for (const { fence, attempt } of leases) {
      assert.ok(fence > 1_000_000_000, String(fence));
      assert.equal(attempt, 1);
    }
  } finally {
    await records.close();
  }
});

function doneOf({ texts }: Taken): string | undefined {
  const lines = texts.get('task_asset')?.toString('utf8').split('\n') ?? [];
  return lines.find((line) => line.endsWith('output'))?.split('\t')[1];
}

test('K5: an asset whose bytes the backup lacks has no row, so that what made it is made again', async () => {
  const { done, taken } = filled;
  const missing = completionOf(done).assets.map(({ digest }) => digest);
  assert.deepEqual(
    taken.assets.filter((digest) => missing.includes(digest)),
    missing,
  );
  const to = await server.empty();
  await load(to.connectionString, taken, { missing });
  const records = await openRecords(to);
  try {
    assert.equal((await records.results([done.task.key])).get(done.task.key)?.state, 'waiting');
  } finally {
    await records.close();
  }
});

test('K6: a dump of an older schema is brought up to date, one of a newer schema is refused', async () => {
  const from = await server.empty();
  const client = new pg.Client({ connectionString: from.connectionString });
  await client.connect();
  await client.query('create table migration (name text primary key, applied_at timestamptz not null default now())');
  for (const name of (await readdir(migrationsFolder)).filter((file) => file.endsWith('.sql') && file < '0004').sort()) {
    await client.query(await readFile(new URL(name, migrationsFolder), 'utf8'));
    await client.query('insert into migration (name) values ($1)', [name]);
  }
  const id = '00000000-0000-7000-8000-000000000010';
  await client.query('insert into film (id, workspace_id, title) values ($1, $2, $3)', [id, workspaceId, 'Old']);
  await client.query('insert into film_version (id, workspace_id, film_id, digest, document, files) values ($1, $2, $1, $3, $4, $5)', [
    ...[id, workspaceId, 'd', '{"title":"Old"}', '{"a.png":"sha256-a"}'],
  ]);
  const taken = await take(from.connectionString);
  await client.end();
  const to = await server.empty();
  await load(to.connectionString, taken);
  const after = await take(to.connectionString);
  assert.deepEqual(after.dump.migrations, (await readdir(migrationsFolder)).filter((file) => file.endsWith('.sql')).sort());
  assert.match(after.texts.get('film_version')?.toString('utf8') ?? '', /\{sha256-a\}/);
  const newer = { ...taken.dump, migrations: [...after.dump.migrations, '9999-later.sql'] };
  await assert.rejects(load((await server.empty()).connectionString, { ...taken, dump: newer }), /newer Filmwright.*9999-later\.sql/);
});

test('K7: a database that is not empty is refused and left alone; an interrupted restore of the same backup goes on', async () => {
  const { taken } = filled;
  await assert.rejects(load(filled.connectionString, taken), /not empty: it has .*asset/);
  const to = await server.empty();
  await load(to.connectionString, taken);
  await load(to.connectionString, taken);
  await assert.rejects(load(to.connectionString, taken, { mark: 'another' }), /not empty/);
  await endRestore(to);
  await assert.rejects(load(to.connectionString, taken), /not empty/);
});

test('K8: damaged rows are refused and leave the database empty', async () => {
  const { taken } = filled;
  const to = await server.empty();
  const texts = new Map(taken.texts);
  texts.set('asset', Buffer.from((texts.get('asset') ?? Buffer.alloc(0)).toString('utf8').replace('video/mp4', 'video/mp5')));
  await assert.rejects(load(to.connectionString, { ...taken, texts }), { code: 'digest-mismatch', message: /the table asset/ });
  await load(to.connectionString, taken);
});

test('K9: a role that may not switch off checks loads too', async () => {
  const { taken } = filled;
  const { connectionString } = await server.empty();
  const admin = new pg.Client({ connectionString });
  await admin.connect();
  const url = new URL(connectionString);
  await admin.query(`create role plain login password 'plain'`);
  await admin.query(`grant all on database ${url.pathname.slice(1)} to plain`);
  await admin.query('grant all on schema public to plain');
  await admin.end();
  url.username = 'plain';
  url.password = 'plain';
  await load(url.href, taken);
  const counts = new Map((await take(url.href)).dump.tables.map(({ name, rows }) => [name, rows]));
  for (const { name, rows } of taken.dump.tables)
    if (!['outbox', 'runner', 'spend_entry'].includes(name)) assert.equal(counts.get(name), rows, name);
});

test('K11: restored records have an id of their own, also where they keep the machines; those of an upgraded server keep theirs', async () => {
  const from = await server.open();
  const id = await recordsId(from);
  assert.match(id ?? '', /^[0-9a-f-]{36}$/);
  const taken = await take(from.connectionString);
  const loaded = async (changes: Parameters<typeof load>[2]): Promise<string | null> => {
    const to = await server.empty();
    assert.equal(await recordsId(to), null);
    const told = await load(to.connectionString, taken, changes);
    assert.equal(told.id, await recordsId(to));
    return told.id;
  };
  const [copy, other] = [await loaded({}), await loaded({ keepMachines: true })];
  assert.equal(new Set([id, copy, other]).size, 3);
  assert.equal(await loaded({ keepId: true }), id);
});

test('K10: a copy has a mark of its own and knows no machine of the first; what takes the place of the first keeps both', async () => {
  const from = await server.open();
  const id = `fw-${await from.records.installationId()}-cloud-1`;
  await from.records.addMachines([{ id, pool: 'cloud' }]);
  const taken = await take(from.connectionString);
  const seen = async (keepMachines: boolean): Promise<readonly unknown[]> => {
    const to = await server.empty();
    const { leftMachines } = await load(to.connectionString, taken, { keepMachines });
    const records = await openRecords(to);
    try {
      const machines = await records.machines();
      return [
        leftMachines,
        machines.map((machine) => machine.id),
        (await records.installationId()) === (await from.records.installationId()),
      ];
    } finally {
      await records.close();
    }
  };
  assert.deepEqual(await seen(false), [[id], [], false]);
  assert.deepEqual(await seen(true), [[], [id], true]);
});
