import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Payload } from './task.ts';
import { needsOf } from './task-needs.ts';

const still: Payload<'generate'> = {
  ...{ model: 'ink@1', prompt: 'violet', negativePrompt: null, seed: 3, steps: 6, guidance: 2 },
  ...{ width: 512, height: 512, frames: 1, rate: 4, closing: 'loop', picture: null, strength: 1 },
};
const batchOf = (changes: Partial<Payload<'generate'>>, compute: string) => {
  const { batch, batchMost } = needsOf({
    kind: 'generate',
    payload: { ...still, ...changes },
    estimateMs: 1000,
    toolchain: `onnxruntime 1.27.0 ${compute}`,
  });
  return { batch, most: batchMost };
};

test('stills of one model, size, number of steps and guidance are drawn as one on a GPU, fewer where they are large, and small ones on processors too', () => {
  const gpu = 'cuda sm_90';
  const { batch, most } = batchOf({}, gpu);
  assert.ok(batch);
  assert.equal(most, 4);
  assert.equal(batchOf({ prompt: 'red', negativePrompt: 'dark', seed: 4 }, gpu).batch, batch);
  for (const other of [{ model: 'oil@1' }, { width: 256 }, { steps: 7 }, { guidance: 1 }, { picture: 'sha256-x', strength: 0.5 }])
    assert.notEqual(batchOf(other, gpu).batch, batch, JSON.stringify(other));
  assert.equal(batchOf({ width: 1024, height: 1024 }, gpu).most, 2);
  assert.equal(batchOf({ width: 128, height: 128 }, 'cpu').most, 4);
  const alone = { batch: null, most: 1 };
  for (const [changes, compute] of [
    [{ width: 2048, height: 1024 }, gpu],
    [{ frames: 8 }, gpu],
    [{ width: 256 }, 'cpu'],
    [{ width: 128, height: 128 }, 'tensorrt 10 sm_90'],
  ] as const)
    assert.deepEqual(batchOf(changes, compute), alone, `${JSON.stringify(changes)} ${compute}`);
});

test('a review of a clip has a border behind each look, that of a picture none', () => {
  const bordersMs = (clip: { readonly fps: number; readonly atMs: readonly number[] } | null) =>
    needsOf({ kind: 'review', payload: { model: 'ink@1', media: 'sha256-x', clip }, estimateMs: 900 }).bordersMs;
  assert.deepEqual([bordersMs({ fps: 25, atMs: [0, 1000, 2000] }), bordersMs(null)], [300, null]);
});

test('a piece of a clip has a border behind each of its frames', () => {
  const clip = { clip: 'sha256-x', model: 'ink@1', frames: 50 };
  const pieces = [
    { kind: 'upscale-clip', payload: { ...clip, factor: 2, rate: 25, firstFrame: 0 } },
    { kind: 'interpolate', payload: { ...clip, rate: 25, first: 0, step: 1, parts: 2, fps: 50, shrink: 1 } },
    { kind: 'cutout-clip', payload: { ...clip, rate: 25, firstFrame: 0, crop: null } },
  ] as const;
  for (const piece of pieces) assert.equal(needsOf({ ...piece, estimateMs: 10_000 }).bordersMs, 200, piece.kind);
});
