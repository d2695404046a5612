import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { createClient } from './create-client.ts';
import { fillPath } from './fill-path.ts';

const token = 'token-of-the-tests';

/** A gateway of the test's own; the end of the test closes it. */
async function serve(context: TestContext, listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a call brings the token and its body, and throws the problem that it is answered with', async (context) => {
  const seen: unknown[] = [];
  const client = await serve(context, async (request, response) => {
    seen.push([request.method, request.url, request.headers.authorization, JSON.parse(await bodyOf(request))]);
    const issues = [{ severity: 'error', code: 'type', path: 'title', message: 'title is nothing' }] as const;
    const problem = toProblem(new FilmwrightError('document-invalid', 'One problem.', { issues }));
    response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  });
  const failing = client.createBuild({ document: { x: 1 } });
  await assert.rejects(
    failing,
    (error: unknown) => error instanceof FilmwrightError && error.code === 'document-invalid' && error.issues[0]?.path === 'title',
  );
  assert.deepEqual(seen, [['POST', '/v1/builds', `Bearer ${token}`, { document: { x: 1 } }]]);
});

test('nobody answering is unavailable and says where; a stranger answering is told too', async (context) => {
  const nobody = createClient({ url: 'http://127.0.0.1:9', token });
  await assert.rejects(
    nobody.getBuild('1'),
    (error: unknown) => error instanceof FilmwrightError && error.code === 'unavailable' && error.message.includes('127.0.0.1:9'),
  );
  const stranger = await serve(context, (_request, response) => response.writeHead(404).end('<h1>Not here</h1>'));
  await assert.rejects(stranger.getBuild('1'), { code: 'not-found', message: /Is it a Filmwright gateway/ });
});

test('why an asset may not be asked for is told, although a reply to HEAD has no words', async (context) => {
  const problem = toProblem(new FilmwrightError('unauthorized', 'The credential was revoked.'));
  const client = await serve(context, (request, response) =>
    response.writeHead(401).end(request.method === 'HEAD' ? undefined : JSON.stringify(problem)),
  );
  await assert.rejects(client.headAsset('sha256-x'), { code: 'unauthorized', message: 'The credential was revoked.' });
});

test('an upload is sent once more after a broken connection, and not at all when it is there', async (context) => {
  let there = false;
  let tries = 0;
  const client = await serve(context, async (request, response) => {
    if (request.method === 'HEAD')
      return there ? response.writeHead(200, { 'content-length': 5, 'content-type': 'text/plain' }).end() : response.writeHead(404).end();
    if (++tries === 1) return request.socket.destroy();
    const body = await bodyOf(request);
    there = true;
    return response
      .writeHead(201)
      .end(JSON.stringify({ digest: 'sha256-x', bytes: body.length, mediaType: request.headers['content-type'] }));
  });
  let opened = 0;
  const upload = {
    digest: 'sha256-x',
    mediaType: 'text/plain',
    open: () => {
      opened++;
      return new Blob(['hello']);
    },
  };
  assert.deepEqual(await client.putAsset(upload), { digest: 'sha256-x', bytes: 5, mediaType: 'text/plain' });
  assert.equal(opened, 2);
  assert.deepEqual(await client.putAsset(upload), { digest: 'sha256-x', bytes: 5, mediaType: 'text/plain' });
  assert.equal(opened, 2);
});

test('media go on where a broken connection left them', async (context) => {
  const film = Buffer.from('0123456789'.repeat(20_000));
  const ranges: (string | undefined)[] = [];
  const client = await serve(context, (request, response) => {
    ranges.push(request.headers.range);
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { etag: '"sha256-film"', 'content-type': 'video/mp4', 'content-length': film.length - start };
    response.writeHead(
      start === 0 ? 200 : 206,
      start === 0 ? headers : { ...headers, 'content-range': `bytes ${start}-${film.length - 1}/${film.length}` },
    );
    if (ranges.length > 2) return response.end(film.subarray(start));
    response.write(film.subarray(start, start + 70_000), () => request.socket.destroy());
  });
  const got: Uint8Array[] = [];
  let length = 0;
  for await (const piece of client.readMedia({ source: { build: '1', name: 'master.mp4' } })) {
    assert.equal(piece.position, length);
    assert.equal(piece.totalBytes, film.length);
    got.push(piece.bytes);
    length += piece.bytes.length;
  }
  assert.ok(Buffer.concat(got).equals(film));
  assert.equal(ranges.length, 3);
  assert.equal(ranges[0], undefined);
});

test('media that changed meanwhile start anew, and a finished file asks for nothing more', async (context) => {
  const client = await serve(context, (request, response) => {
    if (request.headers.range === 'bytes=5-' && request.headers['if-range'] === '"sha256-new"')
      return response.writeHead(416, { 'content-range': 'bytes */5', etag: '"sha256-new"' }).end();
    response.writeHead(200, { etag: '"sha256-new"', 'content-length': 5 }).end('fresh');
  });
  const pieces: [string, number, boolean][] = [];
  const options = { source: { digest: 'sha256-old' }, startByte: 3, digest: 'sha256-old' };
  for await (const piece of client.readMedia(options)) pieces.push([Buffer.from(piece.bytes).toString(), piece.position, piece.restarted]);
  assert.deepEqual(pieces, [['fresh', 0, true]]);
  for await (const _ of client.readMedia({ source: { digest: 'sha256-new' }, startByte: 5, digest: 'sha256-new' }))
    assert.fail('nothing was wanted');
});

test('following goes on after a broken stream and stops with the build', async (context) => {
  let connections = 0;
  const lastIds: unknown[] = [];
  const client = await serve(context, (request, response) => {
    lastIds.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const state = ++connections === 1 ? 'running' : 'succeeded';
    response.write(`event: build\nid: e${connections}\ndata: {"state":"${state}"}\n\n`, () =>
      connections === 1 ? request.socket.destroy() : undefined,
    );
  });
  const states: string[] = [];
  for await (const build of client.followBuild({ id: '1' })) states.push(build.state);
  assert.deepEqual(states, ['running', 'succeeded']);
  assert.deepEqual(lastIds, [undefined, 'e1']);
});

test('following gives up when the gateway stays away, and at once when the build does not exist', async (context) => {
  const nobody = createClient({ url: 'http://127.0.0.1:9', token });
  await assert.rejects(nobody.followBuild({ id: '1', giveUpMs: 0 }).next(), { code: 'unavailable' });
  const problem = toProblem(new FilmwrightError('not-found', 'There is no build 1.'));
  const client = await serve(context, (_request, response) => response.writeHead(404).end(JSON.stringify(problem)));
  await assert.rejects(client.followBuild({ id: '1' }).next(), { code: 'not-found', message: 'There is no build 1.' });
});

test('no value climbs out of its part of a path', () => {
  assert.equal(fillPath('/v1/builds/:id/media/:name', { id: 'a/../b', name: 'x?y#z' }), '/v1/builds/a%2F..%2Fb/media/x%3Fy%23z');
  for (const id of ['', '.', '..', undefined]) assert.throws(() => fillPath('/v1/builds/:id', id === undefined ? {} : { id }), TypeError);
});
