import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { fromBuffer } from 'yauzl';
import { type BundleFile, bundleBytes, readBundle } from './bundle-stream.ts';

const fileOf = (path: string, bytes: Buffer): BundleFile => ({
  path,
  bytes: bytes.length,
  open: () => Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
});
const some = [
  fileOf('version.txt', Buffer.from('1.0.0')),
  fileOf('media/a.mp4', randomBytes(70_000)),
  fileOf('media/b.wav', randomBytes(3000)),
];
const wholeOf = (files: readonly BundleFile[]): Promise<Buffer> => buffer(readBundle(files, { start: 0, end: bundleBytes(files) - 1 }));

/** Names and sizes in the directory of a ZIP file. */
function directoryOf(zip: Buffer): Promise<readonly (readonly [string, number, number])[]> {
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: false }, (error, found) => {
      if (error !== null || found === undefined) return reject(error ?? new Error('no ZIP file'));
      const entries: [string, number, number][] = [];
      found.on('entry', (entry) => entries.push([entry.fileName, entry.uncompressedSize, entry.compressionMethod]));
      found.on('error', reject);
      found.on('end', () => resolve(entries));
    });
  });
}

test('a bundle has the length that was told before, holds its files stored, and is the same every time', async () => {
  const whole = await wholeOf(some);
  assert.equal(whole.length, bundleBytes(some));
  assert.ok(whole.equals(await wholeOf(some)));
  assert.deepEqual(
    await directoryOf(whole),
    some.map(({ path, bytes }) => [path, bytes, 0]),
  );
});

test('any part of a bundle is that part of the whole', async () => {
  const whole = await wholeOf(some);
  for (const [start, end] of [
    [0, 0],
    [10, 50],
    [64_000, 72_000],
    [whole.length - 30, whole.length - 1],
  ] as const)
    assert.ok((await buffer(readBundle(some, { start, end }))).equals(whole.subarray(start, end + 1)), `${start}..${end}`);
});

test('bundles of many files have the length that was told, too', async () => {
  for (const count of [399, 401, 900, 3000]) {
    const files = Array.from({ length: count }, (_, at) => fileOf(`media/${String(at).padStart(60, '0')}.wav`, Buffer.from(`line ${at}`)));
    const whole = await wholeOf(files);
    assert.equal(whole.length, bundleBytes(files), `${count} files`);
    assert.equal((await directoryOf(whole)).length, count);
  }
});

test('a file that cannot be read, or changed its length, breaks the bundle off', async () => {
  const broken: BundleFile = {
    path: 'media/c.mp4',
    bytes: 5,
    open: () =>
      new Readable({
        read() {
          this.destroy(new Error('gone'));
        },
      }),
  };
  await assert.rejects(wholeOf([...some, broken]), /gone/);
  await assert.rejects(wholeOf([...some, { ...fileOf('media/c.mp4', Buffer.alloc(20)), bytes: 19 }]), /unexpected number of bytes/);
});

test('a reader that goes away closes the file that was being read', async () => {
  let destroyed = false;
  const endless: BundleFile = {
    path: 'media/long.mp4',
    bytes: 1e9,
    open: () =>
      new Readable({
        read() {
          this.push(Buffer.alloc(65_536));
        },
        destroy(error, done) {
          destroyed = true;
          done(error);
        },
      }),
  };
  const reading = readBundle([endless], { start: 0, end: 1e9 });
  for await (const _ of reading) break;
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(destroyed);
});

const unzip = (() => {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'unzip is not installed';
  }
})();

test('unzip finds no fault in a bundle', { skip: unzip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-bundle-'));
  try {
    writeFileSync(join(folder, 'x.otioz'), await wholeOf(some));
    execFileSync('unzip', ['-tq', 'x.otioz'], { cwd: folder });
    execFileSync('unzip', ['-q', 'x.otioz'], { cwd: folder });
    assert.deepEqual(readdirSync(join(folder, 'media')), ['a.mp4', 'b.wav']);
    assert.equal(readFileSync(join(folder, 'version.txt'), 'utf8'), '1.0.0');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what comes after the wanted part is not read, but for what was read ahead', async () => {
  let opened = 0;
  const file = fileOf('x', randomBytes(300_000));
  const files = Array.from({ length: 50 }, (_, at) => ({ ...file, path: `media/${at}.mp4`, open: () => (opened++, file.open()) }));
  await buffer(readBundle(files, { start: 0, end: 100 }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(opened <= 3, `${opened} of 50 files were opened`);
});
