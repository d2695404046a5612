import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaType } from '@filmwright/contracts';
import { lookAtMedia } from './look-at-media.ts';

const look = (content: Uint8Array, expect: MediaType) =>
  lookAtMedia({ bytes: content.length, read: async (position, length) => content.subarray(position, position + length) }, expect);
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A box of MP4 with nothing in it, or one that promises more than it holds. */
function box(name: string, { size = 16, holds = size }: { readonly size?: number; readonly holds?: number } = {}): Uint8Array {
  const bytes = new Uint8Array(holds);
  new DataView(bytes.buffer).setUint32(0, size);
  bytes.set(ascii(name), 4);
  return bytes;
}
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

test('a whole clip passes, whichever way round its boxes stand', async () => {
  assert.equal(await look(joined(box('ftyp'), box('moov'), box('mdat', { size: 4000 })), 'clip'), null);
  assert.equal(await look(joined(box('ftyp'), box('mdat', { size: 4000 }), box('moov')), 'sound'), null);
});

test('a clip that ends before its index, or long before its end, is cut off', async () => {
  const early = await look(joined(box('ftyp'), box('mdat', { size: 4000, holds: 1000 })), 'clip');
  assert.equal(early?.wrong, 'it is cut off: it promises 4016 bytes and holds 1016');
  const late = await look(joined(box('ftyp'), box('moov'), box('mdat', { size: 4000, holds: 1000 })), 'clip');
  assert.match(late?.wrong ?? '', /promises 4032 bytes and holds 1032/);
  assert.match((await look(joined(box('ftyp'), box('mdat', { size: 4000 })), 'clip'))?.wrong ?? '', /no moov box/);
});

test('a clip that lacks a little at its end is left to a real look, and so is one with strange bytes behind it', async () => {
  assert.equal(await look(joined(box('ftyp'), box('moov'), box('mdat', { size: 4000, holds: 3900 })), 'clip'), null);
  assert.equal(await look(joined(box('ftyp'), box('mdat', { size: 400 }), new Uint8Array(64)), 'clip'), null);
});

test('a recording without samples is told, one that a program is still writing is not', async () => {
  const header = joined(ascii('RIFF'), new Uint8Array(4), ascii('WAVEfmt '), Uint8Array.of(16, 0, 0, 0), new Uint8Array(16), ascii('data'));
  const nothing = joined(header, new Uint8Array(4));
  assert.equal((await look(nothing, 'sound'))?.wrong, 'it holds 0 samples of sound');
  assert.equal(await look(joined(nothing, new Uint8Array(100)), 'sound'), null);
});

test('what a file is counts, not what it is called', async () => {
  const gif = joined(ascii('GIF89a'), Uint8Array.of(16, 0, 16, 0), new Uint8Array(16));
  assert.equal(await look(gif, 'picture'), null);
  assert.equal((await look(gif, 'clip'))?.wrong, 'its content is GIF');
  assert.match((await look(ascii('<html><body>Not found</body></html>'), 'picture'))?.wrong ?? '', /web page/);
  assert.match((await look(ascii('#EXTM3U\n#EXTINF:1,\na.ts\n'), 'clip'))?.wrong ?? '', /playlist/);
  assert.match((await look(new Uint8Array(0), 'font'))?.wrong ?? '', /empty/);
});
