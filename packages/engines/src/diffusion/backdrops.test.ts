import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shelvedModels } from '../models/model-shelf.ts';
import { diffusionModelOf } from './diffusion-model-of.ts';
import type { GenerateRequest, RgbPicture } from './generate-request.ts';
import { openDiffusionEngine } from './open-diffusion-engine.ts';

const request: GenerateRequest = {
  prompt: 'dark blue and gold waves',
  seed: 5,
  steps: 10,
  guidance: 2.5,
  width: 64,
  height: 64,
  frames: 8,
};

async function open(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-backdrops-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const shelved = (await shelvedModels({ home })).find(({ card }) => card.name === 'backdrops');
  assert.ok(shelved, 'the model of moving backdrops comes with the engine');
  const engine = openDiffusionEngine({ threads: 1, provider: 'cpu' });
  t.after(() => engine.dispose());
  return { home, engine, model: diffusionModelOf(shelved) };
}

/** Mean of each colour, 0..255. */
function meanOf({ rgb }: RgbPicture): readonly [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  rgb.forEach((value, at) => {
    sums[at % 3] = (sums[at % 3] ?? 0) + value;
  });
  const pixels = rgb.length / 3;
  return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
}

function differenceOf(a: RgbPicture, b: RgbPicture): number {
  return a.rgb.reduce((sum, value, at) => sum + Math.abs(value - (b.rgb[at] ?? 0)), 0) / a.rgb.length;
}

test('the model that comes along draws a moving loop whose last frame leads into its first', async (t) => {
  const { engine, model } = await open(t);
  const { frames, notices, stepsRun } = await engine.generate(model, request);
  assert.deepEqual([frames.length, stepsRun, notices], [8, 10, []]);
  const apart = (distance: number): readonly number[] =>
    frames.map((frame, index) => differenceOf(frame, frames[(index + distance) % frames.length] as RgbPicture));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const next = apart(1);
  const told = `frames differ from the next by ${next.map((value) => value.toFixed(1)).join(', ')} of 255`;
  assert.ok(mean(next) > 0.5, `nothing moves: ${told}`);
  assert.ok(mean(next) < mean(apart(4)) * 0.85, `frames do not lead into each other: ${told}, from the fourth by ${mean(apart(4))}`);
  assert.ok((next.at(-1) ?? 0) < mean(next) * 1.7, `the seam of the loop stands out: ${told}`);
});

test('the words decide the colours', async (t) => {
  const { engine, model } = await open(t);
  const still = async (prompt: string) => {
    const { frames } = await engine.generate(model, { ...request, prompt, frames: 1 });
    return meanOf(frames[0] as RgbPicture);
  };
  const [redder, , lessBlue] = await still('red soft gradient');
  const [lessRed, , bluer] = await still('blue soft gradient');
  assert.ok(redder > lessRed + 40 && bluer > lessBlue + 40, `red ${redder} against ${lessRed}, blue ${bluer} against ${lessBlue}`);
  const light = (mean: readonly number[]): number => mean.reduce((sum, value) => sum + value, 0) / 3;
  const [bright, dark] = [light(await still('bright pink smooth colours')), light(await still('dark violet aurora'))];
  assert.ok(bright > dark + 60, `bright ${bright} against dark ${dark}`);
});

test('a clip that is killed in the middle goes on to the same bytes, and a given picture leads the drawing', async (t) => {
  const { engine, model, home } = await open(t);
  const whole = await engine.generate(model, request);
  const checkpointPath = join(home, 'checkpoint');
  const killed = engine.generate(model, request, {
    checkpointPath,
    onStep: ({ step }) => {
      if (step === 4) process.kill(engine.processes()[0]?.pid as number, 'SIGKILL');
    },
  });
  await Promise.allSettled([killed]);
  const resumed = await engine.generate(model, request, { checkpointPath });
  assert.ok(resumed.resumedAtStep >= 4, `resumed at step ${resumed.resumedAtStep}`);
  assert.deepEqual(resumed.frames, whole.frames);
  const initImage = whole.frames[0] as RgbPicture;
  const near = await engine.generate(model, { ...request, seed: 9, frames: 1, initImage, strength: 0.3 });
  const far = await engine.generate(model, { ...request, seed: 9, frames: 1, prompt: 'bright pink bokeh' });
  const [closeBy, away] = [differenceOf(near.frames[0] as RgbPicture, initImage), differenceOf(far.frames[0] as RgbPicture, initImage)];
  assert.ok(closeBy < away / 2, `with the picture ${closeBy}, without ${away}`);
});
