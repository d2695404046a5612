import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { defaultWorkspace } from './records.ts';
import { serverOfTests } from './testing/test-server.ts';

const { records, sql } = await serverOfTests().open();

test('WS1: a workspace is made with its terms, and a second one of its name is refused', async () => {
  const made = await records.addWorkspace({ name: 'north', weight: 4, cap: 2 });
  assert.deepEqual({ ...made, id: '' }, { id: '', name: 'north', weight: 4, cap: 2, gpuRate: 1, slotRate: 0.02, tokens: [] });
  await assert.rejects(records.addWorkspace({ name: 'north' }), /already/);
  const listed = await records.listWorkspaces();
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['default', 'north'],
  );
  assert.equal(listed[0]?.id, defaultWorkspace);
});

test('WS1: terms that are not given stay, a cap can be taken away, and the schedule hears of it', async () => {
  const { id } = await records.addWorkspace({ name: 'south', weight: 2, cap: 3, gpuRate: 5 });
  const { position } = await records.fleetSnapshot();
  assert.deepEqual(await records.setWorkspace({ name: 'south', slotRate: 0.5 }), {
    ...{ id, name: 'south', weight: 2, cap: 3, gpuRate: 5, slotRate: 0.5, tokens: [] },
  });
  assert.equal((await records.setWorkspace({ name: 'south', weight: 7, cap: null }))?.cap, null);
  assert.equal(await records.setWorkspace({ name: 'nowhere', weight: 1 }), null);
  const { events } = await records.tailOutbox(position);
  const told = events.flatMap((event) => (event.type === 'workspace' ? [event.workspace] : []));
  assert.deepEqual(told.at(-1), { workspaceId: id, weight: 7, cap: null });
});

test('WS2: a token opens its workspace until it is revoked, and its secret is not stored', async () => {
  const { id: workspaceId } = await records.addWorkspace({ name: 'west' });
  const tokenId = await records.addWorkspaceToken({ name: 'west', secretHash: hashOfSecret('word') });
  assert.equal(await records.addWorkspaceToken({ name: 'nowhere', secretHash: hashOfSecret('lost') }), null);
  assert.deepEqual(await records.findWorkspace(hashOfSecret('word')), { tokenId, workspaceId });
  assert.equal(await records.findWorkspace(hashOfSecret('guess')), null);
  assert.ok(!JSON.stringify(await sql('select * from workspace_token')).includes('"word"'));
  const [token] = (await records.listWorkspaces()).find(({ name }) => name === 'west')?.tokens ?? [];
  assert.ok(token?.id === tokenId && token?.seenAt && token.revokedAt === null);
  assert.equal(await records.revokeWorkspaceToken(tokenId ?? ''), 'west');
  assert.equal(await records.findWorkspace(hashOfSecret('word')), null);
  assert.equal(await records.revokeWorkspaceToken('no id'), null);
});
