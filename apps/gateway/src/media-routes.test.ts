import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Asset } from '@filmwright/contracts';
import { startGateway, type TestGateway } from './testing/start-gateway.ts';

const document = { title: 'Ein „Film“: 1/2', storyboard: [{ narration: 'Here.' }] };

async function put(gateway: TestGateway, bytes: Buffer): Promise<Asset> {
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  return (await gateway.call({ method: 'PUT', url: `/v1/assets/${digest}`, payload: bytes })).json();
}

async function finished(gateway: TestGateway) {
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document } })).json();
  const film = randomBytes(50_000);
  const [master, vtt] = [await put(gateway, film), await put(gateway, Buffer.from('WEBVTT\n'))];
  gateway.records.change(id, { state: 'succeeded', result: { master, vtt, srt: null, frame: null, report: { frames: 250 }, issues: [] } });
  return { id, film, master };
}

test('what a build made is served by name, with ranges and a name for the download', async (context) => {
  const gateway = await startGateway(context);
  const { id, film, master } = await finished(gateway);
  const get = (name: string, headers: Record<string, string> = {}) => gateway.call({ url: `/v1/builds/${id}/media/${name}`, headers });

  const whole = await get('master.mp4');
  assert.equal(whole.headers['content-type'], 'video/mp4');
  assert.equal(whole.headers.etag, `"${master.digest}"`);
  assert.ok(whole.rawPayload.equals(film));
  assert.equal(
    whole.headers['content-disposition'],
    'inline; filename="Ein-Film-1-2.mp4"; filename*=UTF-8\'\'Ein%20%E2%80%9EFilm%E2%80%9C%201%202.mp4',
  );
  assert.match(String((await get('master.mp4?download')).headers['content-disposition']), /^attachment; filename="Ein-Film-1-2.mp4"/);
  const part = await get('master.mp4', { range: 'bytes=-100' });
  assert.equal(part.statusCode, 206);
  assert.ok(part.rawPayload.equals(film.subarray(-100)));
  assert.equal((await gateway.call({ method: 'HEAD', url: `/v1/builds/${id}/media/master.mp4` })).headers['content-length'], '50000');
  assert.equal((await get('captions.vtt')).headers['content-type'], 'text/vtt; charset=utf-8');
  assert.deepEqual(JSON.parse((await get('report.json')).body), { frames: 250 });
  assert.equal((await get('report.json', { range: 'bytes=0-1' })).body, '{\n');
  assert.deepEqual((await gateway.call({ url: `/v1/builds/${id}/report` })).json(), { frames: 250 });
});

test('a timeline is served with its media as one file that is put together on the way', async (context) => {
  const gateway = await startGateway(context);
  const { id, master, film } = await finished(gateway);
  const otio = await put(gateway, Buffer.from('{"OTIO_SCHEMA":"Timeline.1"}'));
  const files = [
    { path: 'content.otio', asset: otio.digest },
    { path: 'media/master.mp4', asset: master.digest },
  ];
  const list = await put(gateway, Buffer.from(JSON.stringify({ files })));
  const result = { master, vtt: null, srt: null, frame: null, timeline: { otio, list }, report: null, issues: [] };
  gateway.records.change(id, { state: 'succeeded', result });
  const get = (headers: Record<string, string> = {}) => gateway.call({ url: `/v1/builds/${id}/media/timeline.otioz?download`, headers });

  const whole = await get();
  assert.equal(whole.statusCode, 200, whole.body);
  assert.equal(whole.headers['content-type'], 'application/zip');
  assert.equal(whole.headers['content-length'], String(whole.rawPayload.length));
  assert.equal(whole.headers.etag, `"${list.digest}"`);
  assert.match(String(whole.headers['content-disposition']), /^attachment; filename="Ein-Film-1-2-timeline.otioz"/);
  assert.ok(whole.rawPayload.includes(film), 'media are stored as they are');
  assert.deepEqual((await get({ 'if-none-match': `"${list.digest}"` })).statusCode, 304);
  const part = await get({ range: 'bytes=40000-45000' });
  assert.equal(part.statusCode, 206);
  assert.ok(part.rawPayload.equals(whole.rawPayload.subarray(40_000, 45_001)));
  assert.equal((await gateway.call({ url: `/v1/builds/${id}/media/timeline.otio` })).body, '{"OTIO_SCHEMA":"Timeline.1"}');

  await rm(gateway.mediaRoot, { recursive: true });
  const gone = await get();
  assert.equal(gone.statusCode, 404);
  assert.match(gone.json().detail, /are gone from the media folder/);
});

test('what a build did not make, and names that lead elsewhere, are not found', async (context) => {
  const gateway = await startGateway(context);
  const { id } = await finished(gateway);
  for (const name of [
    'captions.srt',
    'poster.jpg',
    'frame.png',
    'timeline.otioz',
    'master.mov',
    '..%2fmaster.mp4',
    'constructor',
    '__proto__',
    'toString',
  ]) {
    assert.equal((await gateway.call({ url: `/v1/builds/${id}/media/${name}` })).statusCode, 404, name);
  }
  const waiting = (await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document } })).json();
  assert.match((await gateway.call({ url: `/v1/builds/${waiting.id}/media/master.mp4` })).json().detail, /it is planning/);
  assert.equal((await gateway.call({ url: `/v1/builds/${waiting.id}/report` })).statusCode, 404);
});

test('bytes that are gone are told, and what made them counts as not done', async (context) => {
  const gateway = await startGateway(context);
  const { id, master } = await finished(gateway);
  assert.deepEqual([...(await gateway.records.hasAssets([master.digest]))], [master.digest]);
  for (const name of await readdir(gateway.mediaRoot, { recursive: true }))
    if (name.endsWith(master.digest.slice(-20))) await rm(join(gateway.mediaRoot, name));
  const reply = await gateway.call({ url: `/v1/builds/${id}/media/master.mp4` });
  assert.equal(reply.statusCode, 404);
  assert.match(reply.json().detail, /are gone from the media folder. Make the film again/);
  assert.deepEqual([...(await gateway.records.hasAssets([master.digest]))], []);
});
