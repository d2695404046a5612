import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip, frames, heldToWhole, machines, modelOf } from '../testing/held-to-whole.ts';
import { runUpscaleClip } from './upscale-clip.ts';

test('a piece that is made larger is the same to the byte, handed back in the middle or not', async (t) => {
  const payload = { clip, model: await modelOf('real-esrgan-animevideo'), factor: 2, rate: 25, firstFrame: 3, frames };
  const { width } = await heldToWhole(await machines(t, { width: 48 }), { run: runUpscaleClip, payload });
  assert.equal(width, 96);
});
