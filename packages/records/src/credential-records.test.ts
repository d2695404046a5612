import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hashOf, someOffer } from './testing/made-up.ts';
import { startTestServer } from './testing/test-server.ts';

const server = await startTestServer();
after(() => server.stop());
const { records, sql } = await server.open();

const soon = (): Date => new Date(Date.now() + 60_000);

async function joined(name: string): Promise<string> {
  await records.addRunnerToken({ secretHash: hashOf(`token of ${name}`), pool: 'cpu', expiresAt: soon() });
  const { id } = await records.exchangeRunnerToken({ tokenHash: hashOf(`token of ${name}`), secretHash: hashOf(name), name });
  return id;
}

test('C1: a token lets one runner in, and answers that one again when a reply was lost', async () => {
  await records.addRunnerToken({ secretHash: hashOf('one'), pool: 'gpu', expiresAt: soon() });
  const exchange = { tokenHash: hashOf('one'), secretHash: hashOf('secret'), name: 'box' };
  const first = await records.exchangeRunnerToken(exchange);
  assert.deepEqual({ ...first, id: '' }, { id: '', name: 'box', pool: 'gpu' });
  assert.deepEqual(await records.exchangeRunnerToken(exchange), first);
  await assert.rejects(records.exchangeRunnerToken({ ...exchange, secretHash: hashOf('thief') }), { code: 'unauthorized' });
  await assert.rejects(records.exchangeRunnerToken({ ...exchange, tokenHash: hashOf('guess') }), { code: 'unauthorized' });
  assert.deepEqual(await records.findCredential(hashOf('secret')), first);
});

test('C1: of many that use one token at once a single one gets in', async () => {
  await records.addRunnerToken({ secretHash: hashOf('race'), pool: null, expiresAt: soon() });
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      records.exchangeRunnerToken({ tokenHash: hashOf('race'), secretHash: hashOf(`racer ${index}`), name: 'racer' }),
    ),
  );
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('C1: an expired token lets nobody in', async () => {
  await records.addRunnerToken({ secretHash: hashOf('late'), pool: null, expiresAt: new Date(Date.now() - 1) });
  await assert.rejects(records.exchangeRunnerToken({ tokenHash: hashOf('late'), secretHash: hashOf('x'), name: 'late' }), /expired/);
});

test('C2: no secret is stored', async () => {
  await joined('hidden');
  const stored = JSON.stringify([await sql('select * from runner_token'), await sql('select * from runner_credential')]);
  assert.ok(stored.includes(hashOf('hidden')));
  assert.ok(!stored.includes('token of hidden'));
});

test('C3: the secret before lives until the one after it was used once', async () => {
  const id = await joined('turning');
  assert.equal(await records.rotateCredential({ id, secretHash: hashOf('turned') }), true);
  assert.equal((await records.findCredential(hashOf('turning')))?.id, id);
  assert.equal((await records.findCredential(hashOf('turned')))?.id, id);
  assert.equal(await records.findCredential(hashOf('turning')), null);
  assert.equal(await records.rotateCredential({ id, secretHash: hashOf('turned') }), true);
  assert.equal((await records.findCredential(hashOf('turned')))?.id, id);
});

test('C4: a revoked credential lets nothing in, tells its runners and binds no further one', async () => {
  const id = await joined('leaving');
  const { runnerId } = await records.joinRunner(someOffer({ name: 'leaving' }));
  assert.equal(await records.bindRunner({ runnerId, credentialId: id }), true);
  assert.equal(await records.credentialOfRunner(runnerId), id);
  assert.deepEqual(await records.revokeCredential(id), [runnerId]);
  assert.equal(await records.findCredential(hashOf('leaving')), null);
  assert.equal(await records.rotateCredential({ id, secretHash: hashOf('again') }), false);
  assert.equal(await records.bindRunner({ runnerId, credentialId: id }), false);
  assert.equal(await records.revokeCredential('00000000-0000-7000-8000-000000000099'), null);
});
