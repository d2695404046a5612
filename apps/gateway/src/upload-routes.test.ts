import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Upload } from '@filmwright/contracts';
import { Upload as TusUpload } from 'tus-js-client';
import { startGateway, userToken } from './testing/start-gateway.ts';

const media = Buffer.alloc(300_000, 'film');
const digest = `sha256-${createHash('sha256').update(media).digest('hex')}`;
const tus = { 'tus-resumable': '1.0.0' };
const part = { ...tus, 'content-type': 'application/offset+octet-stream' };
const named = { 'upload-metadata': `filename ${Buffer.from('C:\\shots\\a cup.png').toString('base64')},filetype ${btoa('image/png')}` };

async function begin(context: TestContext, bytes = media.length) {
  const gateway = await startGateway(context);
  const url = await gateway.listen();
  const made = await gateway.call({ method: 'POST', url: '/v1/uploads', headers: { ...tus, ...named, 'upload-length': String(bytes) } });
  assert.equal(made.statusCode, 201, made.body);
  return { ...gateway, url, at: String(made.headers.location), made };
}

test('an upload by a tus client goes on after its connection broke, and becomes an asset', async (context) => {
  const { url, call } = await begin(context);
  let sends = 0;
  let breaks = 0;
  const address = await new Promise<string>((resolve, reject) => {
    const upload = new TusUpload(media, {
      endpoint: `${url}/v1/uploads`,
      chunkSize: 100_000,
      retryDelays: [10, 10, 10],
      headers: { authorization: `Bearer ${userToken}` },
      metadata: { filename: 'a cup.png', filetype: 'image/png' },
      onBeforeRequest: (request) => {
        sends++;
        // The second part breaks off on its way.
        if (request.getMethod() !== 'PATCH' || sends !== 3) return;
        breaks++;
        throw new Error('the network is gone');
      },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });
  assert.equal(breaks, 1);
  const state = await call({ method: 'GET', url: new URL(address).pathname });
  assert.deepEqual(
    { ...state.json<Upload>(), id: '' },
    { id: '', name: 'a cup.png', bytes: media.length, received: media.length, asset: digest },
  );
  const asset = await call({ method: 'GET', url: `/v1/assets/${digest}` });
  assert.equal(asset.headers['content-type'], 'image/png');
  assert.ok(asset.rawPayload.equals(media));
});

test('an upload tells its place, takes only the bytes that follow it, and keeps what came before a break', async (context) => {
  const { call, at, url, made, files } = await begin(context);
  assert.match(String(made.headers['upload-expires']), /GMT$/);
  const place = async () => (await call({ method: 'HEAD', url: at, headers: tus })).headers['upload-offset'];
  assert.equal(await place(), '0');
  const first = await call({ method: 'PATCH', url: at, headers: { ...part, 'upload-offset': '0' }, payload: media.subarray(0, 1000) });
  assert.deepEqual([first.statusCode, first.headers['upload-offset']], [204, '1000']);
  const wrong = await call({ method: 'PATCH', url: at, headers: { ...part, 'upload-offset': '0' }, payload: media.subarray(0, 1000) });
  assert.deepEqual([wrong.statusCode, wrong.json().code], [409, 'offset-conflict']);
  // A connection that breaks in the middle of a part, as far as the gateway can tell still open when its sender comes back.
  const dying = httpRequest(new URL(at, url), {
    method: 'PATCH',
    headers: { ...part, authorization: `Bearer ${userToken}`, 'upload-offset': '1000', 'content-length': media.length - 1000 },
  });
  dying.on('error', () => {});
  const died = new Promise((resolve) => dying.once('close', resolve));
  dying.write(media.subarray(1000, 5000));
  while (Number((await call({ method: 'GET', url: at })).json().received) < 5000) await sleep(10);
  assert.equal(await place(), '5000');
  await died;
  assert.deepEqual((await call({ method: 'GET', url: at })).json(), {
    ...{ id: at.split('/').at(-1), name: 'a cup.png', bytes: media.length, received: 5000, asset: null },
  });
  const much = await call({ method: 'PATCH', url: at, headers: { ...part, 'upload-offset': '5000' }, payload: media });
  assert.deepEqual([much.statusCode, much.json().code], [413, 'media-too-large']);
  const from = Number(await place());
  const last = await call({ method: 'PATCH', url: at, headers: { ...part, 'upload-offset': String(from) }, payload: media.subarray(from) });
  assert.deepEqual([last.statusCode, last.headers['upload-offset']], [204, String(media.length)]);
  assert.deepEqual(await files(), [digest]);
  // Whoever missed the last reply asks once more.
  assert.equal(await place(), String(media.length));
  assert.equal((await call({ method: 'GET', url: at })).json().asset, digest);
});

test('bytes may come with the creation, and an empty file is one', async (context) => {
  const { call } = await begin(context);
  const headers = { ...part, 'upload-length': String(media.length) };
  const whole = await call({ method: 'POST', url: '/v1/uploads', headers, payload: media });
  assert.deepEqual([whole.statusCode, whole.headers['upload-offset']], [201, String(media.length)]);
  const empty = await call({ method: 'POST', url: '/v1/uploads', headers: { ...tus, 'upload-length': '0' } });
  const state = (await call({ method: 'GET', url: String(empty.headers.location) })).json();
  assert.equal(state.asset, `sha256-${createHash('sha256').update('').digest('hex')}`);
});

test('what cannot be taken is refused before a byte is sent; a removed upload leaves nothing', async (context) => {
  const { call, at, app, mediaRoot, files } = await begin(context);
  const half = await call({ method: 'PATCH', url: at, headers: { ...part, 'upload-offset': '0' }, payload: media.subarray(0, 1000) });
  assert.equal(half.statusCode, 204);
  const stored = () => readdir(`${mediaRoot}-uploads`);
  assert.ok((await stored()).length > 0);
  const post = async (headers: Record<string, string>) => {
    const { statusCode, body } = await call({ method: 'POST', url: '/v1/uploads', headers });
    return [statusCode, JSON.parse(body).code];
  };
  assert.deepEqual(await post({ ...tus, 'upload-length': String(2 * 1024 ** 2) }), [413, 'media-too-large']);
  assert.deepEqual(await post({ ...tus, 'upload-length': '-1' }), [400, 'request-invalid']);
  assert.deepEqual(await post({ ...tus, 'upload-defer-length': '1' }), [400, 'request-invalid']);
  assert.deepEqual(await post({ 'upload-length': '5' }), [412, 'protocol-unsupported']);
  const typed = await call({
    method: 'PATCH',
    url: at,
    headers: { ...tus, 'content-type': 'text/plain', 'upload-offset': '0' },
    payload: 'x',
  });
  assert.equal(typed.statusCode, 415);
  const stranger = { method: 'POST' as const, url: '/v1/uploads', headers: { ...tus, host: 'localhost', 'upload-length': '5' } };
  assert.equal((await app.inject(stranger)).statusCode, 403);
  const told = await call({ method: 'OPTIONS', url: '/v1/uploads' });
  assert.deepEqual([told.statusCode, told.headers['tus-max-size']], [204, String(1024 ** 2)]);
  assert.match(String(told.headers['content-security-policy']), /sandbox/);
  assert.equal((await call({ method: 'DELETE', url: at, headers: tus })).statusCode, 204);
  assert.equal((await call({ method: 'HEAD', url: at, headers: tus })).statusCode, 404);
  assert.deepEqual([await stored(), await files()], [[], []]);
  assert.equal((await call({ method: 'GET', url: `/v1/uploads/..%2f..%2fetc%2fpasswd` })).statusCode, 404);
});
