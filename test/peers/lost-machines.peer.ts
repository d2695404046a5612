import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, hasEnded } from '@filmwright/client';
import type { Build } from '@filmwright/contracts';
import { machineServiceOfTest } from '../journeys/machine-service.ts';
import { platformOfTest } from '../journeys/platform-home.ts';
import { freePort } from '../journeys/role-processes.ts';
import { openWithModel } from '../journeys/shelve-model.ts';

const [port, between] = [await freePort(), await freePort()];

/** The way of machines to the platform: all but weights, which never arrive. */
const proxy = createServer((request, response) => {
  if (request.url?.startsWith('/v1/shelf/')) return;
  const { method, url: path, headers } = request;
  const onward = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  response.once('close', () => onward.destroy());
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});
proxy.listen(between, '127.0.0.1');
after(() => {
  proxy.closeAllConnections();
  proxy.close();
});

const service = await machineServiceOfTest();
const platform = platformOfTest('--port', String(port), '--public-url', `http://127.0.0.1:${between}`);
const provisioner = { type: 'http', url: service.url };
const pools = [
  { name: 'plain', minimum: 1, maximum: 1, provisioner },
  { name: 'fleeting', maximum: 2, costPerHour: 1, models: ['oil'], provisioner },
];
writeFileSync(join(platform.home, 'pools.yaml'), JSON.stringify({ pools }));

let client: Client;
before(async () => {
  client = await openWithModel(platform, 'oil');
});

const ordered = async (): Promise<string> => {
  const visual = { generate: { prompt: 'gold waves', model: 'oil', seed: 1, steps: 2, guidance: 1 } };
  const document = { title: 'Drawn', format: { resolution: '720p', fps: 25 }, storyboard: [{ length: '1s', visual }] };
  return (await client.createBuild({ document, purpose: 'frame', atMs: 200 })).id;
};

/** The build once it has ended, or waits for what `wait` says. */
async function until(id: string, wait: RegExp): Promise<Build> {
  for (;;) {
    const now = (await client.getBuild(id)) as Build;
    if (hasEnded(now) || wait.test(now.waits ?? '')) return now;
    await sleep(50);
  }
}

test('a film whose pool brings a machine that is taken away again and again under its id is told so, ends in the end and pays nothing', async () => {
  const id = await ordered();
  const fleeting = (): readonly string[] => service.asked().filter((one) => one.includes('-fleeting-'));
  for (const wait of [/is fetching oil: /, /oil anew, since it was lost once /, /oil anew, since it was lost 2 times /]) {
    const { state, waits, problem } = await until(id, wait);
    assert.match(waits ?? '', wait, `${state} ${JSON.stringify(problem)}`);
    service.take(fleeting()[0] ?? assert.fail());
  }
  const end = await until(id, /never/);
  assert.deepEqual([end.state, end.problem?.code], ['failed', 'model-unavailable']);
  assert.match(end.problem?.issues?.[0]?.message ?? '', /pool fleeting are to bring it, but each that came was gone before it had fetched/);
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  const { spend } = await client.buildCourse(id);
  assert.deepEqual([spend.estimate, spend.held, spend.settled], [null, none, none]);
  // The third may be given up before its service brings it again.
  const asked = fleeting().length;
  assert.ok(asked === 3 || asked === 4, `${asked} machines`);
  assert.equal(new Set(fleeting()).size, 1);

  const again = await until(await ordered(), /never/);
  assert.deepEqual([again.state, fleeting().length], ['failed', asked], 'no other is asked for');
});
