import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildSchema } from '@filmwright/contracts';
import { startGateway, type TestGateway } from './testing/start-gateway.ts';

const document = { title: 'A cup', storyboard: [{ narration: 'Here it stands.', visual: { backdrop: 'halo' } }] };
const missing = `sha256-${'f'.repeat(64)}`;

function post(gateway: TestGateway, payload: object, headers: Record<string, string> = {}) {
  return gateway.call({ method: 'POST', url: '/v1/builds', payload, headers });
}

test('a build is made, read and listed', async (context) => {
  const gateway = await startGateway(context);
  await gateway.records.joinRunner({ name: 'one', pid: 1, slots: 1, kinds: [], toolchain: {}, voices: [], models: [], fonts: [] });
  const made = await post(gateway, { document });
  assert.equal(made.statusCode, 202);
  const build = buildSchema.parse(made.json());
  assert.equal(made.headers.location, `/v1/builds/${build.id}`);
  assert.equal(build.title, 'A cup');
  assert.equal(build.purpose, 'make');
  assert.deepEqual((await gateway.call({ url: `/v1/builds/${build.id}` })).json(), build);
  assert.deepEqual((await gateway.call({ url: '/v1/builds' })).json(), { builds: [build], next: null });
  assert.deepEqual((await gateway.call({ url: `/v1/builds/${build.id}/tasks` })).json(), { tasks: [] });
});

test('the list comes in pages, newest first', async (context) => {
  const gateway = await startGateway(context);
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) ids.unshift((await post(gateway, { document })).json().id);
  const first = (await gateway.call({ url: '/v1/builds?limit=3' })).json();
  assert.deepEqual(
    first.builds.map((build: { id: string }) => build.id),
    ids.slice(0, 3),
  );
  const second = (await gateway.call({ url: `/v1/builds?limit=3&before=${first.next}` })).json();
  assert.deepEqual(
    second.builds.map((build: { id: string }) => build.id),
    ids.slice(3),
  );
  assert.equal(second.next, null);
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'limit=1e2.5'])
    assert.equal((await gateway.call({ url: `/v1/builds?${query}` })).statusCode, 400, query);
  assert.equal((await gateway.call({ url: '/v1/builds?before=zero' })).statusCode, 404);
});

test('every problem of a request is told at once, with its path', async (context) => {
  const gateway = await startGateway(context);
  const reply = await post(gateway, { document, files: { 'cup.png': 'sha256-12' }, purpose: 'publish', atMs: -1 });
  assert.equal(reply.statusCode, 400);
  assert.deepEqual(
    reply
      .json()
      .issues.map((issue: { path: string }) => issue.path)
      .sort(),
    ['atMs', 'files["cup.png"]', 'purpose'],
  );
  assert.match((await post(gateway, { document, purpose: 'frame' })).json().detail, /atMs/);
});

test('a document that cannot become a film is refused before a build exists, except by a check', async (context) => {
  const gateway = await startGateway(context);
  const bad = { titel: 'A cup', storyboard: [{ length: '4 parsecs', visual: { backdrop: 'halo' } }] };
  const reply = await post(gateway, { document: bad });
  assert.equal(reply.statusCode, 422);
  assert.equal(reply.json().code, 'document-invalid');
  const paths = reply.json().issues.map((issue: { path: string }) => issue.path);
  assert.ok(paths.includes('storyboard[0].length'), String(paths));
  for (const document of [null, 'title: x', []]) assert.equal((await post(gateway, { document })).statusCode, 422, String(document));
  assert.deepEqual((await gateway.call({ url: '/v1/builds' })).json().builds, []);
  assert.equal((await post(gateway, { document: bad, purpose: 'check' })).statusCode, 202);
});

test('files that were not uploaded are named, all of them', async (context) => {
  const gateway = await startGateway(context);
  const bytes = Buffer.from('a picture');
  const there = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  await gateway.call({ method: 'PUT', url: `/v1/assets/${there}`, payload: bytes });
  const reply = await post(gateway, { document, files: { 'a.png': missing, 'b.png': there, 'c.png': missing } });
  assert.equal(reply.statusCode, 422);
  assert.equal(reply.json().code, 'media-missing');
  assert.deepEqual(
    reply.json().issues.map((issue: { path: string; found: string }) => [issue.path, issue.found]),
    [
      ['a.png', missing],
      ['c.png', missing],
    ],
  );
  assert.equal((await post(gateway, { document, files: { 'b.png': there } })).statusCode, 202);
});

test('the same idempotency key makes one build, also at the same time', async (context) => {
  const gateway = await startGateway(context);
  const headers = { 'idempotency-key': 'order-1' };
  const replies = await Promise.all([1, 2, 3].map(() => post(gateway, { document }, headers)));
  assert.equal(new Set(replies.map((reply) => reply.json().id)).size, 1);
  const other = await post(gateway, { document: { ...document, title: 'Another' } }, headers);
  assert.equal(other.statusCode, 400);
  assert.match(other.json().detail, /Idempotency-Key/);
  const failing = { 'idempotency-key': 'order-2' };
  assert.equal((await post(gateway, { document, files: { 'a.png': missing } }, failing)).statusCode, 422);
  assert.equal((await post(gateway, { document }, failing)).statusCode, 202);
});

test('a build is cancelled once; one that has ended is not', async (context) => {
  const gateway = await startGateway(context);
  const { id } = (await post(gateway, { document })).json();
  const cancel = () => gateway.call({ method: 'POST', url: `/v1/builds/${id}/cancel` });
  assert.equal((await cancel()).json().state, 'cancelled');
  assert.equal((await cancel()).json().state, 'cancelled');
  gateway.records.change(id, { state: 'succeeded' });
  assert.equal((await cancel()).statusCode, 409);
});

test('a task is cancelled while its build has not ended; one that it has not is told', async (context) => {
  const gateway = await startGateway(context);
  const { id } = (await post(gateway, { document })).json();
  const asked: unknown[] = [];
  const answers = ['stopped', 'idle', 'absent', 'absent'] as const;
  gateway.records.cancelTask = async (task) => answers[asked.push(task) - 1] ?? 'absent';
  const cancel = () => gateway.call({ method: 'POST', url: `/v1/builds/${id}/tasks/sha256-k/cancel` });
  assert.deepEqual([(await cancel()).json(), (await cancel()).json()], [{ stopped: true }, { stopped: false }]);
  assert.deepEqual(asked[0], { buildId: id, key: 'sha256-k' });
  const unknown = await cancel();
  assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'not-found']);
  gateway.records.change(id, { state: 'succeeded', endedAt: new Date().toISOString() });
  assert.equal((await cancel()).statusCode, 409);
});

test('an id that is no id, or nobody knows, is not found', async (context) => {
  const gateway = await startGateway(context);
  for (const id of ['x', '..%2f..', '01890000-0000-7000-8000-00000000000', '01890000-0000-7000-8000-000000000000']) {
    for (const rest of ['', '/tasks', '/events', '/report', '/media/master.mp4']) {
      const reply = await gateway.call({ url: `/v1/builds/${id}${rest}` });
      assert.equal(reply.statusCode, 404, `${id}${rest}`);
      assert.equal(reply.json().code, 'not-found');
    }
  }
});

test('a build that has not ended is made more or less pressing by its workspace alone, and said again the same', async (context) => {
  const gateway = await startGateway(context);
  const { id } = (await post(gateway, { document })).json();
  const change = (payload: object, of: string = id) => gateway.call({ method: 'PATCH', url: `/v1/builds/${of}`, payload });
  const deadline = '2031-01-01T00:00:00Z';
  for (const _ of [1, 2]) {
    const { priority, deadline: due } = (await change({ priority: 'bulk', deadline })).json();
    assert.deepEqual({ priority, due }, { priority: 'bulk', due: deadline });
  }
  assert.equal((await change({ deadline: null })).json().deadline, null);
  for (const payload of [{}, { priority: 'soon' }, { deadline: 'tomorrow' }, { priority: null }])
    assert.equal((await change(payload)).statusCode, 400, JSON.stringify(payload));
  assert.equal((await change({ priority: 'normal' }, '00000000-0000-7000-8000-00000000beef')).statusCode, 404);
  await gateway.call({ method: 'POST', url: `/v1/builds/${id}/cancel` });
  const late = await change({ priority: 'normal' });
  assert.deepEqual([late.statusCode, late.json().code], [409, 'build-finished']);
});
