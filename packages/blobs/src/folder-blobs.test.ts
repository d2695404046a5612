import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import type { FilmwrightError } from '@filmwright/contracts';
import { digestOfFile } from './digest-of-file.ts';
import { openFolderBlobs } from './folder-blobs.ts';
import { temporaryPath } from './left-overs.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filmwright-blobs-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const digestOf = (bytes: Buffer | string): string => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
const codeIs = (code: string) => (error: unknown) => (error as FilmwrightError).code === code;
const filesBelow = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
async function bytesOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

test('B1, B2: a stream is stored under its digest and read back whole or in part', async () => {
  const blobs = await openFolderBlobs({ root: join(folder, 'read') });
  const bytes = randomBytes(700_001);
  const asset = await blobs.putStream({ stream: Readable.from([bytes.subarray(0, 99), bytes.subarray(99)]), mediaType: 'video/mp4' });
  assert.deepEqual(asset, { digest: digestOf(bytes), bytes: bytes.length, mediaType: 'video/mp4' });
  assert.deepEqual(await bytesOf(blobs.read({ digest: asset.digest })), bytes);
  assert.deepEqual(await bytesOf(blobs.read({ digest: asset.digest, start: 5, end: 5 })), bytes.subarray(5, 6));
  assert.deepEqual(await bytesOf(blobs.read({ digest: asset.digest, start: 262_143, end: 600_000 })), bytes.subarray(262_143, 600_001));
  assert.deepEqual(await bytesOf(blobs.read({ digest: asset.digest, start: 700_000, end: 900_000 })), bytes.subarray(700_000));
  assert.deepEqual(await digestOfFile(await blobs.path(asset.digest)), { digest: asset.digest, bytes: bytes.length });
  assert.equal(await blobs.size(asset.digest), bytes.length);
});

test('B1: an empty asset is an asset', async () => {
  const blobs = await openFolderBlobs({ root: join(folder, 'empty') });
  const asset = await blobs.putStream({ stream: Readable.from([]), mediaType: 'text/plain' });
  assert.equal(asset.digest, digestOf(''));
  assert.equal(await blobs.size(asset.digest), 0);
  assert.equal((await bytesOf(blobs.read({ digest: asset.digest }))).length, 0);
});

test('B3: bytes that differ from the expected digest, or are too many, or stop halfway, leave nothing', async () => {
  const root = join(folder, 'refused');
  const blobs = await openFolderBlobs({ root });
  const expect = digestOf('other');
  await assert.rejects(
    blobs.putStream({ stream: Readable.from([Buffer.from('this')]), mediaType: 'x/y', expect }),
    codeIs('digest-mismatch'),
  );
  await assert.rejects(
    blobs.putStream({ stream: Readable.from([randomBytes(50), randomBytes(51)]), mediaType: 'x/y', maxBytes: 100 }),
    codeIs('media-too-large'),
  );
  const broken = Readable.from(
    (async function* () {
      yield randomBytes(10);
      throw new Error('the sender went away');
    })(),
  );
  await assert.rejects(blobs.putStream({ stream: broken, mediaType: 'x/y' }), /went away/);
  assert.deepEqual(await filesBelow(root), []);
});

test('B4: a file is moved in and gone from where it was; the same bytes again are one asset', async () => {
  const root = join(folder, 'moved');
  const blobs = await openFolderBlobs({ root });
  for (let round = 0; round < 2; round += 1) {
    const path = join(folder, 'a.png');
    await writeFile(path, 'picture');
    const asset = await blobs.putFile({ path, mediaType: 'image/png' });
    assert.deepEqual(asset, { digest: digestOf('picture'), bytes: 7, mediaType: 'image/png' });
    await assert.rejects(readFile(path), { code: 'ENOENT' });
  }
  assert.equal((await filesBelow(root)).length, 1);
});

test('B4: a symbolic link is copied, and what it points at stays', async () => {
  const blobs = await openFolderBlobs({ root: join(folder, 'linked') });
  const target = join(folder, 'target.png');
  await writeFile(target, 'theirs');
  await symlink(target, join(folder, 'link.png'));
  const asset = await blobs.putFile({ path: join(folder, 'link.png'), mediaType: 'image/png' });
  assert.equal(await readFile(target, 'utf8'), 'theirs');
  assert.equal((await bytesOf(blobs.read({ digest: asset.digest }))).toString(), 'theirs');
});

test('B5: what is not there is not found, and a malformed digest never becomes a path', async () => {
  const blobs = await openFolderBlobs({ root: join(folder, 'missing') });
  const absent = digestOf('absent');
  assert.equal(await blobs.has(absent), false);
  assert.equal(await blobs.size(absent), null);
  await assert.rejects(blobs.path(absent), codeIs('not-found'));
  await assert.rejects(bytesOf(blobs.read({ digest: absent })), codeIs('not-found'));
  await blobs.remove(absent);
  await assert.rejects(blobs.has('sha256-../../../etc/passwd'), codeIs('request-invalid'));
  await assert.rejects(bytesOf(blobs.read({ digest: '../x' })), codeIs('request-invalid'));
});

test('B5: a removed asset is gone and can be stored again', async () => {
  const blobs = await openFolderBlobs({ root: join(folder, 'removed') });
  const put = () => blobs.putStream({ stream: Readable.from([Buffer.from('again')]), mediaType: 'x/y' });
  const { digest } = await put();
  await blobs.remove(digest);
  assert.equal(await blobs.has(digest), false);
  await put();
  assert.equal(await blobs.has(digest), true);
});

test('B1: twenty writers of the same bytes at once leave one whole asset', async () => {
  const root = join(folder, 'race');
  const stores = await Promise.all([openFolderBlobs({ root }), openFolderBlobs({ root })]);
  const bytes = randomBytes(100_000);
  const puts = Array.from({ length: 20 }, (_, index) => stores[index % 2]?.putStream({ stream: Readable.from([bytes]), mediaType: 'x/y' }));
  await Promise.all(puts);
  assert.deepEqual(await Promise.all((await filesBelow(root)).map((path) => digestOfFile(path))), [
    { digest: digestOf(bytes), bytes: bytes.length },
  ]);
});

test('B6: a writer killed in the middle of a put leaves nothing visible, and its temp file goes at the next start', async () => {
  const root = join(folder, 'killed');
  const script = `
    import { Readable } from 'node:stream';
    import { openFolderBlobs } from ${JSON.stringify(new URL('./folder-blobs.ts', import.meta.url).href)};
    const blobs = await openFolderBlobs({ root: ${JSON.stringify(root)} });
    let sent = 0;
    const stream = Readable.from((async function* () {
      for (;;) { yield Buffer.alloc(65536, 7); sent += 1; if (sent === 20) process.stdout.write('writing'); await new Promise((go) => setTimeout(go, 1)); }
    })());
    await blobs.putStream({ stream, mediaType: 'x/y' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const left = await filesBelow(root);
  assert.equal(left.length, 1);
  assert.ok(left[0]?.startsWith(join(root, 'tmp')));
  await openFolderBlobs({ root });
  assert.deepEqual(await filesBelow(root), []);
});

test('B6: temp files of a live process stay when another opens the store', async () => {
  const root = join(folder, 'alive');
  await mkdir(join(root, 'tmp'), { recursive: true });
  const { path: mine } = temporaryPath(join(root, 'tmp'));
  const here = basename(mine).split('-')[1];
  const theirs = join(root, 'tmp', `${process.ppid}-${here}-being-written`);
  // Nobody here knows whether a process of another machine lives.
  const elsewhere = join(root, 'tmp', `${deadPid()}-${'0'.repeat(8)}-being-written`);
  const dead = join(root, 'tmp', `${deadPid()}-${here}-being-written`);
  for (const path of [theirs, elsewhere, dead]) await writeFile(path, 'half');
  await openFolderBlobs({ root });
  assert.deepEqual((await readdir(join(root, 'tmp'))).sort(), [theirs, elsewhere].map((path) => basename(path)).sort());
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await utimes(elsewhere, longAgo, longAgo);
  await openFolderBlobs({ root });
  assert.deepEqual(await readdir(join(root, 'tmp')), [basename(theirs)]);
});

/** Of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

const small = join(tmpdir(), `filmwright-small-disk-${process.pid}`);
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
if (isRoot) await mkdir(small);
const mounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0;
after(async () => {
  if (mounted) spawnSync('umount', [small]);
  await rm(small, { recursive: true, force: true });
});

test(`B7: a full disk is told with path, space and next step, and leaves nothing${mounted ? '' : ' (skipped: only root may mount a small disk)'}`, {
  skip: !mounted,
}, async () => {
  const blobs = await openFolderBlobs({ root: small });
  const kept = await blobs.putStream({ stream: Readable.from([randomBytes(300_000)]), mediaType: 'x/y' });
  await assert.rejects(
    blobs.putStream({ stream: Readable.from([randomBytes(600_000), randomBytes(600_000)]), mediaType: 'x/y' }),
    (error: FilmwrightError) => {
      assert.equal(error.code, 'disk-full');
      assert.match(error.message, new RegExp(`${small}.*bytes free, 1200000 bytes are needed.*FILMWRIGHT_HOME`));
      return true;
    },
  );
  const path = join(folder, 'large.bin');
  await writeFile(path, randomBytes(1_500_000));
  await chmod(path, 0o600);
  await assert.rejects(blobs.putFile({ path, mediaType: 'x/y' }), codeIs('disk-full'));
  assert.equal((await readFile(path)).length, 1_500_000, 'the source of a failed put stays');
  assert.deepEqual(await filesBelow(small), [await blobs.path(kept.digest)]);
  await rm(path);
});
