import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { problemSchema } from '@filmwright/contracts';
import { startGateway } from './testing/start-gateway.ts';

test('an unknown route and a wrong method are problems that say what there is', async (context) => {
  const { call } = await startGateway(context);
  const unknown = await call({ url: '/v1/reels' });
  assert.equal(unknown.statusCode, 404);
  assert.equal(unknown.headers['content-type'], 'application/problem+json; charset=utf-8');
  const problem = problemSchema.parse(unknown.json());
  assert.equal(problem.code, 'not-found');
  assert.equal(problem.instance, `urn:uuid:${unknown.headers['x-request-id']}`);

  const method = await call({ method: 'DELETE', url: '/v1/builds' });
  assert.equal(method.statusCode, 405);
  assert.equal(method.headers.allow, 'POST, GET');
  assert.match(problemSchema.parse(method.json()).detail, /DELETE.*POST or GET/);
});

test('a body that is not JSON is told with the place of the mistake', async (context) => {
  const { call } = await startGateway(context);
  const post = (payload: string, type = 'application/json') =>
    call({ method: 'POST', url: '/v1/builds', headers: { 'content-type': type }, payload });
  const broken = await post('{"document": {"title": "x",}}');
  assert.equal(broken.statusCode, 400);
  assert.match(problemSchema.parse(broken.json()).detail, /position 27/);
  assert.equal((await post('')).statusCode, 400);
  assert.match((await post('{"document": {"__proto__": {}}}')).json().detail, /__proto__/);
  const yaml = await post('title: x', 'text/yaml');
  assert.equal(yaml.statusCode, 415);
  assert.equal(yaml.json().code, 'request-invalid');
});

test('a body over the limit is refused with 413', async (context) => {
  const { callAsRunner } = await startGateway(context);
  const payload = { leases: [], padding: 'x'.repeat(1024 ** 2) };
  const reply = await callAsRunner({ method: 'POST', url: '/v1/runners/01890000-0000-7000-8000-000000000000/heartbeat', payload });
  assert.equal(reply.statusCode, 413);
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8');
});

test('what the records throw is passed on; anything else is internal', async (context) => {
  const { call, records } = await startGateway(context);
  records.setAnswering(false);
  const gone = await call({ url: '/v1/builds/01890000-0000-7000-8000-000000000000' });
  assert.equal(gone.statusCode, 503);
  assert.equal(gone.headers['retry-after'], '1');
  assert.equal(gone.json().retryable, true);
});

test('bytes that are no HTTP get a problem and are cut off', async (context) => {
  const { listen } = await startGateway(context);
  const socket = connect(Number(new URL(await listen()).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write('this is not HTTP\r\n\r\n');
  await once(socket, 'close');
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"request-invalid"/);
});
