import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { leaseGranted } from '../testing/lead.ts';
import { completionOf, someBuild, someOffer, someTask } from '../testing/made-up.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { moveClock } from './move-clock.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test('a clock that jumps an hour ends every lease at once; moved back, all is as it was, and the work goes on', async () => {
  const { records, sql, connectionString } = await server.open();
  await someBuild(records, { tasks: [someTask('a')] });
  const { runnerId } = await records.joinRunner(someOffer());
  const [lease] = await leaseGranted(records, { runnerId, max: 1, leaseMs: 60_000 });
  assert.ok(lease);
  const instants = () => sql(`select a.started_at, a.lease_until, r.seen_at, b.created_at from attempt a, runner r, build b`);
  const before = await instants();
  assert.equal(await moveClock(connectionString, 3_600_000), 1);
  assert.equal(await moveClock(connectionString, -3_600_000), 0);
  assert.deepEqual(await instants(), before);
  await moveClock(connectionString, 3_600_000);
  assert.equal(await records.expireLeases(), 1);
  const held = [{ key: 'a', fence: lease.fence, percent: 0 }];
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs: 60_000 }), [], 'nobody else was given it');
  await records.completeTask({ ...completionOf(lease), runnerId });
});

test('what was added while the clock was an hour ahead waits no longer than what failed does', async () => {
  const { records, connectionString } = await server.open();
  await someBuild(records, { tasks: [someTask('b')] });
  await moveClock(connectionString, -3_600_000);
  const [task] = (await records.fleetSnapshot()).tasks;
  assert.equal(task?.demand?.readyInMs, 16_000);
});
