import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, hasEnded } from '@filmwright/client';
import type { Build } from '@filmwright/contracts';
import { machineServiceOfTest } from './machine-service.ts';
import { platformOfTest } from './platform-home.ts';
import { freePort } from './role-processes.ts';
import { openWithModel } from './shelve-model.ts';

const port = await freePort();
const service = await machineServiceOfTest();
const platform = platformOfTest('--port', String(port), '--public-url', `http://127.0.0.1:${port}`);
const provisioner = { type: 'http', url: service.url };
const pools = [
  { name: 'plain', minimum: 1, maximum: 1, provisioner },
  // However late others are, what these are for is not asked of them before a film waits for them.
  { name: 'art', maximum: 2, costPerHour: 1, models: ['oil'], capabilities: ['generate'], provisioner },
  { name: 'tales', maximum: 2, costPerHour: 2, models: ['later'], capabilities: ['speak'], provisioner },
  { name: 'spare', maximum: 2, models: ['other'], provisioner },
];
writeFileSync(join(platform.home, 'pools.yaml'), JSON.stringify({ pools }));

let client: Client;
before(async () => {
  client = await openWithModel(platform, 'oil');
});

type Followed = { readonly end: Build; readonly waits: ReadonlySet<string> };

/** Makes a frame of a film, and says what it was told to wait for. */
async function made(title: string, shot: object): Promise<Followed> {
  const document = {
    title,
    format: { resolution: '720p', fps: 25 },
    captions: false,
    storyboard: [{ length: '1s', visual: { backdrop: 'waves' }, ...shot }],
  };
  const { id } = await client.createBuild({ document, purpose: 'frame', atMs: 200 });
  const waits = new Set<string>();
  for (;;) {
    const now = (await client.getBuild(id)) as Build;
    if (now.waits !== undefined) waits.add(now.waits);
    if (hasEnded(now)) return { end: now, waits };
    await sleep(50);
  }
}

const drawnBy = (model: string) => ({ visual: { generate: { prompt: 'gold waves', model, seed: 1, steps: 2, guidance: 1 } } });
const spokenBy = (voice: string) => ({ narration: [{ say: 'Hello.', voice }] });
const given = (): readonly number[] =>
  ['art', 'tales', 'spare'].map((pool) => service.asked().filter((id) => id.includes(`-${pool}-`)).length);
let never: Promise<Followed> | null = null;

test('a film waits while a pool of which no machine was ever there brings one, which fetches the model that it names, and is made', async () => {
  const plain = await made('Plain', {});
  assert.equal(plain.end.state, 'succeeded', JSON.stringify(plain.end.problem));
  assert.deepEqual(given(), [0, 0, 0], 'nobody asked for what they may bring');

  // Machines of two pools come at once, which takes less time than one after the other.
  never = made('Never', spokenBy('later'));
  const { end, waits } = await made('Drawn', drawnBy('oil'));
  assert.equal(end.state, 'succeeded', JSON.stringify(end.problem));
  assert.match([...waits].join('\n'), /Nobody who is there has oil: the film waits for the pool art to bring a machine with it/);
  assert.deepEqual(given(), [1, 1, 0]);
});

test('a film whose pool brings a machine without the model ends with what to do, pays nothing, and none is brought again for the next', async () => {
  const { end, waits } = await (never ?? made('Never', spokenBy('later')));
  assert.match([...waits].join('\n'), /waits for the pool tales to bring a machine with it/);
  assert.equal(end.state, 'failed');
  assert.equal(end.problem?.code, 'voice-unknown');
  const [issue] = end.problem?.issues ?? [];
  assert.match(
    issue?.message ?? '',
    /"later", which is not installed.*Machines of the pool tales are to bring it, but the newest did not offer it/,
  );
  assert.match(issue?.next ?? '', /filmwright models list/);
  const { spend } = await client.buildCourse(end.id);
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  assert.deepEqual([spend.estimate, spend.held, spend.settled], [null, none, none]);

  const again = await made('Never again', spokenBy('later'));
  assert.deepEqual([again.end.state, given()[1]], ['failed', 1]);
});
