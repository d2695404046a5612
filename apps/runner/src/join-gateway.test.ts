import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient } from '@filmwright/client';
import { writeJoinToken } from '@filmwright/contracts';
import { drawSecret, readCredential, writeCredential } from './credential-file.ts';
import { openAccess } from './gateway-access.ts';
import { joinGateway, rotateCredential } from './join-gateway.ts';
import { madeCertificate, openDoor } from './testing/door.ts';
import { openSilentServer } from './testing/silent-server.ts';

const nothing = `sha256-${'0'.repeat(64)}`;

async function scene(context: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-join-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const secret = randomBytes(32).toString('base64url');
  const bare = writeJoinToken({ secret, fingerprint: null });
  const pem = madeCertificate(context);
  const door = await openDoor(context, { pem, token: bare });
  const token = writeJoinToken({ secret, fingerprint: door.fingerprint });
  return { home, pem, door, secret, bare, token, joining: { home, url: door.url, token, name: 'box' } };
}

test('a machine joins a self-signed gateway by the fingerprint in its token, and keeps a credential that only its owner reads', async (context) => {
  const { home, door, token, joining } = await scene(context);
  door.loseReplies(1);
  const credential = await joinGateway(joining);
  assert.equal(credential.pool, 'far');
  assert.equal(statSync(join(home, 'runner-credential.json')).mode & 0o777, 0o600);
  assert.ok(!readFileSync(join(home, 'runner-credential.json'), 'utf8').includes(token.split('.')[1] ?? ''), 'a spent token is not kept');
  const client = createClient(openAccess({ home, url: door.url }));
  assert.equal(await client.headAsset(nothing), null);
  assert.equal((await joinGateway(joining)).id, credential.id, 'the credential is used again');
});

test('a gateway that shows another certificate hears no secret, at the join and later', async (context) => {
  const { home, door, secret, joining } = await scene(context);
  const wrong = writeJoinToken({ secret, fingerprint: randomBytes(32).toString('base64url') });
  await assert.rejects(joinGateway({ ...joining, token: wrong }), /Somebody may stand between/);
  await assert.rejects(joinGateway({ ...joining, token: writeJoinToken({ secret, fingerprint: null }) }), /Nobody whom this system trusts/);
  assert.deepEqual(door.brought, []);
  const credential = await joinGateway(joining);
  const impostor = await openDoor(context, { pem: madeCertificate(context), token: '' });
  await writeCredential(home, { ...credential, url: impostor.url });
  await assert.rejects(createClient(openAccess({ home, url: impostor.url })).headAsset(nothing), { code: 'unavailable' });
  assert.deepEqual(impostor.brought, []);
});

test('a gateway with a renewed certificate for the same key is the same one', async (context) => {
  const { home, pem, joining } = await scene(context);
  const credential = await joinGateway(joining);
  const renewed = madeCertificate(context, pem);
  assert.notEqual(renewed.cert, pem.cert);
  const again = await openDoor(context, { pem: renewed, token: '' });
  await writeCredential(home, { ...credential, url: again.url });
  await assert.rejects(createClient(openAccess({ home, url: again.url })).headAsset(nothing), { code: 'unauthorized' });
  assert.deepEqual([...new Set(again.brought)], [credential.secret], 'it is spoken to');
});

test('a request ends when it is told to, also while the gateway takes connections and does not shake hands', async (context) => {
  const { home, joining } = await scene(context);
  const credential = await joinGateway(joining);
  const silent = await openSilentServer(context);
  const url = `https://127.0.0.1:${silent.port}`;
  await writeCredential(home, { ...credential, url });
  await silent.endsWhenTold((signal) => openAccess({ home, url }).fetch?.(url, { signal }));
});

test('a secret is sent over nothing that others can read', async (context) => {
  const { joining } = await scene(context);
  await assert.rejects(joinGateway({ ...joining, url: 'http://studio.example:7070' }), /wanted https/);
});

test('a rotated secret is used from then on; whatever a death between leaves, this machine gets in', async (context) => {
  const { home, door, joining } = await scene(context);
  const first = await joinGateway(joining);
  const second = await rotateCredential(home, first);
  assert.notEqual(second.secret, first.secret);
  const client = createClient(openAccess({ home, url: door.url }));
  await client.headAsset(nothing);
  assert.equal(door.accepted(), 1);
  // Died before the gateway heard of the next secret.
  await writeCredential(home, { ...second, next: drawSecret() });
  assert.equal((await joinGateway(joining)).secret, second.secret);
  // Died after the gateway heard of it.
  await rotateCredential(home, second);
  const third = readCredential(home, door.url);
  await writeCredential(home, { ...second, next: third?.secret ?? '' });
  assert.equal((await joinGateway(joining)).secret, third?.secret);
  assert.equal(readCredential(home, door.url)?.next, null);
  // Another process of this machine rotated while this one held the old secret.
  const held = createClient(openAccess({ home, url: door.url }));
  await held.headAsset(nothing);
  await rotateCredential(home, readCredential(home, door.url) ?? first);
  await held.headAsset(nothing);
});

test('a machine whose token was taken while no answer came back is let in by it later, also after it died', async (context) => {
  const { home, door, token, joining } = await scene(context);
  door.loseReplies(5);
  await assert.rejects(joinGateway(joining), { code: 'unavailable' });
  assert.ok(!readFileSync(join(home, 'runner-joining.json'), 'utf8').includes(token.split('.')[1] ?? ''), 'a spent token is not kept');
  const credential = await joinGateway(joining);
  assert.equal(readCredential(home, door.url)?.secret, credential.secret);
  assert.ok(!existsSync(join(home, 'runner-joining.json')));
  const elsewhere = mkdtempSync(join(tmpdir(), 'filmwright-join-'));
  context.after(() => rmSync(elsewhere, { recursive: true }));
  await assert.rejects(joinGateway({ ...joining, home: elsewhere }), { code: 'unauthorized' });
});

test('a rotation whose answers are lost and whose message comes late, or which the gateway forgets, locks nobody out', async (context) => {
  const { home, door, joining } = await scene(context);
  const first = await joinGateway(joining);
  const client = createClient(openAccess({ home, url: door.url }));
  // Taken, but not told; the next try must not draw another, since the message of the first may come again.
  door.loseReplies(1);
  await assert.rejects(rotateCredential(home, first), { code: 'unavailable' });
  await client.headAsset(nothing);
  door.repeatRotation();
  // Told, but the answer of the first use is lost: the old secret is dead and the file does not know it.
  door.brought.length = 0;
  const rotating = rotateCredential(home, first);
  while (door.brought.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  door.loseReplies(1);
  await assert.rejects(rotating, { code: 'unavailable' });
  assert.deepEqual([door.accepted(), readCredential(home, door.url)?.secret], [1, first.secret]);
  await client.headAsset(nothing);
  const second = await rotateCredential(home, first);
  door.repeatRotation();
  await client.headAsset(nothing);
  // A standby took over that had not heard of it.
  door.loseRotation();
  await client.headAsset(nothing);
  const third = await rotateCredential(home, second);
  await client.headAsset(nothing);
  assert.deepEqual([door.accepted(), new Set([first, second, third].map(({ secret }) => secret)).size], [1, 3]);
  assert.equal((await joinGateway(joining)).secret, third.secret);
});

test('requests that go on while secrets are rotated one upon the other are all taken', async (context) => {
  const { home, door, joining } = await scene(context);
  let credential = await joinGateway(joining);
  let isOver = false;
  const asking = Array.from({ length: 4 }, async () => {
    const client = createClient(openAccess({ home, url: door.url }));
    for (let asked = 0; ; asked++) {
      if (isOver) return asked;
      await client.headAsset(nothing);
    }
  });
  for (let rotation = 0; rotation < 25; rotation++) credential = await rotateCredential(home, credential);
  isOver = true;
  assert.ok(Math.min(...(await Promise.all(asking))) > 5);
});

test('a credential that was revoked wants a new token', async (context) => {
  const { door, joining } = await scene(context);
  await joinGateway(joining);
  door.revoke();
  await assert.rejects(joinGateway({ ...joining, token: null }), /locked out/);
});
