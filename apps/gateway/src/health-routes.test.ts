import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerOffer } from '@filmwright/contracts';
import { startGateway, type TestGateway } from './testing/start-gateway.ts';

const offer: RunnerOffer = { name: 'test', pid: 1, slots: 1, kinds: ['encode'], toolchain: {}, voices: [], models: [], fonts: [] };
const join = (gateway: TestGateway) => gateway.callAsRunner({ method: 'POST', url: '/v1/runners', payload: offer });

test('ready means a database, a media folder and a runner; each that is missing is named', async (context) => {
  const gateway = await startGateway(context);
  const lonely = await gateway.app.inject({ url: '/readyz' });
  assert.equal(lonely.statusCode, 503);
  assert.match(lonely.json().detail, /runners: no runner/);
  await join(gateway);
  assert.equal((await gateway.app.inject({ url: '/readyz' })).statusCode, 200);
  await rm(gateway.mediaRoot, { recursive: true });
  await writeFile(gateway.mediaRoot, 'a file where the folder was');
  gateway.records.setAnswering(false);
  const broken = (await gateway.app.inject({ url: '/readyz' })).json();
  assert.match(broken.detail, /database: .*media folder: .*runners: /);
  assert.equal((await gateway.app.inject({ url: '/healthz' })).statusCode, 200);
});

test('the work probe orders a film of a new colour and tells how it went', async (context) => {
  const gateway = await startGateway(context);
  const none = await gateway.call({ url: '/workz' });
  assert.equal(none.statusCode, 503);
  assert.match(none.json().detail, /No runner/);

  await join(gateway);
  const probing = gateway.call({ url: '/workz' });
  const [probe] = await untilBuilds(gateway, 1);
  const asset = { digest: `sha256-${'0'.repeat(64)}`, bytes: 1, mediaType: 'video/mp4' };
  gateway.records.change(probe?.id ?? '', {
    state: 'succeeded',
    result: { master: asset, frame: null, vtt: null, srt: null, report: null, issues: [] },
  });
  const report = (await probing).json();
  assert.equal(report.build, probe?.id);
  assert.ok(report.wallMs >= 0);
  assert.match(probe?.title ?? '', /^Work probe [0-9a-f]{6}$/);
  assert.deepEqual((await gateway.call({ url: '/v1/builds?limit=1' })).json(), { builds: [], next: null });
});

test('a work probe that fails or takes too long says why and leaves nothing running', async (context) => {
  const gateway = await startGateway(context, { workProbeMs: 50 });
  await join(gateway);
  const late = await gateway.call({ url: '/workz' });
  assert.equal(late.statusCode, 503);
  assert.match(late.json().detail, /not made within 0.05 s/);
  const [build] = await untilBuilds(gateway, 1);
  assert.equal(build?.state, 'cancelled');
});

test('the schema of the film document is JSON Schema', async (context) => {
  const gateway = await startGateway(context);
  const reply = await gateway.app.inject({ url: '/v1/schema/film.json' });
  assert.match(String(reply.headers['content-type']), /application\/schema\+json/);
  const schema = reply.json();
  assert.match(schema.$schema, /2020-12/);
  assert.deepEqual(schema.required, ['title', 'storyboard']);
});

async function untilBuilds(gateway: TestGateway, count: number) {
  for (;;) {
    const builds = await gateway.records.listBuilds({ workspaceId: '', limit: 10 });
    if (builds.length >= count) return builds;
    await sleep(5);
  }
}
