import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient, hasEnded } from '@filmwright/client';
import { type Build, type FilmDocument, mostPreviewBytes } from '@filmwright/contracts';
import { diffusionModelOf } from '@filmwright/engines/diffusion/diffusion-model-of';
import { openDiffusionEngine } from '@filmwright/engines/diffusion/open-diffusion-engine';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { encodePng } from '@filmwright/engines/onnx/png';
import { killHard, platformOfTest, processesOf, until } from './platform-home.ts';

const { home, open } = platformOfTest();
let client: Client;
before(async () => {
  client = createClient(await open());
});

const steps = 12;
const prompts = ['dark violet aurora', 'gold waves', 'teal bokeh'];
const shot = (prompt: string) => ({
  length: '500ms',
  visual: { generate: { prompt, seed: 8, steps, guidance: 1 } },
});
const film: FilmDocument = {
  title: 'Three that are drawn',
  format: { resolution: '720p', fps: 25 },
  captions: false,
  storyboard: prompts.map(shot),
};

/** The processes that hold a model for this platform: children of its executors, which know nothing of its home. */
function engines(): readonly number[] {
  return processesOf(home)
    .flatMap(({ pid }) => textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number))
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).includes('diffusion-child'));
}

/** A file of the system, empty where what it tells of is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until a drawing is in its middle: a checkpoint of some step lies there. */
async function inMiddle(): Promise<void> {
  const folder = join(home, 'checkpoints');
  const stepIn = (name: string): number => {
    try {
      const text = readFileSync(join(folder, name), 'latin1');
      return Number(JSON.parse(text.slice(0, text.indexOf('\n'))).step);
    } catch {
      return 0;
    }
  };
  await until(
    () => existsSync(folder) && readdirSync(folder).some((name) => stepIn(name) >= 3 && stepIn(name) < steps - 2),
    'a step is done',
  );
}

/** Sides of a JPEG, as its first start of a frame tells. */
function jpegSize(bytes: Buffer): { readonly width: number; readonly height: number } {
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2))
    if (((bytes[at + 1] ?? 0) & 0xfc) === 0xc0) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
}

/** The pictures that an engine draws whom nobody disturbs, as their digests. */
async function undisturbed(prompts: readonly string[]): Promise<readonly string[]> {
  const engine = openDiffusionEngine();
  const digests: string[] = [];
  try {
    const model = diffusionModelOf(await installedModel({ name: 'backdrops', home }));
    for (const prompt of prompts) {
      const request = { prompt, seed: 8, steps, guidance: 1, width: 112, height: 64, frames: 8 };
      const middle = (await engine.generate(model, request)).frames[4];
      assert.ok(middle);
      const rgba = new Uint8Array(middle.width * middle.height * 4).fill(255);
      for (let at = 0; at < rgba.length / 4; at++) rgba.set(middle.rgb.subarray(at * 3, at * 3 + 3), at * 4);
      const png = await encodePng({ ...middle, rgba });
      digests.push(`sha256-${createHash('sha256').update(png).digest('hex')}`);
    }
  } finally {
    await engine.dispose();
  }
  return digests;
}

test('a film of three drawn shots is cancelled in the middle of a step, made again with its engine killed, and drawn as if nothing had happened', async (t) => {
  const first = await client.createBuild({ document: film, purpose: 'preview' });
  await inMiddle();
  const drawing = engines();
  assert.ok(drawing.length > 0);
  const atMs = performance.now();
  assert.equal((await client.cancelBuild(first.id)).state, 'cancelled');
  await until(() => drawing.every((pid) => textOf(`/proc/${pid}/cmdline`) === ''), 'what was drawing has ended');
  t.diagnostic(`the slots were free ${Math.round(performance.now() - atMs)} ms after the film was cancelled`);

  let made: Build = await client.createBuild({ document: film, purpose: 'preview' });
  await until(() => engines().length > 0, 'it is drawn again');
  await inMiddle();
  for (const pid of engines()) killHard(pid);
  for await (const step of client.followBuild({ id: made.id })) made = step;
  assert.ok(hasEnded(made));
  assert.equal(made.state, 'succeeded', made.problem?.detail);
  const shots = await client.buildShots(made.id);
  const stills = shots?.shots.map(({ takes = [] }) => takes.map(({ take, seed, state, still }) => [take, seed, state, still]));
  const drawn = await undisturbed(prompts);
  assert.deepEqual(
    stills,
    drawn.map((digest) => [[1, 8, 'done', digest]]),
  );
  assert.deepEqual(readdirSync(join(home, 'checkpoints')), [], 'no checkpoint is left');
});

// Behind the other: a drawing that is cancelled leaves a checkpoint.
test('while a shot is drawn its newest picture can be looked at', async () => {
  const [one] = film.storyboard;
  const endless = { ...film, storyboard: [{ ...one, visual: { generate: { prompt: 'teal waves', steps: 200, guidance: 2 } } }] };
  const { id } = await client.createBuild({ document: endless as FilmDocument, purpose: 'preview' });
  let preview: string | null | undefined;
  while (!preview) {
    assert.ok(!hasEnded((await client.getBuild(id)) as Build), 'it is still drawn');
    preview = (await client.buildShots(id))?.shots[0]?.takes?.[0]?.preview;
    await sleep(200);
  }
  const { url, token } = await open();
  const reply = await fetch(`${url}${preview}`, { headers: { authorization: `Bearer ${token}` } });
  const picture = Buffer.from(await reply.arrayBuffer());
  assert.deepEqual([reply.status, reply.headers.get('content-type')], [200, 'image/jpeg']);
  assert.ok(picture.length > 500 && picture.length <= mostPreviewBytes, `${picture.length} bytes`);
  assert.deepEqual(jpegSize(picture), { width: 112, height: 64 });
  await client.cancelBuild(id);
});
