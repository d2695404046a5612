import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createClient } from '@filmwright/client';
import { credentialPrefix, type RunnerList, type RunnerOffer, type RunnerToken, readJoinToken, taskKinds } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { type DatabaseGateway, databaseGateways } from './testing/database-gateways.ts';

const open = databaseGateways();
const offer: RunnerOffer = {
  name: 'runner-1',
  pid: 1,
  slots: 2,
  kinds: ['subtitles', 'encode'],
  toolchain: {},
  voices: [],
  models: [],
  fonts: [],
  versions: { subtitles: taskKinds.subtitles.version, encode: taskKinds.encode.version - 1 },
  pool: 'mine',
};

const draw = (): string => `${credentialPrefix}${randomBytes(32).toString('base64url')}`;

async function tokenOf({ call }: DatabaseGateway, pool?: string): Promise<RunnerToken> {
  const reply = await call({
    method: 'POST',
    url: '/v1/runner-tokens',
    payload: { ttlMs: 60_000, ...(pool === undefined ? {} : { pool }) },
  });
  assert.equal(reply.statusCode, 201, reply.body);
  return reply.json() as RunnerToken;
}

/** Exchanges a token for a credential with this secret. */
function exchange({ call }: DatabaseGateway, { token, secret, name = 'box' }: { token: string; secret: string; name?: string }) {
  const headers = { authorization: `Bearer ${token}` };
  return call({ method: 'POST', url: '/v1/runner-credentials', headers, payload: { name, secretHash: hashOfSecret(secret) } });
}

test('a token lets one runner in, which then reaches what runners reach and nothing of users', async (context) => {
  const gateway = await open(context);
  const { token, url } = await tokenOf(gateway, 'gpu');
  assert.equal(url, gateway.url.replace('localhost', '127.0.0.1'));
  assert.equal(readJoinToken(token)?.fingerprint, null);
  const secret = draw();
  const first = await exchange(gateway, { token, secret });
  assert.equal(first.statusCode, 201, first.body);
  assert.deepEqual((await exchange(gateway, { token, secret })).json(), first.json());
  assert.equal((await exchange(gateway, { token, secret: draw() })).statusCode, 401);

  const client = createClient({ url: gateway.url, token: secret });
  const { runnerId } = await client.joinRunner(offer);
  const [found] = await gateway.records.runners();
  assert.equal(found?.name, `box/${first.json().id.slice(-6)}`);
  assert.equal(found?.pool, 'gpu');
  assert.deepEqual(found?.kinds, ['subtitles'], 'a kind of another version is not taken');
  const cache = { hits: 3, misses: 1, hitBytes: 30, missBytes: 10, damaged: 0, evicted: 0, bytes: 40 };
  const beat = { method: 'POST', url: `/v1/runners/${runnerId}/heartbeat`, payload: { leases: [], cache } } as const;
  assert.equal((await gateway.call({ ...beat, headers: { authorization: `Bearer ${secret}` } })).statusCode, 200);
  const list = (await gateway.call({ url: '/v1/runners' })).json() as RunnerList;
  assert.deepEqual(list.runners[0]?.cache, cache);
  assert.deepEqual((await gateway.records.runners())[0]?.cache, cache, 'it is in the ledger: every gateway tells it');
  assert.ok(!('cache' in ((await gateway.records.offers())[0] ?? {})), 'and changes nothing of what can be planned');
  assert.equal(list.runners[0]?.credentialId, first.json().id);
  await assert.rejects(client.listBuilds(), { code: 'unauthorized' });
  assert.equal(await client.headAsset(`sha256-${'0'.repeat(64)}`), null);
});

test('a runner with a credential speaks for no other runner', async (context) => {
  const gateway = await open(context);
  const clients = [];
  for (const name of ['one', 'two']) {
    const secret = draw();
    await exchange(gateway, { token: (await tokenOf(gateway)).token, secret, name });
    clients.push(createClient({ url: gateway.url, token: secret }));
  }
  const [one, two] = clients;
  const joined = await one?.joinRunner(offer);
  await two?.joinRunner(offer);
  assert.equal((await gateway.records.runners()).length, 2, 'both offered the same name');
  const runnerId = joined?.runnerId ?? '';
  await assert.rejects(two?.heartbeat({ runnerId, leases: [] }) ?? Promise.resolve(), { code: 'not-found' });
  await assert.rejects(two?.leaveRunner(runnerId) ?? Promise.resolve(), { code: 'not-found' });
  assert.deepEqual(await one?.heartbeat({ runnerId, leases: [] }), { stale: [], back: [] });
});

test('a task is not done while its bytes are not in the store', async (context) => {
  const gateway = await open(context);
  const secret = draw();
  await exchange(gateway, { token: (await tokenOf(gateway)).token, secret });
  const client = createClient({ url: gateway.url, token: secret });
  const { runnerId } = await client.joinRunner(offer);
  const asset = { digest: `sha256-${'a'.repeat(64)}`, bytes: 5, mediaType: 'video/mp4' };
  await assert.rejects(client.completeTask({ runnerId, key: 'k', fence: 1, output: {}, assets: [asset], wallMs: 1, cpuMs: 1 }), {
    code: 'digest-mismatch',
  });
});

test('a rotated secret replaces the one before once it is used; a revoked credential lets nothing in', async (context) => {
  const gateway = await open(context);
  const { call } = gateway;
  const [first, second] = [draw(), draw()];
  const { id } = (await exchange(gateway, { token: (await tokenOf(gateway)).token, secret: first })).json() as { id: string };
  const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const rotate = { method: 'POST', url: '/v1/runner-credentials/rotate', payload: { secretHash: hashOfSecret(second) } } as const;
  assert.equal((await call({ ...rotate, headers: as(first) })).statusCode, 204);
  const { runnerId } = await createClient({ url: gateway.url, token: second }).joinRunner(offer);
  assert.equal((await call({ method: 'DELETE', url: `/v1/runner-credentials/${id}` })).statusCode, 204);
  for (const secret of [first, second]) {
    const beat = { method: 'POST', url: `/v1/runners/${runnerId}/heartbeat`, payload: { leases: [] } } as const;
    assert.equal((await call({ ...beat, headers: as(secret) })).statusCode, 401);
  }
  assert.deepEqual(await gateway.records.runners(), []);
  assert.equal(
    (await call({ method: 'DELETE', url: `/v1/runner-credentials/${id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}` })).statusCode,
    404,
  );
});

test('only users draw tokens, list and revoke', async (context) => {
  const gateway = await open(context);
  const secret = draw();
  const { id } = (await exchange(gateway, { token: (await tokenOf(gateway)).token, secret })).json() as { id: string };
  const headers = { authorization: `Bearer ${secret}` };
  const calls = [
    { method: 'POST', url: '/v1/runner-tokens', payload: { ttlMs: 60_000 } },
    { method: 'GET', url: '/v1/runners' },
    { method: 'DELETE', url: `/v1/runner-credentials/${id}` },
  ] as const;
  for (const call of calls) assert.equal((await gateway.call({ ...call, headers })).statusCode, 401, call.url);
  const odd = await gateway.call({ method: 'POST', url: '/v1/runner-tokens', payload: { ttlMs: 5, pool: 'No Spaces' } });
  assert.equal(odd.statusCode, 400);
});
