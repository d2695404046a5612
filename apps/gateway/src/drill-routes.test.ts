import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { createClient } from '@filmwright/client';
import type { Digest, Drill } from '@filmwright/contracts';
import { databaseGateways } from './testing/database-gateways.ts';

const openGateway = databaseGateways();
const document: Drill = { title: 'Drill', drill: { seed: 1, layers: 1, width: 1, durationMs: 0, bytes: 9 } };
const made = Buffer.from('what a task of a drill made');
const digest: Digest = `sha256-${createHash('sha256').update(made).digest('hex')}`;

test('a drill has builds of its own on its pool, gives their bytes as they lie in the store, and takes all with it when it goes', async (context) => {
  const { client, sql, mediaRoot, files } = await openGateway(context);
  const asked = { pool: 'drill', idempotencyKey: 'drill-1' };
  const drill = await client.createDrill(asked);
  assert.deepEqual(await client.createDrill(asked), drill, 'said again, since the reply was lost');
  assert.match(drill.workspace, /^drill-[0-9a-f]{12}$/);
  await assert.rejects(client.createDrill({ pool: 'drill' }), { code: 'request-invalid' });
  await assert.rejects(client.createDrill({ pool: 'Not a pool' }), { code: 'request-invalid' });
  assert.deepEqual(await client.listDrills(), [drill]);
  const order = { id: drill.id, document, priority: 'interactive', idempotencyKey: 'round-1' } as const;
  const { id: build } = await client.createDrillBuild(order);
  assert.equal((await client.createDrillBuild(order)).id, build, 'said again, since the reply was lost');
  assert.deepEqual(await sql('select pool, priority, purpose, workspace_id from build'), [
    { pool: 'drill', priority: 'interactive', purpose: 'drill', workspace_id: drill.id },
  ]);
  assert.deepEqual((await client.getDrill(drill.id)).builds, [{ id: build, state: 'planning', endedAt: null, problem: null }]);
  assert.deepEqual(await client.auditDrillBuild({ id: drill.id, build }), { tasks: [], rerun: [], wronglyCharged: [], attempts: {} });
  assert.deepEqual((await client.listBuilds({ limit: 9 })).builds, [], 'nobody else sees it');

  await client.putAsset({ digest, mediaType: 'text/plain', open: () => new Blob([made]).stream() });
  assert.equal(await client.drillAsset({ id: drill.id, digest }), null, 'what is not of the drill is not there');
  await sql('update asset set workspace_id = $1', [drill.id]);
  const bytes = await client.drillAsset({ id: drill.id, digest });
  assert.deepEqual(Buffer.from(bytes ?? []), made);
  const path = await (await openFolderBlobs({ root: mediaRoot })).path(digest);
  await writeFile(path, made.subarray(0, 5));
  assert.equal((await client.drillAsset({ id: drill.id, digest }))?.length, 5, 'bytes that were cut short are told as they are');

  assert.deepEqual(await client.removeDrill(drill.id), { builds: 1, credentials: 0, assets: 1, assetsLeft: 0 });
  assert.deepEqual(await client.listDrills(), []);
  assert.deepEqual(await sql('select id from build'), []);
  assert.deepEqual(await files(), []);
  const { id } = drill;
  for (const call of [() => client.getDrill(id), () => client.removeDrill(id), () => client.auditDrillBuild({ id, build })])
    await assert.rejects(call, { code: 'not-found' });
});

test('what a build of a drill lacks is told by its path, and a build of another is none of it', async (context) => {
  const { client, url } = await openGateway(context);
  const [one, other] = [await client.createDrill({ pool: 'one' }), await client.createDrill({ pool: 'other' })];
  const { id: build } = await client.createDrillBuild({ id: one.id, document });
  await assert.rejects(client.auditDrillBuild({ id: other.id, build }), { code: 'not-found' });
  const wrong = { id: one.id, document: { ...document, drill: { ...document.drill, layers: 0 } } };
  await assert.rejects(client.createDrillBuild(wrong), /document\.drill\.layers/);
  await assert.rejects(createClient({ url, token: 'another' }).createDrill({ pool: 'mine' }), { code: 'unauthorized' });
});
