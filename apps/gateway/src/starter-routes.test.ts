import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Starter } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { startGateway } from './testing/start-gateway.ts';

test('every starter is a film without faults whose media are in the store, with a small preview and poster', async (context) => {
  const { call } = await startGateway(context, { maxUploadBytes: 16 * 1024 ** 2 });
  const { starters } = (await call({ url: '/v1/starters' })).json<{ starters: readonly Starter[] }>();
  let media = 0;
  assert.ok(starters.length >= 5, `${starters.length} starters`);
  for (const { id, document, files, preview, poster, title, durationMs, aspect } of starters) {
    const read = readDocument(document);
    assert.deepEqual([read.issues, read.film?.format.aspect], [[], aspect], id);
    for (const { file } of read.files)
      assert.equal((await call({ method: 'HEAD', url: `/v1/assets/${files[file]}` })).statusCode, 200, file);
    assert.ok(durationMs > 5000 && title.length > 3);
    const moving = await call({ url: preview });
    assert.deepEqual([moving.statusCode, moving.headers['content-type']], [200, 'video/mp4']);
    assert.ok(moving.rawPayload.length > 1000 && moving.rawPayload.length < 250_000);
    const part = await call({ url: preview, headers: { range: 'bytes=0-9' } });
    assert.deepEqual([part.statusCode, part.rawPayload.length], [206, 10]);
    const still = await call({ url: poster });
    assert.deepEqual([still.statusCode, still.headers['content-type']], [200, 'image/jpeg'], id);
    assert.ok(still.rawPayload.length > 1000 && still.rawPayload.length < 30_000, `${still.rawPayload.length} bytes`);
    media += read.files.length;
  }
  assert.ok(media > 0, 'some starters have media');
  assert.ok(starters.some(({ id }) => id === 'quote'));
  for (const url of ['/v1/starters/none/preview.mp4', '/v1/starters/quote/film.yaml', '/v1/starters/..%2fdocs/preview.mp4'])
    assert.equal((await call({ url })).statusCode, 404, url);
});
