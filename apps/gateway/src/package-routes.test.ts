import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { Asset, PackageAddresses, WebPackage } from '@filmwright/contracts';
import { signPrefix } from '@filmwright/distribution';
import { readMetrics } from '@filmwright/process/testing';
import { startGateway, type TestGateway } from './testing/start-gateway.ts';

const document = { title: 'A film', storyboard: [{ narration: 'Here.' }], outputs: { package: true } };
const init = Buffer.from('header of a track');

/** A fragment as far as its place in time goes. */
function fragment(text: string): Buffer {
  const box = (type: string, ...holds: readonly Buffer[]): Buffer => {
    const inside = Buffer.concat(holds);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(inside.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, inside]);
  };
  const time = Buffer.alloc(12);
  time[0] = 1;
  return Buffer.concat([box('moof', box('mfhd', Buffer.alloc(8)), box('traf', box('tfdt', time))), box('mdat', Buffer.from(text))]);
}

async function put(gateway: TestGateway, bytes: Buffer): Promise<Asset> {
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  return (
    await gateway.call({ method: 'PUT', url: `/v1/assets/${digest}`, payload: bytes, headers: { 'content-type': 'video/mp4' } })
  ).json();
}

async function packaged(context: TestContext, changes: Partial<WebPackage> = {}) {
  const gateway = await startGateway(context);
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document } })).json() as { id: string };
  const segments = [];
  for (const [index, text] of ['one', 'two'].entries()) {
    const { digest } = await put(gateway, Buffer.concat([init, fragment(text)]));
    segments.push({ asset: digest, offset: init.length, bytes: fragment(text).length, startTick: index * 360_000, ticks: 360_000 });
  }
  const track = { codec: 'avc1.64001e', timescale: 90_000, init: { asset: segments[0]?.asset ?? '', bytes: init.length }, segments };
  const film: WebPackage = {
    title: 'A film',
    language: 'en',
    durationMs: 8000,
    complete: true,
    renditions: [{ rung: '360p', width: 640, height: 360, fps: 30, ...track }],
    sound: null,
    captions: [{ language: 'en', asset: await put(gateway, Buffer.from('WEBVTT\n')) }],
    poster: null,
    sprites: null,
    ...changes,
  };
  await gateway.records.savePackage({ buildId: id }, film);
  const addresses = (await gateway.call({ url: `/v1/builds/${id}/package` })).json() as PackageAddresses;
  // Whoever has the address needs no token.
  const get = (path: string, headers: Record<string, string> = {}) =>
    gateway.call({ url: path.startsWith('/') ? path : addresses.root + path, headers: { authorization: '', ...headers } });
  return { gateway, id, addresses, get };
}

test('every file that a whole package lists can be fetched by its signed address alone', async (context) => {
  const { addresses, get } = await packaged(context);
  assert.equal(addresses.complete, true);
  for (const file of ['index.m3u8', 'manifest.mpd', 'video/360p/2.m4s', 'captions/en.vtt'])
    assert.ok(
      addresses.files.some(({ path }) => path === file),
      file,
    );
  for (const { path, etag, bytes } of addresses.files) {
    const { statusCode, headers, rawPayload } = await get(path);
    assert.deepEqual([statusCode, headers.etag, rawPayload.length], [200, `"${etag}"`, bytes], path);
  }
  assert.equal((await get(addresses.hls)).headers['content-type'], 'application/vnd.apple.mpegurl');
  assert.equal((await get(addresses.dash ?? '')).headers['content-type'], 'application/dash+xml');
  assert.equal((await get('captions/en.vtt')).headers['content-type'], 'text/vtt; charset=utf-8');
  assert.ok((await get('video/360p/init.mp4')).rawPayload.equals(init));
});

test('a segment is its span with its place in the film, kept for good, with ranges and conditions', async (context) => {
  const { get } = await packaged(context);
  const whole = await get('video/360p/2.m4s');
  assert.equal(whole.headers['cache-control'], 'public, max-age=31536000, immutable');
  const time = whole.rawPayload.readBigUInt64BE(whole.rawPayload.indexOf('tfdt') + 8);
  assert.equal(time, 360_000n);
  assert.ok(whole.rawPayload.indexOf('two') > 0);
  const part = await get('video/360p/2.m4s', { range: 'bytes=-3' });
  assert.deepEqual([part.statusCode, part.payload], [206, 'two']);
  assert.equal((await get('video/360p/2.m4s', { 'if-none-match': String(whole.headers.etag) })).statusCode, 304);
  assert.equal((await get('index.m3u8')).headers['cache-control'], 'public, no-cache');
});

test('a film that is still made has a playlist that grows, and no manifest yet', async (context) => {
  const { addresses, get } = await packaged(context, { complete: false });
  assert.deepEqual([addresses.complete, addresses.dash, addresses.files], [false, null, []]);
  const list = (await get('video/360p/index.m3u8')).payload;
  assert.match(list, /EXT-X-PLAYLIST-TYPE:EVENT/);
  assert.doesNotMatch(list, /EXT-X-ENDLIST/);
  assert.equal((await get('manifest.mpd')).statusCode, 404);
});

test('an address that expired, was changed or is of another film opens nothing', async (context) => {
  const { id, addresses, get } = await packaged(context);
  const key = 'signing-key-of-the-tests';
  const late = await get(`/p/${id}/${signPrefix({ subject: id, expires: 1000 }, key)}/index.m3u8`);
  assert.deepEqual([late.statusCode, late.json().code], [403, 'link-refused']);
  assert.match(late.json().detail, /has expired/);
  const other = await get(`/p/${id}/${signPrefix({ subject: 'another', expires: 4e9 }, key)}/index.m3u8`);
  assert.equal(other.statusCode, 403);
  assert.match(other.json().detail, /is not signed by this installation/);
  assert.equal((await get(addresses.hls.replace('index.m3u8', 'secret.txt'))).statusCode, 404);
  assert.equal((await get('video/4320p/1.m4s')).statusCode, 404);
  assert.equal((await get('video/360p/3.m4s')).statusCode, 404);
});

test('a segment that is asked for again is answered from memory, as it was, until its address expires', async (context) => {
  const { gateway, id } = await packaged(context);
  const url = await gateway.listen();
  const expires = Math.floor(Date.now() / 1000) + 2;
  const at = `${url}/p/${id}/${signPrefix({ subject: id, expires }, 'signing-key-of-the-tests')}/video/360p/1.m4s`;
  const fetched = async () => {
    const reply = await fetch(at);
    const { 'x-request-id': routed, date: _, ...headers } = Object.fromEntries(reply.headers);
    return { status: reply.status, routed: routed !== undefined, headers, body: Buffer.from(await reply.arrayBuffer()).toString('latin1') };
  };
  const first = await fetched();
  assert.deepEqual([first.status, first.routed], [200, true]);
  const again = await fetched();
  assert.deepEqual(again, { ...first, routed: false }, 'the same but for the number of a routed request');
  const { sum } = readMetrics((await gateway.call({ url: '/metrics' })).body);
  const route = '/p/:id/:token/*';
  assert.equal(sum('filmwright_http_requests_total', { route, status: '200' }), 2, 'both are counted');
  assert.ok(sum('filmwright_http_sent_bytes_total', { route }) >= 2 * first.body.length);
  assert.equal((await fetch(at, { headers: { range: 'bytes=0-3' } })).status, 206);
  assert.equal((await fetch(at, { headers: { origin: 'http://elsewhere.example' } })).status, 403);
  while (Math.floor(Date.now() / 1000) <= expires) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await fetch(at)).status, 403);
});

test('a build that has nothing to play yet says so without a fault, and one that never will says why', async (context) => {
  const gateway = await startGateway(context);
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document } })).json() as { id: string };
  for (const what of ['package', 'shots']) assert.equal((await gateway.call({ url: `/v1/builds/${id}/${what}` })).statusCode, 204);
  await gateway.call({ method: 'POST', url: `/v1/builds/${id}/cancel` });
  for (const what of ['package', 'shots']) {
    const reply = await gateway.call({ url: `/v1/builds/${id}/${what}` });
    assert.equal(reply.statusCode, 404);
    assert.match(reply.json().detail, /cancelled/);
  }
});
