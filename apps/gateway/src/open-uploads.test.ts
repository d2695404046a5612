import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { type Asset, FilmwrightError } from '@filmwright/contracts';
import { openUploads } from './open-uploads.ts';

async function open(context: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-uploads-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const root = join(home, 'uploads');
  const noted: Asset[] = [];
  const note = async (asset: Asset) => void noted.push(asset);
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  return { root, noted, uploads: await openUploads({ root, blobs, keepMs: 60_000, note }) };
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

test('of many senders that go on with one upload at once one writes at a time, and the bytes are whole', async (context) => {
  const { uploads, noted } = await open(context);
  const { id } = await uploads.create({ name: 'a', mediaType: 'text/plain', bytes: 6 });
  const append = (offset: number) => uploads.append({ id, offset, bytes: pieces('ab', 'cd', 'ef'), cut: () => {} });
  const outcomes = await Promise.allSettled([append(0), append(0), append(0)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  const whole = await uploads.find(id);
  assert.ok(whole);
  assert.equal(whole.received, 6);
  const finished = await Promise.all([uploads.finish(whole), uploads.finish(whole), uploads.finish(whole)]);
  const digest = `sha256-${createHash('sha256').update('abcdef').digest('hex')}`;
  assert.deepEqual(
    finished.map(({ asset }) => asset),
    [digest, digest, digest],
  );
  assert.deepEqual(
    noted.map(({ bytes, mediaType }) => [bytes, mediaType]),
    [[6, 'text/plain']],
  );
});

test('an upload that nobody goes on with expires, whole files and half ones', async (context) => {
  const { uploads, root } = await open(context);
  const old = await uploads.create({ name: 'old', mediaType: 'text/plain', bytes: 6 });
  const fresh = await uploads.create({ name: 'fresh', mediaType: 'text/plain', bytes: 6 });
  const before = new Date(Date.now() - 61_000);
  for (const file of await readdir(root)) if (file.startsWith(old.id)) await utimes(join(root, file), before, before);
  assert.equal(await uploads.find(old.id), null);
  await uploads.removeExpired();
  assert.ok((await readdir(root)).every((file) => file.startsWith(fresh.id)));
  assert.equal((await uploads.find(fresh.id))?.name, 'fresh');
});

test('an upload for which the disk has no room is refused at once, with what is there and what is wanted', async (context) => {
  const { uploads } = await open(context);
  await assert.rejects(
    uploads.create({ name: 'huge', mediaType: 'video/mp4', bytes: 2 ** 52 }),
    (error) => error instanceof FilmwrightError && error.code === 'disk-full' && error.message.includes(String(2 ** 52)),
  );
});

test('an upload is there only for the workspace that began it', async (context) => {
  const { uploads } = await open(context);
  const workspaceId = '00000000-0000-7000-8000-000000000002';
  const { id } = await uploads.create({ name: 'a', mediaType: 'text/plain', bytes: 2, workspaceId });
  assert.equal(await uploads.find(id), null);
  await assert.rejects(uploads.append({ id, offset: 0, bytes: pieces('ab'), cut: () => {} }), /no upload/);
  assert.equal((await uploads.append({ id, workspaceId, offset: 0, bytes: pieces('ab'), cut: () => {} })).received, 2);
  assert.equal((await uploads.find(id, workspaceId))?.received, 2);
});

test('an upload that is just taken into the store is whole for whoever asks meanwhile, and is taken once', async (context) => {
  const { uploads, noted } = await open(context);
  const { id } = await uploads.create({ name: 'a', mediaType: 'text/plain', bytes: 2 });
  const state = await uploads.append({ id, offset: 0, bytes: pieces('ab'), cut: () => {} });
  const finished = uploads.finish(state);
  const asked = await uploads.find(id);
  assert.deepEqual([asked?.received, asked?.asset], [2, (await finished).asset]);
  assert.equal((await uploads.finish(state)).asset, asked?.asset);
  assert.equal((await uploads.append({ id, offset: 2, bytes: pieces(), cut: () => {} })).asset, asked?.asset);
  assert.equal(noted.length, 1);
});

test('a note that a power cut left empty is no upload and keeps no other from expiring', async (context) => {
  const { uploads, root } = await open(context);
  const { id } = await uploads.create({ name: 'a', mediaType: 'text/plain', bytes: 2 });
  await writeFile(join(root, `${id}.json`), '');
  assert.equal(await uploads.find(id), null);
  const before = new Date(Date.now() - 61_000);
  for (const file of await readdir(root)) await utimes(join(root, file), before, before);
  await uploads.removeExpired();
  assert.deepEqual(await readdir(root), []);
});
