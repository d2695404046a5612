import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { checkStore } from './check-store.ts';
import { onceItAnswers } from './once-it-answers.ts';

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

test('a folder is held to be the store once its gateway answers and has room, and what that refuses it with is said at once', async (context) => {
  const { folder, root, client } = await scene(context);
  const problems = ['unavailable', 'disk-full'] as const;
  const left = [...problems];
  const told: unknown[] = [];
  const putAsset: Client['putAsset'] = async (upload) => {
    const code = left.shift();
    if (code !== undefined) throw new FilmwrightError(code, 'Not yet.');
    return client.putAsset(upload);
  };
  const waiting = {
    ...{ firstMs: 1, signal: new AbortController().signal },
    log: (_: string, __: string, fields: { readonly problem?: { readonly code: string } } = {}) => void told.push(fields.problem?.code),
  };
  await onceItAnswers(() => checkStore({ folder: root, client: { ...client, putAsset } }), waiting);
  assert.deepEqual(told, problems);
  await assert.rejects(
    onceItAnswers(() => checkStore({ folder: join(folder, 'other'), client }), waiting),
    /no such folder/,
  );
});

test('a folder that is not there, or is that of another store, is refused and not changed', async (context) => {
  const { folder, client } = await scene(context);
  const other = join(folder, 'other');
  await assert.rejects(checkStore({ folder: other, client }), /no such folder.*media of https:\/\/studio\.example/);
  mkdirSync(other);
  await assert.rejects(checkStore({ folder: other, client, withinMs: 60 }), { code: 'request-invalid', message: /not found in it/ });
  assert.deepEqual(readdirSync(other), []);
});
