import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseGateways } from './testing/database-gateways.ts';

const open = databaseGateways();
const document = { title: 'A cup', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] };

test('two gateways on one database make one build and one film of a key, and refuse it for another request', async (context) => {
  const one = await open(context);
  const two = await one.beside(context);
  const idempotencyKey = 'order-1';
  const builds = await Promise.all([one, two, one, two].map(({ client }) => client.createBuild({ document, idempotencyKey })));
  assert.equal(new Set(builds.map(({ id }) => id)).size, 1);
  const films = await Promise.all([one, two].map(({ client }) => client.createFilm({ document, files: {}, idempotencyKey })));
  assert.equal(new Set(films.map(({ id }) => id)).size, 1);
  await assert.rejects(two.client.createBuild({ document: { ...document, title: 'B' }, idempotencyKey }), /was used for another request/);
  assert.deepEqual(await one.sql('select count(*)::int as builds from build'), [{ builds: 1 }]);
  await one.client.cancelBuild(builds[0]?.id ?? '');
  assert.equal((await two.client.createBuild({ document, idempotencyKey })).state, 'cancelled');
  const restarted = await one.beside(context);
  assert.equal((await restarted.client.createBuild({ document, idempotencyKey })).id, builds[0]?.id);
});

test('what a gateway died over is made under the id that it had drawn', async (context) => {
  const gateway = await open(context);
  const died = await gateway.beside(context, {
    keys: { ...gateway.records, keepKey: () => Promise.reject(new Error('killed')), dropKey: async () => {} },
  });
  await assert.rejects(died.client.createBuild({ document, idempotencyKey: 'order-2' }));
  const { id } = await gateway.client.createBuild({ document, idempotencyKey: 'order-2' });
  assert.deepEqual(await gateway.sql('select id from build'), [{ id }]);
});
