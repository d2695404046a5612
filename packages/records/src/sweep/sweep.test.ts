import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '@filmwright/contracts';
import pg from 'pg';
import { openSnapshot } from '../backup/index.ts';
import { defaultWorkspace as workspaceId } from '../records.ts';
import { recordsId } from '../records-id.ts';
import { leaseOne } from '../testing/lead.ts';
import { completionOf, rowFor, someOffer, someProgress, someTask } from '../testing/made-up.ts';
import { age, assetOf, built, dayMs, digestOf, hourMs, left, openPlace, put, storeOf, sweep } from '../testing/sweep-place.ts';
import { serverOfTests } from '../testing/test-server.ts';
import { claimStore } from './index.ts';

const server = serverOfTests();

const place = () => openPlace(server);

test('G1, G2: what films, the library, builds and runners name is kept and told by whom; the rest goes, row and bytes', async () => {
  const at = await place();
  const [inFilm, inLibrary, font, unnamed] = [
    await put(at, 'film'),
    await put(at, 'library'),
    await put(at, 'font'),
    await put(at, 'none'),
  ];
  const [fresh, stray, young] = [digestOf('fresh'), digestOf('stray'), digestOf('young')];
  await at.records.putAsset({ workspaceId, digest: fresh, bytes: 10, mediaType: 'image/png' });
  at.store.held
    .set(fresh, Date.now())
    .set(stray, Date.now() - 2 * hourMs)
    .set(young, Date.now());
  const film = { workspaceId, title: 'One', document: {}, aspect: '16:9', shots: 0, note: null, session: null };
  await at.records.createFilm({ ...film, files: { a: inFilm } });
  await at.records.addToLibrary({ workspaceId, kind: 'picture', name: 'One', tags: [], body: {}, files: { a: inLibrary } });
  const { span, master } = await built(at, { name: 'one', days: 1 });
  await at.records.joinRunner({ ...someOffer({ name: 'fonts' }), fonts: [{ family: 'A', regular: font, bold: font }] } as never);

  const looked = await sweep(at, { dryRun: true });
  assert.deepEqual(await left(at, [unnamed]), [true]);
  const swept = await sweep(at);
  assert.deepEqual(looked?.workspaces, swept?.workspaces);
  const one = { assets: 1, bytes: 10 };
  const kept = { films: one, library: one, builds: { assets: 2, bytes: 20 }, masters: { assets: 0, bytes: 0 }, fonts: one, recent: one };
  assert.deepEqual(swept, { workspaces: [{ id: workspaceId, name: 'default', kept, swept: one }], stray: one, freedBytes: 20 });
  assert.deepEqual(await left(at, [inFilm, inLibrary, font, fresh, span, master, unnamed]), [true, true, true, true, true, true, false]);
  assert.deepEqual(
    [stray, unnamed, young, fresh].map((digest) => at.store.held.has(digest)),
    [false, false, true, true],
  );
  assert.deepEqual((await sweep(at))?.workspaces[0]?.swept, { assets: 0, bytes: 0 });
});

test('G3: older builds lose what they were made from and keep their masters, the newest of each film keeps all; what is wanted again is made again', async () => {
  const at = await place();
  const old = await built(at, { name: 'old', days: 60 });
  const newest = await built(at, { name: 'new', days: 50 });
  const other = await built(at, { name: 'other', days: 90, title: 'Another film' });
  await at.records.savePackage({ buildId: old.build.id }, { durationMs: 1 } as never);
  const report = await sweep(at);
  assert.deepEqual(report?.workspaces[0]?.kept.masters, { assets: 1, bytes: 10 });
  assert.deepEqual(await left(at, [old.span, old.master]), [false, true]);
  assert.deepEqual(await left(at, [newest.span, newest.master, other.span, other.master]), [true, true, true, true]);
  assert.equal(await at.records.webPackage(old.build.id), null);
  assert.equal((await at.records.results([newest.key])).get(newest.key)?.state, 'done');
  assert.equal((await at.records.results([old.key])).get(old.key)?.state, 'waiting');
});

test('G4: what was asked for lately is kept: an upload that is found there, a task whose result was read', async () => {
  const at = await place();
  const { span, master, key } = await built(at, { name: 'old', days: 60 });
  await built(at, { name: 'new', days: 50 });
  const [asked, had, sent] = [await put(at, 'asked'), await put(at, 'had'), await put(at, 'sent again')];
  assert.notEqual(await at.records.getAsset({ workspaceId, digest: asked }), null);
  assert.deepEqual(await at.records.hasAssets([had]), new Set([had]));
  await at.records.putAsset({ workspaceId, digest: sent, bytes: 10, mediaType: 'image/png' });
  assert.equal((await at.records.results([key])).get(key)?.state, 'done');
  await sweep(at);
  assert.deepEqual(await left(at, [asked, had, sent, span, master]), [true, true, true, true, true]);
});

test('G5: a film saved while its file is swept either keeps it or is told that it is gone', async () => {
  const at = await place();
  const film = await at.records.createFilm({
    workspaceId,
    title: 'One',
    document: {},
    files: {},
    aspect: '16:9',
    shots: 0,
    note: null,
    session: null,
  });
  let version = film.version;
  for (let round = 0; round < 12; round++) {
    const digest = await put(at, `round ${round}`);
    const save = async (): Promise<boolean> => {
      await new Promise((resolve) => setTimeout(resolve, round * 6));
      const saving = {
        workspaceId,
        id: film.id,
        from: version,
        document: { round },
        files: { a: digest },
        title: 'One',
        aspect: '16:9',
        shots: 0,
      };
      await at.records.saveFilm({ ...saving, note: null, session: null, restored: null, changesSince: () => [] });
      return (await at.records.hasAssets([digest])).has(digest);
    };
    const [told] = await Promise.all([save(), sweep(at)]);
    version += 1;
    assert.deepEqual([(await left(at, [digest]))[0], at.store.held.has(digest)], [told, told], `round ${round}`);
  }
});

test('G4: a build that finds a task done while its output is swept either has it, or is told that the task waits', async () => {
  const at = await place();
  const first = await built(at, { name: 'reused', days: 60 });
  const task = someTask(first.key, { inputs: [] });
  await built(at, { name: 'newest', days: 50 });
  let outcomes = '';
  for (let round = 0; round < 16; round++) {
    await Promise.all([first.span, first.master].map((digest) => age(at, digest)));
    const find = async () => {
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      const build = await at.records.createBuild({
        ...{ workspaceId, title: 'Another film', document: { round }, files: {}, purpose: 'make', atMs: null },
      });
      const isDone = (await at.records.results([task.key])).get(task.key)?.state === 'done';
      await at.records.savePlan({ buildId: build.id, rows: [rowFor(task, { reused: isDone })], ready: [task], progress: someProgress });
      return { build, isDone };
    };
    const [{ build, isDone }] = await Promise.all([find(), sweep(at)]);
    const has = await left(at, [first.span]);
    assert.deepEqual([has[0], at.store.held.has(first.span)], [isDone, isDone], `round ${round}`);
    outcomes += isDone ? 'd' : 'w';
    if (!isDone) {
      for (const digest of [first.span, first.master]) at.store.held.set(digest, Date.now() - 100 * dayMs);
      const { runnerId } = await at.records.joinRunner(someOffer());
      const lease = await leaseOne(at.records, { runnerId });
      assert.equal(lease.task.key, task.key, outcomes);
      await at.records.completeTask({ ...completionOf(lease), assets: [assetOf(first.span), assetOf(first.master)], runnerId });
    }
    await at.records.cancelBuild(build.id);
    await at.sql(`update build set ended_at = now() - interval '60 days' where id = $1`, [build.id]);
  }
});

test('G6: bytes are shared by workspaces, and go with the last row', async () => {
  const at = await place();
  const digest = await put(at, 'shared');
  const other = '00000000-0000-7000-8000-000000000002';
  await at.sql(`insert into workspace (id, name) values ($1, 'other')`, [other]);
  await at.records.putAsset({ workspaceId: other, digest, bytes: 10, mediaType: 'image/png' });
  const report = await sweep(at);
  assert.deepEqual(
    report?.workspaces.map(({ name, swept }) => [name, swept.assets]),
    [
      ['default', 1],
      ['other', 0],
    ],
  );
  assert.deepEqual([report?.freedBytes, at.store.held.has(digest)], [0, true]);
  await age(at, digest);
  assert.equal((await sweep(at))?.freedBytes, 10);
  assert.equal(at.store.held.has(digest), false);
});

test('G7: a sweep that ends between row and bytes is finished by the next, and one that begins during a backup does nothing', async () => {
  const at = await place();
  const digest = await put(at, 'half');
  const removeOlder = (): Promise<boolean> => Promise.reject(new Error('killed'));
  await assert.rejects(sweep({ ...at, store: { ...at.store, removeOlder } }), /killed/);
  assert.deepEqual([await left(at, [digest]), at.store.held.has(digest)], [[false], true]);
  const backup = await openSnapshot(at);
  assert.equal(await sweep(at), null);
  await backup.close();
  let report = await sweep(at);
  // The lock ends with the connection, a moment after it was closed.
  while (report === null) report = await sweep(at);
  assert.deepEqual([report.stray, at.store.held.has(digest)], [{ assets: 1, bytes: 10 }, false]);
});

test('G8: whoever saves for long is waited for, and a save waits no longer than for one batch', async () => {
  const at = await place();
  const digest = await put(at, 'held');
  const client = new pg.Client({ connectionString: at.connectionString });
  await client.connect();
  await client.query('begin');
  await client.query(
    `insert into library_item (id, workspace_id, kind, name, tags, body, files, assets, words) values (gen_random_uuid(), $1, 'picture', 'x', '{}', '{}', '{}', $2, 'x')`,
    [workspaceId, [digest]],
  );
  const swept = sweep(at);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await client.query('commit');
  await client.end();
  await swept;
  assert.deepEqual(await left(at, [digest]), [true]);
});

test('G10: a sweep that is wanted once a day is done once a day, whoever asks', async () => {
  const at = await place();
  assert.notEqual(await sweep(at, { everyMs: dayMs, dryRun: true }), null);
  assert.notEqual(await sweep(at, { everyMs: dayMs }), null);
  assert.equal(await sweep(at, { everyMs: dayMs }), null);
  await at.sql(`update upkeep set done_at = now() - interval '25 hours'`);
  assert.notEqual(await sweep(at, { everyMs: dayMs }), null);
});

test('G9: an age under one hour is refused: what was just uploaded is not named yet', async () => {
  const at = await place();
  await assert.rejects(sweep(at, { olderMs: hourMs - 1 }), { code: 'request-invalid', message: /one hour/ });
});

test('G11: a store that lacks most of what the records named last is left alone, and so is any while they name nothing', async () => {
  const at = await place();
  const has = async (digest: Digest): Promise<boolean> => at.store.held.has(digest);
  const refused = { code: 'request-invalid', message: /0 lie in the media folder.*other records/ };
  at.store.held.set(digestOf('of others'), 0);
  await assert.rejects(sweep({ ...at, store: { ...at.store, has } }), refused);
  const digests = await Promise.all(['one', 'two', 'three'].map((name) => put(at, name)));
  const other = { ...storeOf(), has: async () => false };
  other.held.set(digestOf('of others'), 0);
  await assert.rejects(sweep({ ...at, store: other }), { ...refused, message: /of the 3 assets/ });
  assert.deepEqual([await left(at, digests), other.held.size], [[true, true, true], 1]);
  assert.equal((await sweep({ ...at, store: { ...at.store, has } }))?.stray.assets, 1);
});

test('G12: a store that is marked as that of other records, or not at all, is left alone, though it has all that these name, until it is taken', async () => {
  const [at, other] = [await place(), await place()];
  // Databases of tests are copies of one.
  await other.sql('update installation set records_id = gen_random_uuid()');
  let mark: string | null = null;
  const store = {
    ...at.store,
    has: async (digest: Digest) => at.store.held.has(digest),
    mark: async () => mark,
    setMark: async (to: { readonly mark: string; readonly instead: boolean }) => {
      mark = to.instead ? to.mark : (mark ?? to.mark);
    },
  };
  assert.equal((await sweep({ ...at, store }))?.freedBytes, 0);
  const digest = await put(at, 'old');
  // Those know the old asset too; the newer one is not theirs.
  for (const { records } of [at, other])
    await records.addToLibrary({ workspaceId, kind: 'picture', name: 'One', tags: [], body: {}, files: { a: digest } });
  await other.records.putAsset({ workspaceId, digest, bytes: 10, mediaType: 'image/png' });
  const newer = await put(at, 'newer');
  await at.records.addToLibrary({ workspaceId, kind: 'picture', name: 'Two', tags: [], body: {}, files: { a: newer } });
  const kept = (): readonly boolean[] => [digest, newer].map((each) => at.store.held.has(each));
  const byOthers = { ...other, store };
  for (const those of [{ ...at, store }, byOthers])
    await assert.rejects(sweep(those), { code: 'request-invalid', message: /bears no mark yet.*Start the platform/ });
  assert.equal(await claimStore({ connectionString: at.connectionString, store }), true);
  assert.equal(mark, await recordsId(at));
  assert.equal(await claimStore({ connectionString: other.connectionString, store }), false);
  for (const dryRun of [true, false])
    await assert.rejects(sweep(byOthers, { dryRun }), {
      code: 'request-invalid',
      message: new RegExp(`marked as that of the records ${mark}`),
    });
  assert.deepEqual([kept(), mark], [[true, true], await recordsId(at)]);
  assert.equal((await sweep({ ...at, store }))?.stray.assets, 0);
  assert.equal((await sweep(byOthers, { dryRun: true, takeStore: true }))?.stray.assets, 1);
  assert.equal(mark, await recordsId(at));
  assert.equal((await sweep(byOthers, { takeStore: true }))?.stray.assets, 1);
  assert.deepEqual([kept(), mark], [[true, false], await recordsId(other)]);
  await assert.rejects(sweep({ ...at, store }), /marked as that of the records/);
});

test('G12: records that name little of what lies in a store do not mark it as theirs; an empty one is of those that come first', async () => {
  const at = await place();
  const marks: string[] = [];
  const store = {
    ...at.store,
    has: async (digest: Digest) => at.store.held.has(digest),
    mark: async () => marks[0] ?? null,
    setMark: async ({ mark }: { readonly mark: string }) => void marks.push(mark),
  };
  const claim = () => claimStore({ connectionString: at.connectionString, store });
  at.store.held.set(digestOf('of others'), 0);
  assert.equal(await claim(), false);
  await at.records.putAsset({ workspaceId, digest: digestOf('mine'), bytes: 10, mediaType: 'image/png' });
  assert.deepEqual([await claim(), marks], [false, []]);
  at.store.held.clear();
  assert.deepEqual([await claim(), marks], [true, [await recordsId(at)]]);
});
