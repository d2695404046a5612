import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Source } from '@filmwright/contracts';
import { createPictureCache } from './picture-cache.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-prepared-'));
after(() => rm(folder, { recursive: true, force: true }));

const source = (width: number): Source => ({ type: 'backdrop', design: 'plain', colors: ['#ffffff'], width, height: 10 });
const picture = (value: number) => ({
  format: 'rgba-opaque' as const,
  width: 10,
  height: 10,
  bytes: new Uint8Array(400).fill(value),
  x: -3,
  y: 7,
});
const never = async (): Promise<never> => assert.fail('made again');

test('a picture is prepared once, also for another process that shares the folder', async () => {
  const options = { maxBytes: 10_000, shared: { folder: join(folder, 'a'), maxBytes: 100_000 } };
  await createPictureCache(options).get(source(10), async () => picture(9));
  const found = await createPictureCache(options).get(source(10), never);
  assert.deepEqual({ ...found, bytes: [...found.bytes] }, { ...picture(9), bytes: [...picture(9).bytes] });
});

test('memory and folder stay within their bytes', async () => {
  const shared = { folder: join(folder, 'b'), maxBytes: 2000 };
  const cache = createPictureCache({ maxBytes: 800, shared });
  for (let width = 1; width <= 6; width++) await cache.get(source(width), async () => picture(width));
  assert.ok((await readdir(shared.folder)).length <= 3);
  await cache.get(source(6), never);
});
