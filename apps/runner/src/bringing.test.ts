import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Client } from '@filmwright/client';
import type { ModelCard } from '@filmwright/contracts';
import { revisionOf } from '@filmwright/engines/models/model-shelf';
import { bringFromPlatform } from './bringing.ts';

const bytes = randomBytes(500);
const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}` as const;
const licence = { name: 'MIT', url: null, attribution: '', summary: 'Free.', commercialUse: 'allowed', mustAccept: false } as const;
const oil: Omit<ModelCard, 'revision'> = {
  ...{ format: 1, name: 'oil', title: 'Oil', capability: 'text-to-image', engine: 'onnx', does: 'Draws.', licence, source: 'file:here' },
  needs: { tiers: [], diskMb: null },
  processing: { type: 'pipeline', pipeline: 'latent-diffusion', settings: {} },
  files: [{ path: 'weights', bytes: bytes.length, digest }],
};

/** A machine of a platform that has one model, with how to let the platform answer. */
async function machine(t: TestContext, wanted: readonly string[]) {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-machine-'));
  const ending = new AbortController();
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const client = {
    platformShelf: () => answered.then(() => ({ models: [{ card: { ...oil, revision: revisionOf(oil) }, accepted: [] }], voices: [] })),
    async *readMedia() {
      yield { bytes, position: 0, restarted: false, totalBytes: bytes.length };
    },
  } as unknown as Client;
  t.after(async () => {
    ending.abort();
    await rm(home, { recursive: true, force: true });
  });
  return { bringing: bringFromPlatform({ wanted, home, client, signal: ending.signal, log: () => {} }), answer };
}

test('what came may still come as far as others know, until the machine was looked at with it', async (t) => {
  const { bringing, answer } = await machine(t, ['oil', 'ink']);
  assert.deepEqual([bringing.names(), bringing.over.aborted, bringing.isUnseen()], [['oil', 'ink'], false, false]);
  answer();
  await once(bringing.over, 'abort');
  assert.deepEqual([bringing.names(), bringing.isUnseen()], [['oil', 'ink'], true]);
  bringing.look();
  assert.deepEqual([bringing.names(), bringing.isUnseen()], [[], false]);
});

test('a machine for which nothing came needs no other look, and one that is told to bring nothing never waits', async (t) => {
  const { bringing, answer } = await machine(t, ['ink']);
  answer();
  await once(bringing.over, 'abort');
  assert.deepEqual([bringing.names(), bringing.isUnseen()], [[], false]);
  const none = await machine(t, []);
  assert.deepEqual([none.bringing.names(), none.bringing.over.aborted, none.bringing.isUnseen()], [[], false, false]);
});
