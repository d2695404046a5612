import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isShownOtherwise } from './shown-otherwise.ts';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : part)));
const jpeg = (inks: number): Uint8Array =>
  bytes([0xff, 0xd8, 0xff, 0xe2, 0, 6, 1, 2, 3, 4], [0xff, 0xc2, 0, 20, 8, 0, 9, 0, 16, inks, 0, 0, 0, 0, 0, 0]);
const webp = (flags: number): Uint8Array => bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, flags, 0, 0, 0]);
const png = (chunk: string): Uint8Array => bytes([0x89], 'PNG\r\n', [26, 10, 0, 0, 0, 13], 'IHDR', Array(17).fill(0), [0, 0, 0, 8], chunk);

test('pictures that move, TIFF and JPEGs of four or unknown inks may be shown otherwise, all others are not', () => {
  const otherwise = [jpeg(4), jpeg(3).subarray(0, 12), webp(2), png('acTL'), bytes('GIF89a'), bytes('II*', [0]), bytes('MM', [0], '*')];
  const same = [jpeg(3), jpeg(1), webp(16), png('IDAT'), bytes(''), bytes('BM')];
  assert.deepEqual([...otherwise, ...same].map(isShownOtherwise), [...otherwise.map(() => true), ...same.map(() => false)]);
});
