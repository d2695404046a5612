import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { linkProbe } from './probe-link.ts';
import { provenStore } from './store-mark.ts';

/** A gateway that takes uploads and holds what was begun and not taken back. */
async function gatewayOf(t: TestContext) {
  const begun = new Set<string>();
  const told = { uploads: 0, bytes: 0 };
  const server = createServer(async (request, response) => {
    for await (const piece of request) told.bytes += (piece as Buffer).length;
    const path = request.url ?? '';
    if (request.method === 'POST') begun.add(`/uploads/${++told.uploads}`);
    if (request.method === 'DELETE') begun.delete(path);
    response.writeHead(request.method === 'POST' ? 201 : 204, { location: `/uploads/${told.uploads}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, begun, told };
}

/** A machine that has the store's folder mounted, which is proven to be the gateway's, and a font in it. */
async function scene(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-link-'));
  t.after(() => rmSync(home, { recursive: true }));
  const folder = join(home, 'mounted');
  mkdirSync(folder);
  const blobs = await openFolderBlobs({ root: folder });
  writeFileSync(join(home, 'font'), Buffer.alloc(100_000));
  const { digest } = await blobs.putFile({ path: join(home, 'font'), mediaType: 'font/ttf' });
  const { url, begun, told } = await gatewayOf(t);
  let reads = 0;
  const client = {
    async *readMedia() {
      reads++;
      yield { bytes: new Uint8Array(100_000), position: 0 };
    },
  };
  const store = provenStore({ home, folder });
  const { dev, ino } = statSync(folder);
  await store.note(`${dev}:${ino}`);
  const link = linkProbe({ home, folder, connection: { url, token: 'fwr1.x' }, client: client as never });
  return { home, folder, url, client, store, begun, told, digest, link, blobs, reads: () => reads };
}

test('the way of media is measured to the mounted store while that is used, else to the gateway, and leaves nothing at either', async (t) => {
  const { home, folder, url, client, store, begun, told, digest, link, reads } = await scene(t);
  const byMount = await link(digest);
  assert.ok((byMount.upBytesPerS ?? 0) > 0 && (byMount.downBytesPerS ?? 0) > 0);
  assert.deepEqual([readdirSync(join(folder, 'tmp')), told.uploads, reads()], [[], 0, 0]);
  assert.equal(await link(digest), byMount, 'it is not measured at each join');
  await store.distrust();
  const byGateway = await link(digest);
  assert.ok((byGateway.upBytesPerS ?? 0) > 0 && (byGateway.downBytesPerS ?? 0) > 0);
  assert.deepEqual([begun.size, told.uploads > 0, told.bytes >= 1024 ** 2, reads() > 0], [0, true, true, true]);
  assert.equal(
    (await linkProbe({ home, folder: null, connection: { url, token: 'fwr1.x' }, client: client as never })(null)).downBytesPerS,
    null,
  );
});

test('where the mount gives no answer the way to the gateway is measured, which is used then, and the mount at the next join', async (t) => {
  const { digest, link, blobs, told } = await scene(t);
  const path = await blobs.path(digest);
  // Whoever opens it waits for a writer.
  rmSync(path);
  execFileSync('mkfifo', [path]);
  const byGateway = await link(digest);
  const { uploads } = told;
  writeFileSync(path, '');
  assert.ok(uploads > 0 && (byGateway.downBytesPerS ?? 0) > 0);
  rmSync(path);
  writeFileSync(path, Buffer.alloc(100_000));
  const byMount = await link(digest);
  assert.ok((byMount.downBytesPerS ?? 0) > 0);
  assert.equal(told.uploads, uploads);
});
