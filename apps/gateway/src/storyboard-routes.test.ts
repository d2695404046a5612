import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Build, RunnerOffer } from '@filmwright/contracts';
import { startGateway } from './testing/start-gateway.ts';

const offer: RunnerOffer = {
  ...{ name: 'test', pid: 1, slots: 2, kinds: ['storyboard'], toolchain: {}, models: [], fonts: [], voices: [] },
  modelsFor: { storyboard: ['writer@0123456789ab'] },
};

test('a script is ordered once by its key, stands in no list of films, and what cannot be written is refused at once', async (context) => {
  const { call, records } = await startGateway(context);
  const order = (payload: object, key = 'k') =>
    call({ method: 'POST', url: '/v1/storyboards', payload, headers: { 'idempotency-key': key } });
  assert.deepEqual((await call({ url: '/v1/storyboards/models' })).json(), { models: [] });
  await records.joinRunner(offer);
  assert.deepEqual((await call({ url: '/v1/storyboards/models' })).json(), { models: ['writer@0123456789ab'] });
  const script = '# A lamp\n\nIt \u0000shines.';
  const first = await order({ script, model: 'writer' });
  const { id, purpose, title } = first.json<Build>();
  assert.deepEqual([first.statusCode, purpose, title], [202, 'storyboard', 'Storyboard of A lamp']);
  assert.equal((await order({ script, model: 'writer' })).json<Build>().id, id);
  assert.equal((await order({ script: 'another' })).statusCode, 400);
  assert.deepEqual((await call({ url: '/v1/builds' })).json(), { builds: [], next: null });
  assert.equal((await call({ method: 'POST', url: `/v1/builds/${id}/cancel` })).json<Build>().state, 'cancelled');
  for (const [at, wrong] of [
    {},
    { script: '' },
    { script: '\u0000\ufeff' },
    { script: 'a', words: 1 },
    { script: 'a'.repeat(100_001), model: 'writer' },
    { script: 'a', language: '!' },
  ].entries())
    assert.equal((await order(wrong, `wrong-${at}`)).statusCode, 400, JSON.stringify(wrong).slice(0, 60));
  assert.equal((await call({ method: 'POST', url: '/v1/builds', payload: { document: {}, purpose: 'storyboard' } })).statusCode, 400);
});
