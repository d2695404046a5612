import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openHotCache } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import { remoteMedia } from './task-media.ts';

test('what a task made is sent whole, whatever becomes of cached files meanwhile, and is cached then', async (context) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-media-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const root = join(home, 'cache');
  const cache = await openHotCache({ root, maxBytes: 1e6, source: () => assert.fail('it is there already') });
  context.after(() => cache.close());
  const arrived: string[] = [];
  const resumeUpload: Client['resumeUpload'] = async ({ digest, bytes, mediaType, open }) => {
    for (const name of await readdir(join(root, 'files'), { recursive: true }))
      if (name.includes('sha256-')) await writeFile(join(root, 'files', name), 'spoilt');
    const hash = createHash('sha256');
    for await (const piece of open(0)) hash.update(piece);
    arrived.push(`sha256-${hash.digest('hex')}`);
    return { digest, bytes, mediaType };
  };
  const media = remoteMedia({ client: { resumeUpload } as Client, cache, heard: { moved: () => {} } }).open(() => {});
  const path = join(home, 'made.mp4');
  await writeFile(path, 'what was made');
  const { digest } = await media.store({ path, mediaType: 'video/mp4' });
  assert.deepEqual(arrived, [digest]);
  assert.equal(await readFile(await media.pathOf(digest), 'utf8'), 'what was made');
  await assert.rejects(readFile(path), { code: 'ENOENT' });
  await media.release();
});
