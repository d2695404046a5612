import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { leaseGranted } from './testing/lead.ts';
import { problemOf } from './testing/made-up.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test('L11: what a task was handed back with is its checkpoint while it waits and runs, and no longer once it began anew', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a']);
  const lease = async () => (await leaseGranted(records, { runnerId, max: 1, leaseMs: 20_000 }))[0] ?? assert.fail();
  const is = () => Promise.all(['sha256-kept', 'sha256-other'].map(records.isCheckpoint));
  const { fence } = await lease();
  assert.deepEqual(await is(), [false, false]);
  await records.handBack({ runnerId, key: 'a', fence, resume: { checkpointAsset: 'sha256-kept' } });
  assert.deepEqual(await is(), [true, false]);
  const again = await lease();
  assert.deepEqual(await is(), [true, false]);
  await records.failTask({ runnerId, key: 'a', fence: again.fence, problem: problemOf('program-failed') });
  assert.deepEqual(await is(), [false, false]);
});
