import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { defaultWorkspace } from '@filmwright/records';
import { createMemoryRecords } from './testing/memory-records.ts';
import { startGateway } from './testing/start-gateway.ts';

test('an upload whose bytes a sweep removes before its row is written is asked for again and leaves no row', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'filmwright-swept-'));
  context.after(() => rm(root, { recursive: true, force: true }));
  const [records, blobs] = [createMemoryRecords(), await openFolderBlobs({ root })];
  let sweeps = true;
  const putAsset: typeof records.putAsset = async (asset) => {
    if (sweeps) await blobs.remove(asset.digest);
    await records.putAsset(asset);
  };
  const gateway = await startGateway(context, { blobs, records: { ...records, putAsset } });
  const payload = randomBytes(1000);
  const digest = `sha256-${createHash('sha256').update(payload).digest('hex')}` as const;
  const send = () => gateway.call({ method: 'PUT', url: `/v1/assets/${digest}`, headers: { 'content-type': 'image/png' }, payload });
  const refused = await send();
  assert.deepEqual([refused.statusCode, refused.json().retryable], [503, true]);
  assert.equal(await records.getAsset({ workspaceId: defaultWorkspace, digest }), null);
  sweeps = false;
  assert.equal((await send()).statusCode, 201);
  assert.equal((await gateway.call({ url: `/v1/assets/${digest}` })).statusCode, 200);
});
