import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { openEntry, readZip } from './read-zip.ts';

type Part = { readonly name: string; readonly bytes: Buffer; readonly packed: boolean };

/** A ZIP file written out by hand, with its sizes in extra fields where `long` says so. */
function zipOf(parts: readonly Part[], long: boolean): Blob {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, packed } of parts) {
    const body = packed ? deflateRawSync(bytes) : bytes;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(Buffer.byteLength(name), 26);
    pieces.push(head, Buffer.from(name), body);
    const extra = Buffer.alloc(long ? 28 : 0);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(packed ? 8 : 0, 10);
    entry.writeUInt32LE(long ? 0xffffffff : body.length, 20);
    entry.writeUInt32LE(long ? 0xffffffff : bytes.length, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(long ? 0xffffffff : at, 42);
    if (long) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [bytes.length, body.length, at].forEach((value, index) => {
        extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
      });
    }
    directory.push(entry, Buffer.from(name), extra);
    at += head.length + Buffer.byteLength(name) + body.length;
  }
  const size = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return new Blob([...pieces, ...directory, end].map((piece) => new Uint8Array(piece)));
}

test('files of a bundle are read by name, packed or not, also with sizes as of four gigabytes', async () => {
  const parts = [
    { name: 'content.otio', bytes: Buffer.from('{"a": 1}'.repeat(500)), packed: true },
    { name: 'media/ümlaut.png', bytes: Buffer.from([1, 2, 3, 4]), packed: false },
  ];
  for (const long of [false, true]) {
    const zip = zipOf(parts, long);
    const entries = await readZip(zip);
    assert.deepEqual(
      [...entries.keys()],
      parts.map(({ name }) => name),
    );
    for (const { name, bytes } of parts) {
      const entry = entries.get(name);
      assert.ok(entry);
      assert.deepEqual(Buffer.from(await (await openEntry(zip, entry)).arrayBuffer()), bytes);
    }
  }
});

test('what is no bundle, or a broken one, is refused in words', async () => {
  await assert.rejects(readZip(new Blob(['no bundle at all, but long enough to hold a directory'])), /no bundle/);
  const zip = zipOf([{ name: 'a', bytes: Buffer.from('b'), packed: false }], false);
  await assert.rejects(readZip(zip.slice(40)), /damaged/);
});
