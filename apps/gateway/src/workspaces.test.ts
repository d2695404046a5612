import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Client, createClient } from '@filmwright/client';
import { type Digest, type Problem, type RouteName, routes, workspaceTokenPrefix } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import type { TestRecords } from '@filmwright/records/testing';
import { type DatabaseGateway, databaseGateways } from './testing/database-gateways.ts';
import { userToken } from './testing/start-gateway.ts';

const open = databaseGateways();
const film = { title: 'Ours', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] };
const pixels = Buffer.from('not really a picture, but bytes of one workspace');
const digest: Digest = `sha256-${createHash('sha256').update(pixels).digest('hex')}`;

type Tenant = { readonly token: string; readonly tokenId: string; readonly client: Client };

async function tenant(name: string, { records, url }: DatabaseGateway): Promise<Tenant> {
  await records.addWorkspace({ name });
  const token = `${workspaceTokenPrefix}${name.padEnd(43, '-')}`;
  const tokenId = await records.addWorkspaceToken({ name, secretHash: hashOfSecret(token) });
  assert.ok(tokenId);
  return { token, tokenId, client: createClient({ url, token }) };
}

const upload = (client: Client) => client.putAsset({ digest, mediaType: 'image/png', open: () => new Blob([pixels]).stream() });

/** Every route below a film, build or library item, as `method path`. */
function below(kind: 'films' | 'builds' | 'library'): readonly RouteName[] {
  return (Object.keys(routes) as RouteName[]).filter((name) => routes[name].path.startsWith(`/v1/${kind}/:id`));
}

/** Status and, of a refusal, the reason. */
async function answerOf(name: RouteName, { url, token, id }: { readonly url: string; readonly token: string; readonly id: string }) {
  const { method, path } = routes[name];
  const body = name === 'saveFilm' ? { document: film } : { kind: 'picture', name: 'Lamp', tags: [], body: {}, files: {} };
  const filled = path.replace(':id', id).replace(':name', 'report.json').replace(':task', 'task');
  const reply = await fetch(new URL(filled, url), {
    method,
    headers: { authorization: `Bearer ${token}`, 'if-match': '"1"', ...(method === 'PUT' && { 'content-type': 'application/json' }) },
    ...(method === 'PUT' && { body: JSON.stringify(body) }),
  });
  if (reply.ok) await reply.body?.cancel();
  return reply.ok ? String(reply.status) : `${reply.status} ${((await reply.json()) as Problem).detail}`;
}

test('what a workspace has is not there for another, by any route, and not for the default one', async (context) => {
  const gateway = await open(context);
  const { url, client: operator } = gateway;
  const [north, south] = [await tenant('north', gateway), await tenant('south', gateway)];
  const { id: filmId } = await north.client.createFilm({ document: film });
  const { id: buildId } = await north.client.createBuild({ document: film });
  const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
  const awaits = { pools: ['art'], text: 'Nobody has oil: the film waits for the pool art.' };
  await gateway.records.savePlan({ buildId, rows: [], ready: [], progress, awaits });
  const item = await north.client.addToLibrary({ kind: 'picture', name: 'Lamp', tags: [], body: {}, files: {} });
  const named = { films: ['film', filmId], builds: ['build', buildId], library: ['library item', item.id] } as const;
  for (const kind of ['films', 'builds', 'library'] as const) {
    assert.ok(below(kind).length > 1);
    const [what, id] = named[kind];
    // What a build has not made yet is not there for anybody, and is told otherwise.
    for (const name of below(kind))
      for (const token of [south.token, userToken])
        assert.match(await answerOf(name, { url, token, id }), new RegExp(`^404 There is no ${what} ${id}\\.`), `${name} by another`);
  }
  assert.equal((await north.client.getFilm(filmId)).version, 1, 'nothing of it was changed');
  assert.equal((await north.client.getBuild(buildId)).state, 'running');
  for (const { client } of [south, { client: operator }]) {
    assert.deepEqual((await client.listFilms()).films, []);
    assert.deepEqual((await client.listBuilds({ limit: 9 })).builds, []);
    assert.deepEqual((await client.listLibrary()).items, []);
    assert.deepEqual(await client.queue(), { tasks: [], films: [] });
  }
  assert.deepEqual(
    (await north.client.listFilms()).films.map(({ id }) => id),
    [filmId],
  );
  assert.equal((await north.client.listBuilds({ limit: 9 })).builds[0]?.id, buildId);
  const waiting = {
    build: buildId,
    title: 'Ours',
    priority: 'normal',
    deadline: null,
    reason: 'nobody has oil: the film waits for the pool art',
  };
  assert.deepEqual(await north.client.queue(), { tasks: [], films: [waiting] });
  await north.client.cancelBuild(buildId);
  await gateway.records.savePlan({ buildId, rows: [], ready: [], progress, awaits });
  assert.deepEqual((await north.client.queue({ limit: 8 })).films, [], 'it has ended');
});

test('an asset, and an upload under way, belong to the workspace that sent them', async (context) => {
  const gateway = await open(context);
  const { url, callAsRunner } = gateway;
  const [north, south] = [await tenant('north', gateway), await tenant('south', gateway)];
  await upload(north.client);
  const get = (token: string) => fetch(new URL(`/v1/assets/${digest}`, url), { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get(north.token)).status, 200);
  assert.equal((await get(south.token)).status, 404);
  const port = new URL(url).port;
  const asRunner = await callAsRunner({ url: `/v1/assets/${digest}`, headers: { host: `localhost:${port}` } });
  assert.equal(asRunner.statusCode, 200, 'runners work for all');
  const picture = { ...film, storyboard: [{ visual: { picture: 'a.png' }, length: '1s' }] };
  const build = { document: picture, files: { 'a.png': digest } };
  await assert.rejects(south.client.createBuild(build), { code: 'media-missing' });
  await north.client.createBuild(build);
  assert.match(JSON.stringify((await south.client.createFilm(build)).issues), /media-missing/);
  await upload(south.client);
  await south.client.createBuild(build);

  const tus = { 'tus-resumable': '1.0.0' };
  const begun = await fetch(new URL('/v1/uploads', url), {
    method: 'POST',
    headers: { ...tus, authorization: `Bearer ${north.token}`, 'upload-length': '9' },
  });
  const place = new URL(begun.headers.get('location') ?? '', url);
  const head = (token: string) => fetch(place, { method: 'HEAD', headers: { ...tus, authorization: `Bearer ${token}` } });
  assert.deepEqual([(await head(north.token)).status, (await head(south.token)).status], [200, 404]);
  const bytes = { method: 'PATCH', body: pixels.subarray(0, 9) };
  const part = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  const append = (token: string) => fetch(place, { ...bytes, headers: { ...part, authorization: `Bearer ${token}` } });
  assert.deepEqual([(await append(south.token)).status, (await append(north.token)).status], [404, 204]);
});

test('the same idempotency key of two workspaces makes two builds', async (context) => {
  const gateway = await open(context);
  const tenants = [await tenant('north', gateway), await tenant('south', gateway)];
  const order = ({ token }: Tenant) =>
    fetch(new URL('/v1/builds', gateway.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'the same' },
      body: JSON.stringify({ document: film }),
    });
  const made = await Promise.all(tenants.map(async (one) => ((await (await order(one)).json()) as { readonly id: string }).id));
  assert.equal(new Set(made).size, 2);
  assert.equal((await gateway.sql('select distinct workspace_id from build')).length, 2);
});

test('a token of a workspace opens nothing of who runs the platform, and nothing at all once it is revoked', async (context) => {
  const gateway = await open(context);
  const { url, records } = gateway;
  const { token, tokenId, client } = await tenant('north', gateway);
  const ask = (name: RouteName, word: string) =>
    fetch(new URL(routes[name].path.replace(':id', digest), url), {
      method: routes[name].method,
      headers: { authorization: `Bearer ${word}` },
    });
  const operators = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].scope === 'operator');
  assert.ok(operators.includes('fleet') && operators.includes('createRunnerToken') && operators.includes('drainRunner'));
  for (const name of operators) assert.equal((await ask(name, token)).status, 403, name);
  for (const name of ['joinRunner', 'leaseTasks'] as const) assert.equal((await ask(name, token)).status, 401, name);
  assert.equal((await ask('listFilms', `${token}x`)).status, 401);

  const page = await fetch(new URL(`/?token=${token}`, url), { redirect: 'manual' });
  const cookie = (page.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  assert.equal(page.status, 303);
  await client.createFilm({ document: film });
  const seen = await fetch(new URL('/v1/films', url), { headers: { cookie } });
  assert.equal(((await seen.json()) as { readonly films: readonly unknown[] }).films.length, 1, 'the studio of the workspace');

  await records.revokeWorkspaceToken(tokenId);
  const beside = await gateway.beside(context);
  for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: cookie.replace(/-\d+=/, `-${new URL(beside.url).port}=`) }])
    assert.equal((await fetch(new URL('/v1/films', beside.url), { headers })).status, 401);
});

/** Ids of all that is of a workspace. */
async function workspacesOf(table: string, { sql }: Pick<TestRecords, 'sql'>): Promise<readonly unknown[]> {
  return (await sql(`select distinct workspace_id from ${table}`)).map((row) => row.workspace_id);
}

test('what a workspace sends is stored as its own', async (context) => {
  const gateway = await open(context);
  const { client } = await tenant('north', gateway);
  await upload(client);
  await client.createBuild({ document: film });
  await client.addToLibrary({ kind: 'picture', name: 'Lamp', tags: [], body: {}, files: {} });
  await client.listStarters();
  const [north] = (await gateway.records.listWorkspaces()).filter(({ name }) => name === 'north');
  for (const table of ['film', 'film_version', 'build', 'asset', 'library_item'])
    assert.deepEqual(await workspacesOf(table, gateway), [north?.id], table);
});

test('a token tells its workspace, and whether it runs the platform', async (context) => {
  const gateway = await open(context);
  const { client } = await tenant('north', gateway);
  await gateway.records.setWorkspace({ name: 'north', weight: 2, cap: 3 });
  assert.deepEqual(await client.ownWorkspace(), {
    ...{ name: 'north', weight: 2, cap: 3, gpuRate: 1, slotRate: 0.02 },
    runsPlatform: false,
  });
  const own = await gateway.client.ownWorkspace();
  assert.deepEqual([own.name, own.runsPlatform], ['default', true]);
  await assert.rejects(createClient({ url: gateway.url, token: 'fww1.unknown' }).ownWorkspace(), { code: 'unauthorized' });
});

test('a workspace is told what it spent, and nothing of others', async (context) => {
  const gateway = await open(context);
  const { client } = await tenant('north', gateway);
  const [own, north] = ['default', 'north'].map((name) => `(select id from workspace where name = '${name}')`);
  await gateway.sql(
    `insert into spend_entry (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits, created_at) values
       (${north}, 'a', 1, 'settle', 2000, 0, 2, now()), (${north}, 'b', 2, 'settle', 0, 1000, 0.02, now() - interval '2 days'),
       (${own}, 'c', 3, 'settle', 0, 5000, 0.1, now())`,
  );
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  const { since, ...lastDay } = await client.ownSpend();
  assert.ok(Math.abs(Date.parse(since) + 86_400_000 - Date.now()) < 60_000, since);
  assert.deepEqual(lastDay, { held: none, settled: { gpuS: 2, slotS: 0, credits: 2 }, refunded: none });
  const threeDays = await client.ownSpend(new Date(Date.now() - 3 * 86_400_000).toISOString());
  assert.deepEqual(threeDays.settled, { gpuS: 2, slotS: 1, credits: 2.02 });
  assert.deepEqual((await gateway.client.ownSpend()).settled, { gpuS: 0, slotS: 5, credits: 0.1 });
  await assert.rejects(client.ownSpend('2001-01-01T00:00:00Z'), { code: 'request-invalid' });
  await assert.rejects(client.ownSpend('yesterday'), { code: 'request-invalid' });
});
