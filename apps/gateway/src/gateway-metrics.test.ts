import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import { type ReadMetrics, readMetrics } from '@filmwright/process/testing';
import { startGateway, type TestGateway, userToken } from './testing/start-gateway.ts';

const document = { title: 'A cup', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] };

async function figures(gateway: TestGateway): Promise<ReadMetrics> {
  const reply = await gateway.call({ url: '/metrics' });
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  return readMetrics(reply.body);
}

test('requests, bytes, uploads and event streams are counted by route, never by address', async (context) => {
  const gateway = await startGateway(context);
  const url = await gateway.listen();
  const client = createClient({ url, token: userToken });
  const bytes = Buffer.alloc(200_000, 7);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  for (let again = 0; again < 2; again++) await client.putAsset({ digest, mediaType: 'image/png', open: () => bytes });
  const put = { method: 'PUT', headers: { authorization: `Bearer ${userToken}`, 'content-type': 'image/png' } };
  await fetch(`${url}/v1/assets/${digest}`, { ...put, body: bytes });
  await fetch(`${url}/v1/assets/${digest.replace(/.$/, 'x')}`, { ...put, body: 'other bytes' });
  const build = await client.createBuild({ document });
  const reply = await new Promise<IncomingMessage>((resolve) => {
    get(`${url}/v1/builds/${build.id}/events`, { headers: { authorization: `Bearer ${userToken}` } }, resolve);
  });
  await once(reply, 'data');
  const now = await figures(gateway);
  assert.equal(now.sum('filmwright_http_requests_total', { method: 'POST', route: '/v1/builds', status: '202' }), 1);
  assert.equal(now.sum('filmwright_http_request_seconds_count', { method: 'POST', route: '/v1/builds' }), 1);
  assert.equal(now.sum('filmwright_event_streams_open'), 1);
  assert.deepEqual(
    ['done', 'known', 'failed'].map((outcome) => now.sum('filmwright_uploads_total', { way: 'whole', outcome })),
    [1, 1, 1],
  );
  assert.ok(now.sum('filmwright_http_received_bytes_total', { route: '/v1/assets/:digest' }) > 150_000);
  assert.ok(!now.samples.some(({ labels }) => Object.values(labels).some((label) => label.includes(digest) || label.includes(build.id))));
  reply.destroy();
  await client.getBuild(build.id);
  await fetch(`${url}/v1/assets/${digest}`, { headers: put.headers }).then((whole) => whole.arrayBuffer());
  let later = await figures(gateway);
  // A request is over a moment after its reply was read.
  const isBusy = (): boolean => later.sum('filmwright_event_streams_open') > 0 || later.sum('filmwright_http_open_requests') > 1;
  for (let tries = 0; isBusy() && tries < 2000; tries++) {
    // Asking in this process lets no connection move by itself.
    await setTimeout(2);
    later = await figures(gateway);
  }
  assert.equal(later.sum('filmwright_event_streams_open'), 0);
  assert.equal(later.sum('filmwright_http_open_requests'), 1, 'the reading itself');
  const route = '/v1/assets/:digest';
  assert.ok(later.sum('filmwright_http_sent_bytes_total', { route }) - now.sum('filmwright_http_sent_bytes_total', { route }) >= 200_000);
});

test('figures are for this machine and who has the token; behind a public address for the token alone', async (context) => {
  const ask = async (gateway: TestGateway, options: { readonly remoteAddress?: string; readonly token?: string }): Promise<number> => {
    const { remoteAddress = '127.0.0.1', token } = options;
    const headers = { host: 'localhost:80', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return (await gateway.app.inject({ url: '/metrics', remoteAddress, headers })).statusCode;
  };
  const here = await startGateway(context);
  assert.equal(await ask(here, {}), 200);
  assert.equal(await ask(here, { remoteAddress: '10.0.0.7' }), 401);
  assert.equal(await ask(here, { remoteAddress: '10.0.0.7', token: userToken }), 200);
  const published = await startGateway(context, { publicUrl: () => 'https://films.example' });
  assert.equal(await ask(published, {}), 401);
  assert.equal(await ask(published, { token: 'wrong' }), 401);
  assert.equal(await ask(published, { token: userToken }), 200);
  assert.equal(await ask(published, { token: 'figures-of-tests' }), 200);
  const { statusCode } = await published.app.inject({
    url: '/v1/films',
    headers: { host: 'films.example', authorization: 'Bearer figures-of-tests' },
  });
  assert.equal(statusCode, 401, 'it opens nothing else');
});

test('a path that is no route and a method that nobody knows make no label of their own', async (context) => {
  const gateway = await startGateway(context);
  await gateway.call({ url: '/nothing/here' });
  await gateway.call({ url: '/v1/builds' });
  const { sum } = await figures(gateway);
  assert.equal(sum('filmwright_http_requests_total', { route: 'none', status: '404' }), 1);
});
