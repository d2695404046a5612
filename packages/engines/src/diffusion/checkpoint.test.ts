import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkpointKey, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { testRequest } from './test-models.ts';

test('a checkpoint is read as it was written, and one whose step, key or numbers were changed is broken', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'checkpoint');
  assert.equal(await readCheckpoint(path, 'key'), 'none');
  // What a killed process left is overwritten.
  await writeFile(`${path}.part`, 'half');
  const latents = Float32Array.of(1, -2, 3.5);
  await writeCheckpoint(path, { key: 'key', step: 3, latents });
  assert.deepEqual(await readdir(folder), ['checkpoint']);
  assert.deepEqual(await readCheckpoint(path, 'key'), { step: 3, latents });
  assert.equal(await readCheckpoint(path, 'other'), 'other');
  const whole = await readFile(path, 'latin1');
  for (const changed of [whole.replace('"step":3', '"step":7'), whole.replace('"key"', '"kex"'), whole.slice(0, -1), 'null\n', '7\n', '']) {
    await writeFile(path, changed, 'latin1');
    assert.equal(await readCheckpoint(path, 'key'), 'broken', JSON.stringify(changed.slice(0, 60)));
  }
});

test('two drawings of the same, as workspaces of one machine may ask for, write one checkpoint and hinder each other in nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'checkpoint');
  const latents = new Float32Array(5000).fill(0.5);
  const draw = async (): Promise<void> => {
    for (let step = 1; step <= 30; step++) await writeCheckpoint(path, { key: 'key', step, latents });
  };
  await Promise.all([draw(), draw(), draw()]);
  assert.deepEqual(await readCheckpoint(path, 'key'), { step: 30, latents });
  assert.deepEqual(await readdir(folder), ['checkpoint']);
});

test('a checkpoint belongs to one request, one revision and one way to compute', () => {
  const model = { name: 'plain', folder: '/somewhere', revision: 'one' };
  const rgb = new Uint8Array(12);
  const initImage = { width: 2, height: 2, rgb };
  const key = checkpointKey(model, testRequest({ initImage }), [1, ['cpu']]);
  assert.equal(checkpointKey({ ...model, folder: '/elsewhere' }, testRequest({ initImage }), [1, ['cpu']]), key);
  const others = [
    checkpointKey({ ...model, revision: 'two' }, testRequest({ initImage }), [1, ['cpu']]),
    checkpointKey(model, testRequest({ initImage }), [2, ['cpu']]),
    checkpointKey(model, testRequest({ initImage }), [1, ['cuda']]),
    checkpointKey(model, testRequest({ initImage: { ...initImage, rgb: rgb.map(() => 1) } }), [1, ['cpu']]),
    checkpointKey(model, testRequest(), [1, ['cpu']]),
    ...[{ seed: 2 ** 40 }, { strength: 0.5 }, { frames: 2 }, { width: 16, height: 32 }].map((change) =>
      checkpointKey(model, testRequest({ initImage, ...change }), [1, ['cpu']]),
    ),
  ];
  assert.equal(new Set([key, ...others]).size, others.length + 1);
});
