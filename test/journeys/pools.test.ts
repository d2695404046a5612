import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient, hasEnded } from '@filmwright/client';
import { machineServiceOfTest } from './machine-service.ts';
import { killHard, platformOfTest, processesOf } from './platform-home.ts';
import { freePort } from './role-processes.ts';

const maximum = 3;
const idleMs = 3000;
const port = await freePort();
const service = await machineServiceOfTest();
const platform = platformOfTest('--port', String(port), '--public-url', `http://127.0.0.1:${port}`);
const sizes = { idleMs, startMs: 1000, targetMs: 1000 };
const pools = [
  { name: 'desk', maximum, ...sizes },
  { name: 'cloud', maximum: 1, costPerHour: 1, ...sizes, provisioner: { type: 'http', url: service.url } },
];
writeFileSync(join(platform.home, 'pools.yaml'), JSON.stringify({ pools }));

const runners = () => processesOf(platform.home).filter(({ role }) => role === 'runner');
const controllers = () => processesOf(platform.home).filter(({ role }) => role === 'controller');

/** Waits, however busy the machine is: a runner that joins probes all that it has. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2400) throw new Error(`waited too long until ${what}`);
    await sleep(50);
  }
}

async function open(): Promise<Client> {
  return createClient(await platform.open());
}

/** Films of one frame each, all different. */
function burst(client: Client, name: string): Promise<readonly string[]> {
  const documents = Array.from({ length: 6 }, (_, index) => ({
    title: `${name} ${index}`,
    format: { resolution: '720p', fps: 25 },
    storyboard: [{ length: '2s', visual: { backdrop: 'waves' }, text: { style: 'title', text: `${name} ${index}` } }],
  }));
  return Promise.all(documents.map(async (document) => (await client.createBuild({ document, purpose: 'frame', atMs: 500 })).id));
}

async function made(client: Client, ids: readonly string[]): Promise<void> {
  for (const id of ids)
    for await (const now of client.followBuild({ id }))
      if (hasEnded(now)) assert.equal(now.state, 'succeeded', JSON.stringify(now.problem));
}

test('a burst of films makes runners appear, up to the maximum of their pool, and they go when they are idle', async () => {
  const client = await open();
  assert.equal(runners().length, 0);
  service.failNext(2);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, runners().length);
  }, 50);
  try {
    // However quick the machine is: films come until the pool is full and the service, which fails at first, has given its machine.
    const ids = [...(await burst(client, 'First'))];
    for (let more = 1; most < maximum || service.given() === 0; more++) {
      assert.ok(more <= 120, `after ${more} bursts ${most} runners were there at most, and ${service.given()} came from the service`);
      await sleep(500);
      if (more % 4 === 0) ids.push(...(await burst(client, `More ${more}`)));
    }
    await made(client, ids);
    await until(() => runners().length === 0, 'idle machines are gone');
  } finally {
    clearInterval(watch);
  }
  assert.equal(most, maximum);
  // What was too much for the cheaper pool came from the service, once, though it said that it had failed.
  await until(() => service.machines().length === 0, 'the machine of the service is gone');
  assert.equal(service.given(), 1);
});

test('kill -9 of the controller while machines come leaves nobody whom the next one does not know', async () => {
  const client = await open();
  const ids = await burst(client, 'Second');
  await until(() => runners().length > 0, 'a machine is on its way');
  const before = new Set(runners().map(({ pid }) => pid));
  for (const { pid } of controllers()) killHard(pid);
  await until(() => runners().every(({ pid }) => !before.has(pid)), 'machines end with the controller that held them');
  await made(client, ids);
  assert.ok(runners().length <= maximum);
  await until(() => runners().length === 0, 'idle machines are gone');
  await until(() => service.machines().length === 0, 'the machine of the service is gone');
  await sleep(1500);
  assert.deepEqual([runners().length, service.machines().length], [0, 0]);
  assert.ok((await client.listVoices()).length > 0, 'what they can do is known while none of them is there');
});
