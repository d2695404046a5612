import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { leaseGranted } from './testing/lead.ts';
import { someBuild, someOffer, someTask } from './testing/made-up.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test('O1: a machine is known from before it is asked for until it is surely gone', async () => {
  const { records } = await server.open();
  assert.match(await records.installationId(), /^[0-9a-f]{8}$/);
  const two = ['a', 'b'].map((id) => ({ id, pool: 'one' }));
  await records.addMachines(two);
  await records.addMachines(two.slice(1));
  await records.stopMachine('a');
  const machines = await records.machines();
  assert.deepEqual(
    machines.map(({ id, pool, state }) => [id, pool, state]),
    [
      ['a', 'one', 'stopping'],
      ['b', 'one', 'wanted'],
    ],
  );
  assert.ok(machines.every(({ ageMs }) => ageMs >= 0 && ageMs < 60_000));
  await records.forgetMachine('a');
  assert.deepEqual(
    (await records.machines()).map(({ id }) => id),
    ['b'],
  );
});

test('O2: the size of pools follows what waits, what each runner does, and films without a plan', async () => {
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: [someTask('a'), someTask('b'), someTask('c', { estimateMs: 500 })] });
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1', pool: 'one' }));
  await leaseGranted(records, { runnerId, max: 2, leaseMs: 60_000 });
  await sql('update attempt set percent = 25');
  await records.joinRunner(someOffer({ name: 'm2' }));
  await someBuild(records, { purpose: 'frame', priority: 'interactive', document: 2 });
  const { waiting, runners, activeBuilds, interactiveBuilds } = await records.poolFacts();
  assert.deepEqual(waiting, [{ kind: 'encode', priority: 'normal', pool: null, region: null, tasks: 1, workMs: 500, dueInMs: null }]);
  assert.deepEqual(
    runners.map(({ name, pool, slots, busy, leftMs, credentialId }) => ({ name, pool, slots, busy, leftMs, credentialId })),
    [
      { name: 'm1', pool: 'one', slots: 2, busy: 2, leftMs: 1500, credentialId: null },
      { name: 'm2', pool: null, slots: 2, busy: 0, leftMs: 0, credentialId: null },
    ],
  );
  assert.deepEqual([activeBuilds, interactiveBuilds], [2, 1]);
});

test('O3: the runner of a machine that is to go is given nothing more, and is known to be busy until it is not', async () => {
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: [someTask('a')] });
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one' }));
  await records.joinRunner(someOffer({ name: 'm11' }));
  await leaseGranted(records, { runnerId, max: 1, leaseMs: 60_000 });
  await records.stopMachine('m1');
  assert.deepEqual(await sql('select name from runner where draining'), [{ name: 'm1/a1b2c3' }]);
  assert.deepEqual(
    (await records.machines()).map(({ busy }) => busy),
    [1],
  );
  await records.leaveRunner(runnerId);
  assert.deepEqual(
    (await records.machines()).map(({ busy }) => busy),
    [0],
  );
});
