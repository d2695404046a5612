import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import { type RunnerOffer, type Task, taskKinds } from '@filmwright/contracts';
import { readMetrics } from '@filmwright/process/testing';
import { runnerToken, startGateway, userToken } from './testing/start-gateway.ts';

const offer: RunnerOffer = {
  name: 'test',
  pid: 1,
  slots: 2,
  kinds: ['subtitles'],
  toolchain: {},
  voices: [
    { id: 'b', language: 'en', natural: true, licence: 'MIT', engine: 'test', revision: '1' },
    { id: 'a', language: 'de', natural: false, licence: 'MIT', engine: 'test', revision: '1' },
  ],
  models: [],
  fonts: [],
};
const task: Task = {
  key: `sha256-${'1'.repeat(64)}`,
  kind: 'subtitles',
  version: 1,
  toolchain: '',
  payload: { cues: [], language: 'en' },
  estimateMs: 5,
  rank: 0,
  inputs: [],
};
const output = { key: task.key, output: {}, assets: [], wallMs: 3, cpuMs: 2 };

test('a runner of a later version joins an earlier gateway, which leaves out what it does not know and tells it which kinds', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  const later = {
    ...offer,
    kinds: ['subtitles', 'hologram'],
    versions: { subtitles: taskKinds.subtitles.version, hologram: 3 },
    toolchain: { mix: 'ffmpeg 9', hologram: 'laser 1' },
    modelsFor: { hologram: ['light@1'], matting: ['one@2'] },
    figures: [{ name: 'one@2', luckMs: 7 }],
    devices: [{ shape: 'cube' }],
    colour: 'blue',
  };
  const { runnerId, refused } = await client.joinRunner(later as unknown as RunnerOffer);
  assert.deepEqual(refused, [{ kind: 'hologram', found: 3, wanted: null }]);
  const joined = (await gateway.records.runners()).find((one) => one.runnerId === runnerId);
  assert.deepEqual(
    [joined?.kinds, joined?.toolchain, Object.keys(joined?.modelsFor ?? {}), joined?.figures, joined?.devices],
    [['subtitles'], { mix: 'ffmpeg 9' }, ['matting'], [], []],
  );
  await assert.rejects(client.joinRunner({ ...later, slots: 0 } as unknown as RunnerOffer), { code: 'request-invalid' });
});

test('a runner joins no pool that no token can name', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  await assert.rejects(client.joinRunner({ ...offer, pool: 'GPU Pool!' }), {
    code: 'request-invalid',
    message: /pool: wanted small letters, digits and dashes.*found "GPU Pool!"/,
  });
  await client.joinRunner({ ...offer, pool: 'gpu-7' });
  assert.deepEqual(
    (await gateway.records.runners()).map(({ pool }) => pool),
    ['gpu-7'],
  );
});

test('a runner joins, waits, gets a task the moment it is ready, renews and completes it', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  const { runnerId, leaseMs } = await client.joinRunner(offer);
  assert.equal(leaseMs, 20_000);
  assert.deepEqual(await client.leaseTasks({ runnerId, max: 5, waitMs: 0 }), []);
  const waiting = client.leaseTasks({ runnerId, max: 5, waitMs: 20_000 });
  while (gateway.records.asked.leases < 2) await sleep(5);
  gateway.records.addReady(task);
  const [lease] = await waiting;
  assert.deepEqual(lease?.task, task);
  const { fence } = lease ?? { fence: -1 };
  assert.deepEqual(
    await client.heartbeat({
      runnerId,
      leases: [
        { key: task.key, fence, percent: 50 },
        { key: 'other', fence: 1, percent: 0 },
      ],
    }),
    { stale: ['other'], back: [] },
  );
  await assert.rejects(client.completeTask({ runnerId, fence: fence + 1, ...output }), { code: 'lease-stale' });
  await client.completeTask({ runnerId, fence, ...output, loadMs: 2500 });
  const { sum } = readMetrics((await gateway.call({ url: '/metrics' })).body);
  assert.deepEqual([sum('filmwright_model_loads_total'), sum('filmwright_model_load_seconds_total')], [1, 2.5]);
  assert.deepEqual(
    [sum('filmwright_spend_credits_total', { workspace: 'default' }), sum('filmwright_spend_slot_seconds_total')],
    [0.02, 1],
  );
  assert.deepEqual(gateway.records.completed, [{ key: task.key, runnerId }]);
  await assert.rejects(
    client.failTask({
      runnerId,
      key: task.key,
      fence,
      problem: { type: 'x', title: 'x', status: 500, code: 'task-failed', detail: 'x', retryable: true },
    }),
    { code: 'lease-stale' },
  );

  const user = createClient({ url: client.url, token: userToken });
  assert.deepEqual(
    (await user.listVoices()).map((voice) => voice.id),
    ['a', 'b'],
  );
  await client.leaveRunner(runnerId);
  assert.deepEqual(await user.listVoices(), []);
  assert.deepEqual(await user.listModels(), []);
  await assert.rejects(client.heartbeat({ runnerId, leases: [] }), { code: 'not-found' });
});

test('models that films may name are listed by what they are for, those that cut out among them, whichever runners offer them', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  const drawn = { width: 8, height: 8, multipleOf: 8, frames: 1, rate: 1, loops: false, steps: 1, guidance: 1, stepMs: null };
  const generators = [{ ...drawn, ref: 'waves@1', capabilities: ['text-to-image', 'image-to-image'] as const }];
  await client.joinRunner({ ...offer, models: ['isnet@1', 'people@1'], modelsFor: { upscaling: ['sharp@1'] } });
  await client.joinRunner({ ...offer, name: 'other', models: ['people@1'], generators });
  const user = createClient({ url: client.url, token: userToken });
  assert.deepEqual(
    (await user.listModels()).map(({ capability, ref }) => `${capability} ${ref}`),
    ['image-to-image waves@1', 'matting isnet@1', 'matting people@1', 'text-to-image waves@1', 'upscaling sharp@1'],
  );
});

test('a runner that hangs up while it waits is given nothing', async (context) => {
  const gateway = await startGateway(context);
  let closed = 0;
  gateway.app.server.on('connection', (socket) => socket.once('close', () => closed++));
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  const { runnerId } = await client.joinRunner(offer);
  const leave = new AbortController();
  const waiting = client.leaseTasks({ runnerId, max: 1, waitMs: 20_000, signal: leave.signal });
  while (gateway.records.asked.leases < 1) await sleep(5);
  leave.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  while (closed < 1) await sleep(5);
  gateway.records.addReady(task);
  assert.equal((await client.leaseTasks({ runnerId, max: 1, waitMs: 0 })).length, 1);
});

test('what is no offer, lease request or completion is refused with every path', async (context) => {
  const gateway = await startGateway(context);
  const join = await gateway.callAsRunner({ method: 'POST', url: '/v1/runners', payload: { ...offer, slots: 0, kinds: ['paint'] } });
  assert.equal(join.statusCode, 400);
  assert.deepEqual(
    join
      .json()
      .issues.map((issue: { path: string }) => issue.path)
      .sort(),
    ['kinds[0]', 'slots'],
  );
  const { runnerId } = (await gateway.callAsRunner({ method: 'POST', url: '/v1/runners', payload: offer })).json();
  for (const [rest, payload] of [
    ['lease', { max: 0, waitMs: 0 }],
    ['lease', { max: 1, waitMs: 60_000 }],
    ['complete', {}],
    ['fail', { key: 'x', fence: 1 }],
  ] as const) {
    assert.equal((await gateway.callAsRunner({ method: 'POST', url: `/v1/runners/${runnerId}/${rest}`, payload })).statusCode, 400, rest);
  }
});

test('whoever runs the platform lets a runner drain by its name or id, and it is told so with its heartbeat', async (context) => {
  const gateway = await startGateway(context);
  const url = await gateway.listen();
  const [runner, user] = [createClient({ url, token: runnerToken }), createClient({ url, token: userToken })];
  const { runnerId } = await runner.joinRunner({ ...offer, name: 'box/a b' });
  assert.deepEqual(await runner.heartbeat({ runnerId, leases: [] }), { stale: [], back: [] });
  await assert.rejects(user.drainRunner('nobody'), { code: 'not-found', message: /no runner "nobody"; there are "box\/a b"/ });
  await assert.rejects(runner.drainRunner(runnerId), { code: 'unauthorized' });
  await assert.rejects(user.wakeRunner('nobody'), { code: 'not-found' });
  await assert.rejects(runner.wakeRunner(runnerId), { code: 'unauthorized' });
  await user.wakeRunner('box/a b');
  await user.drainRunner('box/a b');
  await user.drainRunner(runnerId);
  const told = async (): Promise<boolean> => (await runner.heartbeat({ runnerId, leases: [] })).drain === true;
  while (!(await told())) await sleep(50);
});

test('a runner is told once, with its heartbeat, what it may fetch and which weights it may read', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: runnerToken });
  const { runnerId } = await client.joinRunner({ ...offer, readsWeights: true });
  const file = { digest: `sha256-${'2'.repeat(64)}`, bytes: 7 };
  const hear = (hint: { readonly files: readonly (typeof file)[]; readonly models?: readonly string[] }): void => {
    for (const listener of gateway.records.listeners) listener({ type: 'ahead', runnerId, ...hint });
  };
  hear({ files: [file] });
  hear({ files: [], models: ['model m'] });
  const told = { stale: [], back: [], ahead: [file], aheadModels: ['model m'] };
  assert.deepEqual(await client.heartbeat({ runnerId, leases: [] }), told);
  assert.deepEqual(await client.heartbeat({ runnerId, leases: [] }), { stale: [], back: [] });
});
