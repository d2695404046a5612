import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderBlobs } from '@filmwright/blobs';
import { startGateway, type TestGateway, userToken } from './testing/start-gateway.ts';

const digestOf = (bytes: Buffer) => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;

async function upload(gateway: TestGateway, bytes: Buffer, mediaType = 'image/png') {
  return gateway.call({ method: 'PUT', url: `/v1/assets/${digestOf(bytes)}`, headers: { 'content-type': mediaType }, payload: bytes });
}

/** Waits until nothing of an upload is left in the media folder. */
async function untilEmpty(gateway: TestGateway): Promise<void> {
  for (let tries = 0; (await gateway.files()).length > 0; tries++) {
    assert.ok(tries < 200, `left in the media folder: ${await gateway.files()}`);
    await sleep(25);
  }
}

test('an upload is stored once and served back whole', async (context) => {
  const gateway = await startGateway(context);
  const bytes = randomBytes(100_000);
  const first = await upload(gateway, bytes);
  assert.equal(first.statusCode, 201);
  assert.deepEqual(first.json(), { digest: digestOf(bytes), bytes: bytes.length, mediaType: 'image/png' });
  const second = await upload(gateway, bytes);
  assert.equal(second.statusCode, 200);
  assert.deepEqual(second.json(), first.json());

  const got = await gateway.call({ url: `/v1/assets/${digestOf(bytes)}` });
  assert.equal(got.statusCode, 200);
  assert.ok(got.rawPayload.equals(bytes));
  assert.equal(got.headers.etag, `"${digestOf(bytes)}"`);
  assert.equal(got.headers['content-type'], 'image/png');
  assert.match(String(got.headers['cache-control']), /immutable/);
  const head = await gateway.call({ method: 'HEAD', url: `/v1/assets/${digestOf(bytes)}` });
  assert.equal(head.headers['content-length'], String(bytes.length));
  assert.equal(head.rawPayload.length, 0);
});

test('the cap of uploads is for users: what runners bring to join and what they make is taken beyond it', async (context) => {
  const gateway = await startGateway(context, { maxUploadBytes: 10 });
  const bytes = randomBytes(1000);
  const put = { method: 'PUT', url: `/v1/assets/${digestOf(bytes)}`, headers: { 'content-type': 'font/ttf' }, payload: bytes } as const;
  const refused = await gateway.call(put);
  assert.deepEqual([refused.statusCode, refused.json().code], [413, 'media-too-large']);
  assert.equal((await gateway.callAsRunner(put)).statusCode, 201);
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '1000' };
  assert.equal((await gateway.call({ method: 'POST', url: '/v1/uploads', headers: tus })).statusCode, 413);
  assert.equal((await gateway.callAsRunner({ method: 'POST', url: '/v1/uploads', headers: tus })).statusCode, 201);
});

test('the checkpoint that a runner with the store put there for one without is given to runners alone while a task names it, and who asks whether it is there sends its own', async (context) => {
  const gateway = await startGateway(context);
  const checkpoint = randomBytes(1000);
  const { digest } = await (await openFolderBlobs({ root: gateway.mediaRoot })).putStream({
    stream: Readable.from([checkpoint]),
    mediaType: 'application/octet-stream',
  });
  const url = `/v1/assets/${digest}`;
  assert.equal((await gateway.callAsRunner({ url })).statusCode, 404, 'no task names it');
  gateway.records.checkpoints.add(digest);
  assert.ok((await gateway.callAsRunner({ url })).rawPayload.equals(checkpoint));
  assert.equal((await gateway.callAsRunner({ url, method: 'HEAD' })).statusCode, 404);
  assert.equal((await gateway.call({ url })).statusCode, 404);
  const put = { method: 'PUT', url, headers: { 'content-type': 'font/ttf' }, payload: checkpoint } as const;
  assert.deepEqual((await gateway.callAsRunner(put)).json(), { digest, bytes: 1000, mediaType: 'font/ttf' });
});

test('an empty file is an asset like any other', async (context) => {
  const gateway = await startGateway(context);
  const empty = Buffer.alloc(0);
  assert.equal((await upload(gateway, empty)).statusCode, 201);
  const got = await gateway.call({ url: `/v1/assets/${digestOf(empty)}` });
  assert.equal(got.statusCode, 200);
  assert.equal(got.headers['content-length'], '0');
  assert.equal((await gateway.call({ url: `/v1/assets/${digestOf(empty)}`, headers: { range: 'bytes=0-' } })).statusCode, 416);
});

test('ranges, conditions and If-Range are kept', async (context) => {
  const gateway = await startGateway(context);
  const bytes = randomBytes(1000);
  const digest = digestOf(bytes);
  await upload(gateway, bytes);
  const get = (headers: Record<string, string>) => gateway.call({ url: `/v1/assets/${digest}`, headers });

  const part = await get({ range: 'bytes=10-19' });
  assert.equal(part.statusCode, 206);
  assert.equal(part.headers['content-range'], 'bytes 10-19/1000');
  assert.equal(part.headers['content-length'], '10');
  assert.ok(part.rawPayload.equals(bytes.subarray(10, 20)));

  const outside = await get({ range: 'bytes=1000-' });
  assert.equal(outside.statusCode, 416);
  assert.equal(outside.headers['content-range'], 'bytes */1000');
  assert.equal(outside.json().code, 'range-invalid');

  assert.equal((await get({ range: 'bytes=0-9', 'if-range': `"${digest}"` })).statusCode, 206);
  assert.equal((await get({ range: 'bytes=0-9', 'if-range': '"another"' })).statusCode, 200);
  assert.equal((await get({ range: 'bytes=2000-', 'if-range': '"another"' })).statusCode, 200);
  assert.equal((await get({ 'if-none-match': `"other", W/"${digest}"` })).statusCode, 304);
});

test('bytes with another digest are refused and leave nothing', async (context) => {
  const gateway = await startGateway(context);
  const reply = await gateway.call({ method: 'PUT', url: `/v1/assets/sha256-${'a'.repeat(64)}`, payload: randomBytes(5000) });
  assert.equal(reply.statusCode, 422);
  assert.equal(reply.json().code, 'digest-mismatch');
  assert.deepEqual(await gateway.files(), []);
  assert.equal((await gateway.call({ url: `/v1/assets/sha256-${'a'.repeat(64)}` })).statusCode, 404);
});

test('an upload over the cap is refused, whether it says its length or not', async (context) => {
  const gateway = await startGateway(context, { maxUploadBytes: 1024 ** 2 });
  const url = await gateway.listen();
  const bytes = randomBytes(3 * 1024 ** 2);
  const address = `${url}/v1/assets/${digestOf(bytes)}`;
  const headers = { authorization: `Bearer ${userToken}` };
  const whole = await fetch(address, { method: 'PUT', headers, body: bytes });
  assert.equal(whole.status, 413);
  assert.equal(((await whole.json()) as { code: string }).code, 'media-too-large');

  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
      controller.close();
    },
  });
  const parts = await fetch(address, { method: 'PUT', headers, body: stream, duplex: 'half' } as RequestInit);
  assert.equal(parts.status, 413);
  assert.match(((await parts.json()) as { detail: string }).detail, /1048576/);
  assert.equal(
    (await gateway.call({ method: 'PUT', url: `/v1/assets/${digestOf(bytes)}?maxBytes=10`, payload: 'more than ten bytes' })).statusCode,
    413,
  );
  assert.equal((await gateway.call({ method: 'PUT', url: `/v1/assets/${digestOf(bytes)}?maxBytes=ten`, payload: '' })).statusCode, 400);
  await untilEmpty(gateway);
});

test('an upload that breaks off or falls silent leaves nothing', async (context) => {
  const gateway = await startGateway(context, { uploadIdleMs: 200 });
  const { port, host } = new URL(await gateway.listen());
  const begin = `PUT /v1/assets/sha256-${'b'.repeat(64)} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${userToken}\r\ncontent-length: 100000\r\n\r\n`;

  const broken = connect(Number(port), '127.0.0.1');
  broken.write(begin);
  broken.write(randomBytes(50_000));
  while ((await gateway.files()).length === 0) await sleep(10);
  broken.destroy();
  await untilEmpty(gateway);

  const silent = connect(Number(port), '127.0.0.1');
  silent.on('error', () => {});
  silent.write(begin);
  silent.write(randomBytes(50_000));
  await once(silent, 'close');
  await untilEmpty(gateway);
});

test('nothing but a digest is a digest: no path leads out of the media folder', async (context) => {
  const gateway = await startGateway(context);
  const names = [
    '..%2f..%2f..%2fetc%2fpasswd',
    'sha256-..',
    `sha256-${'A'.repeat(64)}`,
    `sha256-${'0'.repeat(63)}`,
    `sha256-${'0'.repeat(64)}%00`,
    'x'.repeat(150),
  ];
  for (const name of names) {
    for (const method of ['GET', 'HEAD', 'PUT'] as const) {
      const reply = await gateway.call({ method, url: `/v1/assets/${name}` });
      assert.equal(reply.statusCode, 400, `${method} ${name}`);
    }
  }
  for (const url of ['/v1/assets/../../../etc/passwd', '/v1/assets/%2e%2e', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd']) {
    assert.equal((await gateway.call({ url })).statusCode, 404, url);
  }
});

test('an uploaded page is handed out as a download that may run nothing', async (context) => {
  const gateway = await startGateway(context);
  const bytes = Buffer.from('<script>alert(1)</script>');
  await upload(gateway, bytes, 'text/html');
  const got = await gateway.call({ url: `/v1/assets/${digestOf(bytes)}` });
  assert.equal(got.headers['content-disposition'], 'attachment');
  assert.match(String(got.headers['content-security-policy']), /sandbox/);
});
