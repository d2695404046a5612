import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { leaseOne } from './testing/lead.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

test('L12: of pictures of what is drawn the newest is kept, of leases that are held alone, beside the ledger, and for minutes', async () => {
  const { records, runnerId, build, sql } = await openWithRunner(server, ['a', 'b']);
  const lease = await leaseOne(records, { runnerId });
  const { key } = lease.task;
  const other = key === 'a' ? 'b' : 'a';
  const note = (picture: string, { fence = lease.fence, of = key } = {}) =>
    records.notePreviews({ runnerId, previews: [{ key: of, fence, picture: Buffer.from(picture).toString('base64') }] });
  const seen = async () => (await records.previewPicture({ workspaceId: defaultWorkspace, buildId: build.id, key }))?.toString() ?? null;
  const before = await sql('select * from attempt');
  assert.equal(await seen(), null);
  await note('first');
  await note('second');
  await note('of a lease that was never given', { fence: lease.fence + 1 });
  await note('of a task that is nobody’s', { of: other });
  assert.equal(await seen(), 'second');
  assert.deepEqual(await sql('select * from attempt'), before, 'nothing of the ledger was written');
  const times = await records.previewTimes({ workspaceId: defaultWorkspace, keys: [key, other] });
  assert.deepEqual([...times.keys()], [key]);
  const elsewhere = { workspaceId: defaultWorkspace, buildId: '00000000-0000-7000-8000-00000000dead', key };
  assert.equal(await records.previewPicture(elsewhere), null, 'another build shows it not');
  await sql(`update preview set at = now() - interval '11 minutes'`);
  assert.deepEqual([await seen(), (await records.previewTimes({ workspaceId: defaultWorkspace, keys: [key] })).size], [null, 0]);
  await note('of a task that is nobody’s', { of: other });
  assert.deepEqual(await sql('select count(*)::int as count from preview'), [{ count: 0 }], 'what is old is gone with the next');
  await note('third');
  assert.equal(await seen(), 'third');
});
