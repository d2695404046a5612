import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { FilmwrightError } from '@filmwright/contracts';
import type { Picture } from './picture.ts';

const inflateAsync = promisify(inflate);
const deflateAsync = promisify(deflate);
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Channels by the colour type of the PNG specification (palette pictures are not read). */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
const MAX_PIXELS = 100_000_000;

function refuse(found: string, wanted: string): never {
  throw new FilmwrightError(
    'media-invalid',
    `The PNG cannot be read: found ${found}, wanted ${wanted}. Save the picture as a PNG of 8 bits a channel.`,
  );
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function unfilter(lines: Uint8Array, size: { readonly stride: number; readonly height: number; readonly step: number }): Uint8Array {
  const { stride, height, step } = size;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const kind = lines[y * (stride + 1)] as number;
    if (kind > 4) refuse(`row filter ${kind}`, 'a filter from 0 to 4');
    const from = y * (stride + 1) + 1;
    const row = y * stride;
    for (let i = 0; i < stride; i++) {
      const left = i >= step ? (out[row + i - step] as number) : 0;
      const up = y > 0 ? (out[row + i - stride] as number) : 0;
      const corner = i >= step && y > 0 ? (out[row + i - stride - step] as number) : 0;
      const guess = kind === 0 ? 0 : kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, corner);
      out[row + i] = (lines[from + i] as number) + guess;
    }
  }
  return out;
}

function readChunks(bytes: Buffer): { readonly header: Buffer; readonly data: Buffer } {
  if (bytes.length < 8 || !bytes.subarray(0, 8).equals(SIGNATURE)) refuse('other leading bytes', 'the PNG signature');
  const parts: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) refuse('a file that ends early', 'a whole file');
    const name = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (bytes.readUInt32BE(at + 8 + length) !== crc32(bytes.subarray(at + 4, at + 8 + length)))
      refuse(`a damaged ${name} part`, 'whole bytes');
    if (name === 'IHDR') header = body;
    if (name === 'IDAT') parts.push(body);
    if (name === 'IEND') break;
    at += 12 + length;
  }
  if (header?.length !== 13 || parts.length === 0) refuse('no header or no picture data', 'both');
  return { header, data: Buffer.concat(parts) };
}

/** Reads a PNG of 8 bits a channel (grey or colour, with or without alpha, not interlaced, at most 100 megapixels); throws `media-invalid`. */
export async function decodePng(bytes: Buffer): Promise<Picture> {
  const { header, data } = readChunks(bytes);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colour, interlace] = [header[8], header[9] as number, header[12]];
  const channels = CHANNELS[colour];
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) refuse(`${width} x ${height} pixels`, `1 to ${MAX_PIXELS} pixels`);
  if (depth !== 8 || channels === undefined) refuse(`colour type ${colour} with ${depth} bits`, '8 bits, not a palette');
  if (interlace !== 0) refuse('an interlaced picture', 'one that is not interlaced');
  const stride = width * channels;
  const lines = await inflateAsync(data, { maxOutputLength: (stride + 1) * height }).catch((cause: unknown) =>
    refuse(`picture data that do not unpack (${cause instanceof Error ? cause.message : String(cause)})`, `${(stride + 1) * height} bytes`),
  );
  if (lines.length !== (stride + 1) * height) refuse(`${lines.length} bytes of picture data`, `${(stride + 1) * height}`);
  const raw = unfilter(lines, { stride, height, step: channels });
  if (channels === 4) return { width, height, rgba: raw };
  const rgba = new Uint8Array(width * height * 4);
  const grey = channels < 3;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = raw[i * channels + (grey ? 0 : c)] as number;
    rgba[i * 4 + 3] = channels === 2 ? (raw[i * 2 + 1] as number) : 255;
  }
  return { width, height, rgba };
}

function chunk(name: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(name, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

/** Writes a straight-alpha RGBA PNG of 8 bits a channel; the same picture gives the same bytes. */
export async function encodePng(picture: Picture): Promise<Buffer> {
  const { width, height, rgba } = picture;
  const stride = width * 4;
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1) + 1;
    const row = y * stride;
    lines[to - 1] = 4;
    for (let i = 0; i < stride; i++) {
      const left = i >= 4 ? (rgba[row + i - 4] as number) : 0;
      const up = y > 0 ? (rgba[row + i - stride] as number) : 0;
      const corner = i >= 4 && y > 0 ? (rgba[row + i - stride - 4] as number) : 0;
      lines[to + i] = (rgba[row + i] as number) - paeth(left, up, corner);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const data = await deflateAsync(lines, { level: 6 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array(0))]);
}
