import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import { checkStore } from './check-store.ts';

/** A gateway over a store of its own; what it is asked about last is kept. */
async function scene(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-store-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const root = join(folder, 'media');
  const blobs = await openFolderBlobs({ root });
  const asked: boolean[] = [];
  const client: Pick<Client, 'putAsset' | 'headAsset' | 'url'> = {
    url: 'https://studio.example',
    putAsset: async ({ digest, mediaType, open }) =>
      blobs.putStream({ stream: Readable.from([await open()]), mediaType, expect: digest as `sha256-${string}` }),
    headAsset: async (digest) => {
      asked.push(await blobs.has(digest as `sha256-${string}`));
      return null;
    },
  };
  return { folder, root, client, asked };
}

test("the gateway's own folder is known by what is sent to it, and nothing of that is left", async (context) => {
  const { root, client, asked } = await scene(context);
  await checkStore({ folder: root, client });
  assert.deepEqual(asked, [false], 'the gateway is asked for what is gone, and so forgets it');
});

test('a folder that is not there, or is that of another store, is refused and not changed', async (context) => {
  const { folder, client } = await scene(context);
  const other = join(folder, 'other');
  await assert.rejects(checkStore({ folder: other, client }), /no such folder.*media of https:\/\/studio\.example/);
  mkdirSync(other);
  await assert.rejects(checkStore({ folder: other, client, withinMs: 60 }), { code: 'request-invalid', message: /not found in it/ });
  assert.deepEqual(readdirSync(other), []);
});
