import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { RecordsEvent } from './records.ts';
import { defaultWorkspace } from './records.ts';
import { leaseGranted, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, rowFor, someBuild, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

/** Events until one is the wanted one. */
function collect() {
  const events: RecordsEvent[] = [];
  let check = (): void => {};
  return {
    events,
    hear: (event: RecordsEvent): void => {
      events.push(event);
      check();
    },
    until: (wanted: (event: RecordsEvent) => boolean): Promise<void> =>
      new Promise((resolve) => {
        check = () => {
          if (events.some(wanted)) resolve();
        };
        check();
      }),
  };
}

test('B1: the same document again is the same film; builds are listed newest first and page by page', async () => {
  const { records } = await server.open();
  const one = await someBuild(records, { document: { b: 1, a: 'x' }, files: { 'a.png': 'sha256-1' } });
  const two = await someBuild(records, { document: { b: 1, a: 'x' }, files: { 'a.png': 'sha256-1' } });
  const other = await someBuild(records, { title: 'Another', document: { b: 2 }, purpose: 'frame', atMs: 12.5 });
  assert.equal(one.filmId, two.filmId);
  assert.notEqual(one.filmId, other.filmId);
  const ids = (builds: readonly { id: string }[]) => builds.map((build) => build.id);
  assert.deepEqual(ids(await records.listBuilds({ workspaceId: defaultWorkspace, limit: 2 })), [other.id, two.id]);
  assert.deepEqual(ids(await records.listBuilds({ workspaceId: defaultWorkspace, limit: 2, before: two.id })), [one.id]);
  assert.deepEqual(ids((await records.activeBuilds()).fresh), [one.id, two.id, other.id]);
  const [first] = (await records.activeBuilds()).fresh;
  assert.equal(JSON.stringify(first?.document), '{"b":1,"a":"x"}', 'the document keeps the order of its keys');
  assert.deepEqual(first?.files, { 'a.png': 'sha256-1' });
  assert.equal((await records.getBuild(other.id))?.state, 'planning');
  assert.equal((await records.activeBuilds()).fresh[2]?.atMs, 12.5);
});

test('B1: of active builds that are known only those are told that ended', async () => {
  const { records } = await server.open();
  const [one, two] = [await someBuild(records, { document: { a: 1 } }), await someBuild(records, { document: { a: 2 } })];
  assert.deepEqual(await records.activeBuilds([one.id, two.id]), { fresh: [], ended: [] });
  await records.cancelBuild(one.id);
  const three = await someBuild(records, { document: { a: 3 } });
  const { fresh, ended } = await records.activeBuilds([one.id, two.id]);
  assert.deepEqual([fresh.map(({ id, document }) => ({ id, document })), ended], [[{ id: three.id, document: { a: 3 } }], [one.id]]);
  const among = await records.activeAmong([three.id, one.id, two.id, crypto.randomUUID()]);
  assert.deepEqual(
    among.map(({ id }) => id),
    [two.id, three.id],
  );
});

test('B1: eight builds of one new document at once share one film version', async () => {
  const { records, sql } = await server.open();
  const builds = await Promise.all(Array.from({ length: 8 }, () => someBuild(records, { document: { once: true } })));
  assert.equal(new Set(builds.map((build) => build.filmId)).size, 1);
  assert.deepEqual(await sql('select count(*)::int as n from film_version'), [{ n: 1 }]);
  assert.deepEqual(await sql('select count(*)::int as n from film'), [{ n: 1 }]);
});

test('B1: a changed document of the same title is a new version of the same film', async () => {
  const { records, sql } = await server.open();
  const before = await someBuild(records, { document: { line: 'one' } });
  const after = await someBuild(records, { document: { line: 'two' } });
  assert.equal(before.filmId, after.filmId);
  assert.deepEqual(await sql('select count(*)::int as n from film_version'), [{ n: 2 }]);
});

test('B1: titles, documents and problems keep every character, and a title loses only U+0000', async () => {
  const { records } = await server.open();
  const odd = 'a\u0000b\ud800 \u{1f3ac} مرحبا';
  const build = await someBuild(records, { title: odd, document: { odd } });
  assert.equal(build.title, odd.replace('\u0000', '').replace('\ud800', '\ufffd'));
  assert.deepEqual((await records.activeBuilds()).fresh[0]?.document, { odd });
  const problem = { ...problemOf('internal'), detail: odd };
  await records.endBuild({ buildId: build.id, state: 'failed', result: null, problem, progress: someProgress });
  assert.deepEqual((await records.getBuild(build.id))?.problem, problem);
});

test('B1: ids that are none are answered as absent', async () => {
  const { records } = await server.open();
  assert.equal(await records.getBuild('nonsense'), null);
  assert.equal(await records.cancelBuild('nonsense'), false);
  assert.deepEqual(await records.buildTasks('nonsense'), []);
  await records.leaveRunner('nonsense');
});

test('B2: a build ends once; what comes after is ignored', async () => {
  const { records, sql } = await server.open();
  const task = someTask('a');
  const build = await someBuild(records, { tasks: [task] });
  assert.equal((await records.getBuild(build.id))?.state, 'running');
  const problem = problemOf('media-invalid');
  await records.endBuild({ buildId: build.id, state: 'failed', result: null, problem, progress: someProgress });
  await records.endBuild({ buildId: build.id, state: 'succeeded', result: null, problem: null, progress: someProgress });
  assert.equal(await records.cancelBuild(build.id), false);
  await records.savePlan({ buildId: build.id, rows: [], ready: [someTask('b')], progress: { ...someProgress, percent: 99 } });
  const ended = await records.getBuild(build.id);
  assert.equal(ended?.state, 'failed');
  assert.deepEqual(ended?.problem, problem);
  assert.equal(ended?.progress.percent, someProgress.percent);
  assert.ok(ended?.endedAt);
  assert.deepEqual((await records.activeBuilds()).fresh, []);
  assert.deepEqual(await sql('select key from task'), [{ key: 'a' }]);
});

test('B3: every state that a build comes to is in the outbox once', async () => {
  const { records, sql } = await server.open();
  const build = await someBuild(records, { tasks: [someTask('a')] });
  await records.savePlan({ buildId: build.id, rows: [], ready: [], progress: someProgress });
  await records.endBuild({ buildId: build.id, state: 'succeeded', result: null, problem: null, progress: someProgress });
  await records.endBuild({ buildId: build.id, state: 'failed', result: null, problem: null, progress: someProgress });
  const posted = await sql(`select topic, body from outbox where topic like 'build.%' order by id`);
  assert.deepEqual(
    posted.map((row) => row.topic),
    ['build.planning', 'build.running', 'build.succeeded'],
  );
  assert.deepEqual(posted[0]?.body, { id: build.id, purpose: 'make' });
});

test('B3: tasks of a cancelled build are leased no more, running ones are stale; what another build wants goes on', async () => {
  const [mine, shared, waiting] = [
    someTask('mine', { estimateMs: 9 }),
    someTask('shared', { estimateMs: 8 }),
    someTask('waiting', { estimateMs: 7 }),
  ];
  const { records, build, runnerId } = await openWithRunner(server, [mine, shared, waiting]);
  await someBuild(records, { tasks: [shared], document: 2 });
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs: 60_000 });
  assert.deepEqual(
    leases.map((lease) => lease.task.key),
    ['mine', 'shared'],
  );
  assert.equal(await records.cancelBuild(build.id), true);
  assert.equal(await records.cancelBuild(build.id), false);
  assert.equal((await records.getBuild(build.id))?.state, 'cancelled');
  const renewals = leases.map(({ task, fence }) => ({ key: task.key, fence, percent: 50 }));
  assert.deepEqual(await records.renewLeases({ runnerId, leases: renewals, leaseMs: 60_000 }), ['mine']);
  assert.deepEqual(await leaseGranted(records, { runnerId, max: 9, leaseMs: 60_000 }), []);
  const [first, second] = leases;
  assert.ok(first && second);
  await assert.rejects(records.completeTask({ ...completionOf(first), runnerId }), { code: 'lease-stale' });
  await records.completeTask({ ...completionOf(second), runnerId });
  // Wanted again, it is leased again, with a higher fence.
  await someBuild(records, { tasks: [mine], document: 3 });
  const [again] = await leaseGranted(records, { runnerId, max: 9, leaseMs: 60_000 });
  assert.equal(again?.task.key, 'mine');
  assert.ok(again && again.fence > first.fence);
  assert.equal(again.attempt, 1, 'a try that nobody wanted does not count');
});

test('W2: what another workspace has is not there, for reading and for changing', async () => {
  const { records, sql } = await server.open();
  const other = '00000000-0000-7000-8000-000000000002';
  await sql(`insert into workspace (id, name) values ($1, 'other')`, [other]);
  const content = { document: {}, files: {}, title: 'A film', aspect: '16:9', shots: 0, note: null, session: null };
  const { id } = await records.createFilm({ workspaceId: defaultWorkspace, ...content });
  const strange = { workspaceId: other, id };
  assert.equal(await records.filmVersion(strange), null);
  assert.equal(await records.filmState(strange), null);
  assert.deepEqual(await records.listFilmVersions({ ...strange, limit: 9 }), []);
  assert.equal(await records.saveFilm({ ...content, ...strange, from: 1, restored: null, changesSince: () => [] }), null);
  assert.equal(await records.removeFilm(strange), false);
  assert.equal((await records.filmState({ workspaceId: defaultWorkspace, id }))?.version, 1);

  const build = await someBuild(records, { tasks: [someTask('a')], film: { id, version: 1 } });
  await records.saveShots({ buildId: build.id }, { shots: [] } as never);
  await records.savePackage({ buildId: build.id }, { renditions: [] } as never);
  assert.deepEqual(await records.listFilmBuilds({ ...strange, limit: 9 }), []);
  assert.equal((await records.listFilmBuilds({ workspaceId: defaultWorkspace, id, limit: 9 })).length, 1);
  assert.equal(await records.getBuild(build.id, other), null);
  assert.deepEqual(await records.buildTasks(build.id, other), []);
  assert.equal(await records.buildShots(build.id, other), null);
  assert.equal(await records.webPackage(build.id, other), null);
  assert.equal(await records.cancelBuild(build.id, other), false);
  assert.equal((await records.getBuild(build.id))?.state, 'running');

  const thing = { kind: 'picture', name: 'Lamp', tags: [], body: {}, files: {} } as const;
  const item = await records.addToLibrary({ workspaceId: defaultWorkspace, ...thing });
  assert.equal(await records.changeInLibrary({ ...thing, workspaceId: other, id: item.id, from: 1 }), null);
  assert.equal(await records.removeFromLibrary({ workspaceId: other, id: item.id }), false);
  assert.deepEqual(await records.listLibrary({ workspaceId: other, limit: 9, kinds: [], search: '' }), []);
  assert.equal(await records.removeFromLibrary({ workspaceId: defaultWorkspace, id: item.id }), true);
});

test('B1: a film of another workspace cannot be built', async () => {
  const { records, sql } = await server.open();
  const other = '00000000-0000-7000-8000-000000000002';
  await sql(`insert into workspace (id, name) values ($1, 'other')`, [other]);
  const { filmId } = await someBuild(records, { document: { secret: 1 } });
  const film = { id: filmId, version: 1 };
  assert.equal((await someBuild(records, { document: { secret: 1 }, film })).filmId, filmId);
  await assert.rejects(someBuild(records, { document: { secret: 1 }, film, workspaceId: other }), /no version 1/);
});

test('E1: listeners hear of builds, ready tasks and finished ones, also after the connection was cut', async () => {
  const { records, sql } = await server.open();
  const heard = collect();
  const stop = await records.listen(heard.hear);
  const build = await someBuild(records, { tasks: [someTask('a')] });
  await heard.until((event) => event.type === 'build' && event.id === build.id);
  await heard.until((event) => event.type === 'ready');
  const { runnerId } = await records.joinRunner(someOffer());
  const lease = await leaseOne(records, { runnerId });
  await sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'filmwright-listen'`,
  );
  heard.events.length = 0;
  await records.completeTask({ ...completionOf(lease), runnerId });
  await heard.until((event) => event.type === 'finished' && event.keys.includes('a'));
  await heard.until((event) => event.type === 'build' && event.id === build.id);
  await stop();
});

test('B4: a build that has not ended is made more or less pressing with what waits of it, shared tasks by the most pressing, and the same again changes nothing', async () => {
  const { records, sql } = await server.open();
  const [own, shared] = [someTask('own'), someTask('shared')];
  const build = await someBuild(records, { tasks: [own, shared] });
  const other = await someBuild(records, { document: { other: true }, tasks: [shared], priority: 'bulk' });
  const pressing = () => sql('select key, priority, deadline_at as at from task order by key');
  const deadline = '2031-01-01T00:00:00.000Z';
  assert.equal(await records.changeBuild({ id: build.id, priority: 'interactive', deadline }), true);
  const both = ['own', 'shared'].map((key) => ({ key, priority: 'interactive', at: new Date(deadline) }));
  assert.deepEqual(await pressing(), both);
  const told = async () => (await sql('select count(*)::int as n from outbox'))[0]?.n;
  const before = await told();
  assert.equal(await records.changeBuild({ id: build.id, priority: 'interactive', deadline: '2031-01-01T01:00:00+01:00' }), true);
  assert.equal(await told(), before);
  assert.equal(await records.changeBuild({ id: build.id, priority: 'bulk' }), true);
  assert.equal((await records.getBuild(build.id))?.deadline, deadline, 'what is left out stays');
  assert.equal(await records.changeBuild({ id: build.id, deadline: null }), true);
  assert.equal(await records.changeBuild({ id: other.id, priority: 'normal' }), true);
  assert.deepEqual(await pressing(), [
    { key: 'own', priority: 'bulk', at: null },
    { key: 'shared', priority: 'normal', at: null },
  ]);
  assert.equal(await records.changeBuild({ id: build.id, priority: 'normal' }, '00000000-0000-7000-8000-00000000beef'), false, 'W2');
  await records.cancelBuild(build.id);
  assert.equal(await records.changeBuild({ id: build.id, priority: 'normal' }), false);
  assert.equal(await records.changeBuild({ id: 'none', priority: 'normal' }), false);
});

test('B4: tasks of a plan that is written while its build is made more pressing are so too', async () => {
  const { records, connectionString, sql } = await server.open();
  const build = await someBuild(records);
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  try {
    // The plan has written its tasks and waits for the lock of wants; the change comes before it.
    await slow.query('begin');
    await slow.query('select pg_advisory_xact_lock(706170002)');
    const task = someTask('late');
    const planned = records.savePlan({ buildId: build.id, rows: [rowFor(task)], ready: [task], progress: someProgress });
    const waits = async () =>
      Number((await sql(`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`))[0]?.n);
    while ((await waits()) === 0) await sleep(10);
    await slow.query(`update build set priority = 'interactive', pressed_at = clock_timestamp() where id = $1`, [build.id]);
    await slow.query('commit');
    await planned;
    assert.deepEqual(await sql('select priority from task'), [{ priority: 'interactive' }]);
  } finally {
    await slow.end();
  }
});
