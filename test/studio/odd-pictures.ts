import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const width = 256;
const height = 144;
type Ink = readonly [cyan: number, magenta: number, yellow: number, black: number];
type Rgb = readonly [red: number, green: number, blue: number];

/** Colours of the four quarters that every picture shows once it stands upright: top left, top right, bottom left, bottom right. */
export const quarters: readonly Rgb[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
];

/** Writes pictures as people have them into a folder: all show the same four quarters, each in an unusual way; then those that are none. */
export function writeOddPictures(folder: string): void {
  const at = (name: string): string => join(folder, name);
  const raw = (name: string, bytes: Buffer, args: readonly string[], size = `${width}x${height}`): void => {
    execFileSync(
      'ffmpeg',
      ['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', size, '-r', '5', '-i', '-', ...args, at(name)],
      {
        input: bytes,
      },
    );
  };
  const upright = pixels(quarters);
  const [red, green, blue, white] = quarters as [Rgb, Rgb, Rgb, Rgb];
  raw('deep.png', upright, ['-pix_fmt', 'rgb48be']);
  writeFileSync(at('swapped-profile.png'), png(pixels([blue, green, red, white]), { name: 'iCCP', data: swappedProfile() }));
  raw('turned.jpg', quarterTurn(upright), ['-q:v', '2', '-pix_fmt', 'yuvj444p'], `${height}x${width}`);
  writeFileSync(at('turned.jpg'), withOrientation(execFileSync('cat', [at('turned.jpg')]), 6));
  raw(
    'see-through.png',
    pixels([red, green, blue, white], (x, y) => (x < width / 2 || y < height / 2 ? 255 : 0)),
    ['-pix_fmt', 'rgba'],
  );
  const moving = Buffer.concat([upright, pixels([white, white, white, white])]);
  raw('moving.gif', moving, ['-lavfi', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none']);
  raw('moving.webp', moving, ['-c:v', 'libwebp_anim', '-lossless', '1', '-loop', '0']);
  raw('moving.png', moving, ['-f', 'apng', '-plays', '0', '-pix_fmt', 'rgba']);
  const inks: readonly Ink[] = quarters.map(([r, g, b]) => [255 - r, 255 - g, 255 - b, 0]);
  // Photoshop writes inks the wrong way round, and says so by a marker of its own (Adobe technical note 5116).
  writeFileSync(at('cmyk-adobe.jpg'), cmykJpeg(inks.map(negative), { transform: 0 }));
  writeFileSync(
    at('ycck-adobe.jpg'),
    cmykJpeg(
      inks.map(([c, m, y, k]) => [...luminanceChroma([c, m, y]), 255 - k]),
      { transform: 2 },
    ),
  );
  writeFileSync(at('cmyk-plain.jpg'), cmykJpeg(inks, { transform: null }));

  const heic = Buffer.from('00000018667479706865696300000000686569636d696631', 'hex');
  writeFileSync(at('phone.jpg'), Buffer.concat([heic, Buffer.alloc(4096)]));
  writeFileSync(at('drawing.svg'), `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert('svg')</script></svg>`);
  writeFileSync(at('text.png'), 'Dear diary, this is no picture.\n');
  writeFileSync(at('huge.png'), png(Buffer.alloc(4), { size: [30_000, 30_000] }));
  writeFileSync(at('torn.png'), png(upright).subarray(0, 200));
}

/** Pixels of four quarters as RGBA. */
function pixels(colors: readonly Rgb[], alpha: (x: number, y: number) => number = () => 255): Buffer {
  const bytes = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const color = colors[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [0, 0, 0];
      bytes.set([...color, alpha(x, y)], (y * width + x) * 4);
    }
  return bytes;
}

/** Turned a quarter against the clock, as a camera held upright stores it. */
function quarterTurn(from: Buffer): Buffer {
  const to = Buffer.alloc(from.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) to.set(from.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), ((width - 1 - x) * height + y) * 4);
  return to;
}

function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const exif = Buffer.from('ffe100224578696600004d4d002a00000008000101120003000000010000000000000000', 'hex');
  exif.writeUInt16BE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

type Chunk = { readonly name: string; readonly data: Buffer };
const chunk = ({ name, data }: Chunk): Buffer => {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
};

/** A PNG of RGBA pixels; `size` lies about how many there are. */
function png(
  rgba: Buffer,
  { name, data, size = [width, height] }: Partial<Chunk> & { readonly size?: readonly [number, number] } = {},
): Buffer {
  const head = Buffer.from('00000000000000000806000000', 'hex');
  head.writeUInt32BE(size[0], 0);
  head.writeUInt32BE(size[1], 4);
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.alloc(1), rgba.subarray(y * width * 4, (y + 1) * width * 4)]),
  );
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk({ name: 'IHDR', data: head }),
    ...(name === undefined || data === undefined ? [] : [chunk({ name, data })]),
    chunk({ name: 'IDAT', data: deflateSync(Buffer.concat(rows)) }),
    chunk({ name: 'IEND', data: Buffer.alloc(0) }),
  ]);
}

/** An iCCP chunk's content: sRGB's colours with red and blue exchanged (ICC.1:2022, matrix and curves). */
function swappedProfile(): Buffer {
  const numbers = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [at, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), at * 4);
    return bytes;
  };
  const place = (...xyz: readonly number[]): Buffer => Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), numbers(...xyz)]);
  const curve = Buffer.concat([
    Buffer.from('para\0\0\0\0\0\x03\0\0', 'latin1'),
    numbers(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
  ]);
  const tags: Readonly<Record<string, Buffer>> = {
    wtpt: place(0.9642, 1, 0.8249),
    rXYZ: place(0.14307, 0.06061, 0.7141),
    gXYZ: place(0.38515, 0.71687, 0.09708),
    bXYZ: place(0.43607, 0.22249, 0.01392),
    ...{ rTRC: curve, gTRC: curve, bTRC: curve },
  };
  const entries = Object.entries(tags);
  const head = Buffer.alloc(132 + entries.length * 12);
  for (const [at, text] of [
    [4, 'none'],
    [12, 'mntrRGB XYZ '],
    [36, 'acsp'],
  ] as const)
    head.write(text, at, 'latin1');
  head.writeUInt32BE(0x04200000, 8);
  numbers(0.9642, 1, 0.8249).copy(head, 68);
  head.writeUInt32BE(entries.length, 128);
  let next = head.length;
  for (const [at, [name, data]] of entries.entries()) {
    head.write(name, 132 + at * 12, 'latin1');
    head.writeUInt32BE(next, 136 + at * 12);
    head.writeUInt32BE(data.length, 140 + at * 12);
    next += data.length;
  }
  const profile = Buffer.concat([head, ...entries.map(([, data]) => data)]);
  profile.writeUInt32BE(profile.length, 0);
  return Buffer.concat([Buffer.from('swapped\0\0', 'latin1'), deflateSync(profile)]);
}

const negative = ([c, m, y, k]: Ink): Ink => [255 - c, 255 - m, 255 - y, 255 - k];

/** ITU-T T.871, section 7. */
function luminanceChroma([r, g, b]: Rgb): Rgb {
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  return [Math.round(y), Math.round(128 + (b - y) / 1.772), Math.round(128 + (r - y) / 1.402)];
}

/** A baseline JPEG of four components (ITU-T T.81) whose blocks have one colour each, so that only their means are coded; `transform` is that of Adobe's marker. */
function cmykJpeg(colors: readonly (readonly number[])[], { transform }: { readonly transform: number | null }): Buffer {
  const segment = (marker: number, data: Buffer): Buffer => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  };
  const components = [1, 2, 3, 4];
  const size = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 4]);
  // Sizes 0 to 8 of differences have codes of four bits; of the rest of a block only its end is ever coded, in one bit.
  const tables = Buffer.from([0x00, 0, 0, 0, 9, ...new Array<number>(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const rests = Buffer.from([0x10, 1, ...new Array<number>(15).fill(0), 0]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(transform === null ? [] : [segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]))]),
    segment(0xdb, Buffer.from([0, ...new Array<number>(64).fill(8)])),
    segment(0xc0, Buffer.concat([size, Buffer.from(components.flatMap((id) => [id, 0x11, 0]))])),
    segment(0xc4, tables),
    segment(0xc4, rests),
    segment(0xda, Buffer.from([4, ...components.flatMap((id) => [id, 0]), 0, 63, 0])),
    codedBlocks(colors),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function codedBlocks(colors: readonly (readonly number[])[]): Buffer {
  let bits = '';
  const before = [0, 0, 0, 0];
  for (let y = 0; y < height; y += 8)
    for (let x = 0; x < width; x += 8) {
      const color = colors[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [];
      for (const [component, value] of color.entries()) {
        const difference = value - 128 - (before[component] ?? 0);
        before[component] = value - 128;
        const length = difference === 0 ? 0 : Math.abs(difference).toString(2).length;
        const written = difference < 0 ? difference + 2 ** length - 1 : difference;
        const tail = length === 0 ? '' : written.toString(2).padStart(length, '0');
        bits += `${length.toString(2).padStart(4, '0')}${tail}0`;
      }
    }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8), 2);
    bytes.push(...(byte === 0xff ? [0xff, 0] : [byte]));
  }
  return Buffer.from(bytes);
}
