import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from './folder-blobs.ts';
import { listFolderBlobs, sweepFolder } from './list-folder-blobs.ts';

async function filled(context: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'filmwright-list-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const blobs = await openFolderBlobs({ root });
  const put = (text: string) => blobs.putStream({ stream: Readable.from([text]), mediaType: 'text/plain' });
  return { root, blobs, assets: [await put('one'), await put('two'), await put('three')] };
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('B8: what lies in a store is listed in the order of digests, with bytes and age; other files are passed over', async (context) => {
  const { root, assets } = await filled(context);
  writeFileSync(join(root, 'note.txt'), 'not an asset');
  writeFileSync(join(root, 'tmp', `${process.pid}-half`), 'half');
  const listed = await all(listFolderBlobs(root));
  assert.deepEqual(
    listed.map(({ digest, bytes }) => [digest, bytes]),
    assets.map(({ digest, bytes }) => [digest, bytes]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
  for (const { changedAtMs } of listed) assert.ok(Math.abs(Date.now() - changedAtMs) < 60_000);
  assert.deepEqual(await all(listFolderBlobs(join(root, 'none'))), []);
});

test('B8: an asset is as old as the last time that it was stored, and a sweep removes none that is younger than it says', async (context) => {
  const { root, blobs, assets } = await filled(context);
  const digest = assets[0]?.digest ?? 'sha256-';
  const [path, copy] = [await blobs.path(digest), join(root, 'tmp', 'copy')];
  const old = new Date(Date.now() - 7_200_000);
  const hourAgoMs = Date.now() - 3_600_000;
  const folder = sweepFolder(root);
  utimesSync(path, old, old);
  writeFileSync(copy, 'one');
  utimesSync(copy, old, old);
  assert.equal((await blobs.putFile({ path: copy, mediaType: 'text/plain' })).digest, digest);
  assert.equal(await folder.removeOlder({ digest, thanMs: hourAgoMs }), false);
  assert.equal(await blobs.has(digest), true);
  utimesSync(path, old, old);
  assert.equal(await folder.removeOlder({ digest, thanMs: hourAgoMs }), true);
  assert.equal(await blobs.has(digest), false);
  assert.equal(await folder.removeOlder({ digest, thanMs: hourAgoMs }), false);
});

test('B10: of several that say at once whose a store is one stays, on every machine, until another is to take its place', async (context) => {
  const { root } = await filled(context);
  const before = await all(listFolderBlobs(root));
  const store = sweepFolder(root);
  assert.equal(await store.mark(), null);
  assert.equal(await sweepFolder(join(root, 'none')).mark(), null);
  const marks = Array.from({ length: 20 }, (_, at) => `records ${at}`);
  await Promise.all(marks.map((mark) => sweepFolder(root).setMark({ mark, instead: false })));
  const first = await store.mark();
  assert.ok(first !== null && marks.includes(first));
  await store.setMark({ mark: 'too late', instead: false });
  assert.equal(await sweepFolder(root).mark(), first);
  await store.setMark({ mark: 'in its place', instead: true });
  assert.equal(await store.mark(), 'in its place');
  assert.deepEqual(await all(store.list()), before);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('records-id')),
    ['records-id'],
  );
});
