import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leadershipLock } from '@filmwright/records';
import { databaseGateways } from './testing/database-gateways.ts';

const open = databaseGateways();
const document = { title: 'A cup', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] };
const offer = { name: 'one', pid: 1, slots: 1, kinds: [], toolchain: {}, voices: [], models: [], fonts: [] } as const;

test('a film that is ordered while nobody makes films is taken in and told what it waits for', async (context) => {
  const gateway = await open(context);
  const { id, state, waits } = await gateway.client.createBuild({ document });
  assert.equal(state, 'planning');
  assert.match(waits ?? '', /^No controller is there just now: the film is kept/);
  const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
  const plan = { buildId: id, rows: [], ready: [], progress };
  await gateway.records.savePlan({ ...plan, awaits: { pools: ['art'], text: 'It waits for art.' } });
  const unled = await gateway.beside(context);
  assert.match((await unled.client.getBuild(id)).waits ?? '', /^No controller is there just now/, 'who would ask for it');
  await gateway.sql('select pg_advisory_lock($1::bigint)', [leadershipLock]);
  const led = await gateway.beside(context);
  assert.equal((await led.client.getBuild(id)).waits, 'It waits for art.', 'which may bring the runner');
  await gateway.records.savePlan(plan);
  assert.match((await led.client.getBuild(id)).waits ?? '', /^No runner is there just now/);
  await gateway.records.joinRunner(offer);
  const whole = await gateway.beside(context);
  assert.equal((await whole.client.getBuild(id)).waits, undefined);
  await gateway.client.cancelBuild(id);
  assert.equal((await led.client.getBuild(id)).waits, undefined);
});
