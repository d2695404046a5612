import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCutoutClip } from '../../apps/runner/src/kinds/cutout-clip.ts';
import { runInterpolate } from '../../apps/runner/src/kinds/interpolate.ts';
import { clip, frames, heldToWhole, machines, modelOf } from '../../apps/runner/src/testing/held-to-whole.ts';

test('a piece with frames between is the same to the byte, handed back in the middle or not, with its cut', async (t) => {
  const graph = "negate=enable='gte(n,12)'";
  const payload = { clip, model: await modelOf('rife-4.6'), rate: 25, first: 22, step: 1, parts: 2, frames, fps: 50, shrink: 1 };
  const { drawn, cuts } = await heldToWhole(await machines(t, { width: 96, graph }), { run: runInterpolate, payload });
  assert.deepEqual([drawn, cuts], [2, 1]);
});

test('what is cut out of a piece is the same to the byte, handed back in the middle or not, with how its edges flicker', async (t) => {
  const payload = { clip, model: await modelOf('selfie-segmentation'), rate: 25, firstFrame: 6, frames, crop: null };
  const { found, flicker } = await heldToWhole(await machines(t, { width: 320, graph: 'noise=alls=24:allf=t' }), {
    run: runCutoutClip,
    payload,
  });
  assert.equal(found, frames);
  assert.ok((flicker?.pixels ?? 0) > 0);
});
