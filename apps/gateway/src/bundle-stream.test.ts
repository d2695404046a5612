import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
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

/** Names, sizes and compression in the directory of a ZIP file (PKWARE APPNOTE 6.3, 4.3.12 to 4.3.16). */
function directoryOf(zip: Buffer): readonly (readonly [string, number, number])[] {
  const long = zip.lastIndexOf('PK\x06\x06', undefined, 'latin1');
  const short = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const [count, start] =
    long < 0
      ? [zip.readUInt16LE(short + 10), zip.readUInt32LE(short + 16)]
      : [Number(zip.readBigUInt64LE(long + 32)), Number(zip.readBigUInt64LE(long + 48))];
  const entries: [string, number, number][] = [];
  for (let at = start; entries.length < count; ) {
    assert.equal(zip.toString('latin1', at, at + 4), 'PK\x01\x02');
    const nameBytes = zip.readUInt16LE(at + 28);
    entries.push([zip.toString('utf8', at + 46, at + 46 + nameBytes), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 10)]);
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

test('a bundle has the length that was told before, holds its files stored, and is the same every time', async () => {
  const whole = await wholeOf(some);
  assert.equal(whole.length, bundleBytes(some));
  assert.ok(whole.equals(await wholeOf(some)));
  assert.deepEqual(
    directoryOf(whole),
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
    assert.equal(directoryOf(whole).length, count);
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
  const open = () => {
    opened++;
    return file.open();
  };
  const files = Array.from({ length: 50 }, (_, at) => ({ ...file, path: `media/${at}.mp4`, open }));
  await buffer(readBundle(files, { start: 0, end: 100 }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(opened <= 3, `${opened} of 50 files were opened`);
});
