import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { resumeUpload } from './resume-upload.ts';

const digestOf = (bytes: Buffer): string => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;

type Store = {
  readonly url: string;
  readonly assets: Map<string, Buffer>;
  readonly uploads: Map<string, { bytes: Buffer; readonly length: number }>;
  /** Starting bytes of the parts that came. */
  readonly parts: number[];
};

/** A store that speaks as much tus as an upload takes. `disturb` may break a part off, by the number of bytes that it still takes, or change its bytes. */
async function storeOf(
  context: TestContext,
  disturb: (part: number) => { readonly takes?: number; readonly spoil?: boolean; readonly forget?: boolean } = () => ({}),
): Promise<Store> {
  const store = { assets: new Map<string, Buffer>(), uploads: new Map<string, { bytes: Buffer; length: number }>(), parts: [] as number[] };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.url?.split('/').at(-1) ?? '';
    const say = (status: number, headers: Record<string, string> = {}, body?: unknown): void =>
      void response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
    if (request.url?.startsWith('/v1/assets/')) {
      const found = store.assets.get(id);
      return found === undefined ? say(404) : say(200, { 'content-length': String(found.length), 'content-type': 'video/mp4' });
    }
    if (request.method === 'POST') {
      const made = randomUUID();
      store.uploads.set(made, { bytes: Buffer.alloc(0), length: Number(request.headers['upload-length']) });
      return say(201, { location: `/v1/uploads/${made}` });
    }
    const upload = store.uploads.get(id);
    if (upload === undefined) return say(404, {}, { code: 'not-found' });
    if (request.method === 'DELETE') return store.uploads.delete(id) ? say(204) : say(404);
    if (request.method === 'HEAD') return say(200, { 'upload-offset': String(upload.bytes.length) });
    if (request.method === 'GET') {
      if (upload.bytes.length < upload.length) return say(200, {}, { id, asset: null });
      store.assets.set(digestOf(upload.bytes), upload.bytes);
      return say(200, {}, { id, asset: digestOf(upload.bytes) });
    }
    store.parts.push(Number(request.headers['upload-offset']));
    const { takes = Number.POSITIVE_INFINITY, spoil = false, forget = false } = disturb(store.parts.length);
    let taken = 0;
    for await (const piece of request) {
      const bytes = (piece as Buffer).subarray(0, Math.max(0, takes - taken));
      taken += bytes.length;
      upload.bytes = Buffer.concat([upload.bytes, spoil ? Buffer.alloc(bytes.length) : bytes]);
      if (taken >= takes) break;
    }
    if (forget) store.uploads.delete(id);
    if (taken >= takes) return void request.socket.destroy();
    say(204, { 'upload-offset': String(upload.bytes.length) });
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...store, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const bytes = Buffer.alloc(2_000_000, 'film');
const upload = (data = bytes) => ({
  digest: digestOf(data),
  bytes: data.length,
  mediaType: 'video/mp4',
  open: (startByte: number) => new Blob([new Uint8Array(data.subarray(startByte))]).stream(),
});

test('what is there is not sent again', async (context) => {
  const store = await storeOf(context);
  store.assets.set(digestOf(bytes), bytes);
  assert.equal((await resumeUpload({ url: store.url, token: '' }, upload())).bytes, bytes.length);
  assert.equal(store.uploads.size, 0);
});

test('a part that breaks off is gone on with where it stood', async (context) => {
  const store = await storeOf(context, (part) => (part < 3 ? { takes: 600_000 } : {}));
  await resumeUpload({ url: store.url, token: '' }, upload());
  assert.deepEqual(store.parts, [0, 600_000, 1_200_000]);
  assert.ok(store.assets.has(digestOf(bytes)));
  assert.equal(store.uploads.size, 0, 'no note is left');
});

test('an upload that the gateway lost begins anew', async (context) => {
  const store = await storeOf(context, (part) => (part === 1 ? { takes: 600_000, forget: true } : {}));
  await resumeUpload({ url: store.url, token: '' }, upload());
  assert.deepEqual(store.parts, [0, 0]);
});

test('bytes that arrive damaged are sent again, and told when they always do', async (context) => {
  const store = await storeOf(context, (part) => ({ spoil: part === 1 }));
  await resumeUpload({ url: store.url, token: '' }, upload());
  assert.deepEqual(store.parts, [0, 0]);
  const broken = await storeOf(context, () => ({ spoil: true }));
  await assert.rejects(resumeUpload({ url: broken.url, token: '' }, upload()), { code: 'digest-mismatch' });
  assert.equal(broken.parts.length, 3);
});

test('a gateway that stays away is given up after the time that it was given', async (context) => {
  const store = await storeOf(context, () => ({ takes: 1 }));
  const never = {
    ...upload(),
    giveUpMs: 300,
    open: () => new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('no disk')) }),
  };
  await assert.rejects(resumeUpload({ url: store.url, token: '' }, never), { code: 'unavailable' });
});
