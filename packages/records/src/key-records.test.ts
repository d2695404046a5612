import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

const request = { workspaceId: defaultWorkspace, scope: 'build', key: 'a key', content: 'one' } as const;

test('I1: all requests of a key are given one id, also at the same time, and are told what the first asked for', async () => {
  const { records } = await server.open();
  const claims = await Promise.all(['one', 'one', 'two', 'one'].map((content) => records.claimKey({ ...request, content })));
  assert.equal(new Set(claims.map(({ id }) => id)).size, 1);
  assert.equal(new Set(claims.map(({ content }) => content)).size, 1);
  const film = await records.claimKey({ ...request, scope: 'film' });
  assert.notEqual(film.id, claims[0]?.id);
});

test('I1: what is made twice under one id is there once', async () => {
  const { records, sql } = await server.open();
  const { id } = await records.claimKey(request);
  const document = { title: 'A film', storyboard: [] };
  const build = { id, workspaceId: defaultWorkspace, title: 'A film', document, files: {}, purpose: 'make', atMs: null } as const;
  const [one, two] = await Promise.all([records.createBuild(build), records.createBuild(build)]);
  assert.deepEqual([one?.id, two?.id], [id, id]);
  const film = { id, workspaceId: defaultWorkspace, title: 'B', document, files: {}, aspect: '16:9', shots: 0, note: null, session: null };
  await Promise.all([records.createFilm(film), records.createFilm(film)]);
  assert.deepEqual(await sql('select (select count(*)::int from build) as builds, (select count(*)::int from film_version) as versions'), [
    { builds: 1, versions: 2 },
  ]);
});

test('I2: while one try of a request fails another may be under way: whoever comes then makes the same', async () => {
  const { records } = await server.open();
  const [one, two] = [await records.claimKey(request), await records.claimKey(request)];
  await records.dropKey(request);
  assert.deepEqual(await records.claimKey(request), { id: one.id, content: 'one', made: false });
  await records.dropKey(request);
  await records.keepKey({ ...request, id: two.id });
  assert.deepEqual(await records.claimKey(request), { id: one.id, content: 'one', made: true });
});

test('I2: a request that failed lets its key go, one that was made keeps it', async () => {
  const { records } = await server.open();
  const first = await records.claimKey(request);
  await records.dropKey(request);
  const second = await records.claimKey({ ...request, content: 'two' });
  assert.deepEqual([second.content, second.made], ['two', false]);
  assert.notEqual(second.id, first.id);
  await records.keepKey({ ...request, content: 'two', id: second.id });
  await records.dropKey(request);
  assert.deepEqual(await records.claimKey(request), { id: second.id, content: 'two', made: true });
});

test('I3: after 24 hours a key is as good as new', async () => {
  const { records, sql } = await server.open();
  const { id } = await records.claimKey(request);
  await records.keepKey({ ...request, id });
  await sql(`update request_key set created_at = now() - interval '25 hours'`);
  const again = await records.claimKey({ ...request, content: 'two' });
  assert.deepEqual([again.content, again.made], ['two', false]);
  assert.notEqual(again.id, id);
});
