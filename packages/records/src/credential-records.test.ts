import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { someOffer } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const { records, sql } = await serverOfTests().open();

const soon = (): Date => new Date(Date.now() + 60_000);

async function joined(name: string): Promise<string> {
  await records.addRunnerToken({ secretHash: hashOfSecret(`token of ${name}`), pool: 'cpu', expiresAt: soon() });
  const { id } = await records.exchangeRunnerToken({ tokenHash: hashOfSecret(`token of ${name}`), secretHash: hashOfSecret(name), name });
  return id;
}

test('C1: a token lets one runner in, and answers that one again when a reply was lost', async () => {
  await records.addRunnerToken({ secretHash: hashOfSecret('one'), pool: 'gpu', expiresAt: soon() });
  const exchange = { tokenHash: hashOfSecret('one'), secretHash: hashOfSecret('secret'), name: 'box' };
  const first = await records.exchangeRunnerToken(exchange);
  assert.deepEqual({ ...first, id: '' }, { id: '', name: 'box', pool: 'gpu' });
  assert.deepEqual(await records.exchangeRunnerToken(exchange), first);
  await assert.rejects(records.exchangeRunnerToken({ ...exchange, secretHash: hashOfSecret('thief') }), { code: 'unauthorized' });
  await assert.rejects(records.exchangeRunnerToken({ ...exchange, tokenHash: hashOfSecret('guess') }), { code: 'unauthorized' });
  assert.deepEqual(await records.findCredential(hashOfSecret('secret')), first);
});

test('C1: of many that use one token at once a single one gets in', async () => {
  await records.addRunnerToken({ secretHash: hashOfSecret('race'), pool: null, expiresAt: soon() });
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      records.exchangeRunnerToken({ tokenHash: hashOfSecret('race'), secretHash: hashOfSecret(`racer ${index}`), name: 'racer' }),
    ),
  );
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('C1: an expired token lets nobody in', async () => {
  await records.addRunnerToken({ secretHash: hashOfSecret('late'), pool: null, expiresAt: new Date(Date.now() - 1) });
  await assert.rejects(
    records.exchangeRunnerToken({ tokenHash: hashOfSecret('late'), secretHash: hashOfSecret('x'), name: 'late' }),
    /expired/,
  );
});

test('C2: no secret is stored', async () => {
  await joined('hidden');
  const stored = JSON.stringify([await sql('select * from runner_token'), await sql('select * from runner_credential')]);
  assert.ok(stored.includes(hashOfSecret('hidden')));
  assert.ok(!stored.includes('token of hidden'));
});

test('C3: the secret before lives until the one after it was used once', async () => {
  const id = await joined('turning');
  assert.equal(await records.rotateCredential({ id, secretHash: hashOfSecret('turned') }), true);
  assert.equal((await records.findCredential(hashOfSecret('turning')))?.id, id);
  assert.equal((await records.findCredential(hashOfSecret('turned')))?.id, id);
  assert.equal(await records.findCredential(hashOfSecret('turning')), null);
  assert.equal(await records.rotateCredential({ id, secretHash: hashOfSecret('turned') }), true);
  assert.equal((await records.findCredential(hashOfSecret('turned')))?.id, id);
});

test('C4: a revoked credential lets nothing in, tells its runners and binds no further one', async () => {
  const id = await joined('leaving');
  const { runnerId } = await records.joinRunner(someOffer({ name: 'leaving' }));
  assert.equal(await records.bindRunner({ runnerId, credentialId: id }), true);
  assert.equal(await records.credentialOfRunner(runnerId), id);
  assert.deepEqual(await records.revokeCredential(id), [runnerId]);
  assert.equal(await records.findCredential(hashOfSecret('leaving')), null);
  assert.equal(await records.rotateCredential({ id, secretHash: hashOfSecret('again') }), false);
  assert.equal(await records.bindRunner({ runnerId, credentialId: id }), false);
  assert.equal(await records.revokeCredential('00000000-0000-7000-8000-000000000099'), null);
});
