import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { MediaType } from '@filmwright/contracts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { bundledFonts, fontInfo } from '../paint/fonts.ts';
import { normaliseUpload } from './normalise.ts';

let toolset: Toolset;
let dir: string;
let made = 0;
before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-normalise-'));
});
after(() => rm(dir, { recursive: true }));

const at = (name: string): string => join(dir, name);
const ffmpeg = (args: readonly string[], maxStdoutBytes = 0) =>
  runFfmpeg({ toolset, purpose: 'making a test file', maxStdoutBytes, args: ['-v', 'error', '-y', ...args] });

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(at(name), content);
  return name;
}
async function source(name: string, lavfi: string, ...more: readonly string[]): Promise<string> {
  await ffmpeg(['-f', 'lavfi', '-i', lavfi, ...more, at(name)]);
  return name;
}
async function normalise<T extends MediaType>(name: string, expect: T) {
  made += 1;
  const outDir = at(`out-${made}`);
  await mkdir(outDir);
  const found = await normaliseUpload({ path: at(name), name, expect, outDir, toolset, describeFont: fontInfo });
  if (found.type !== expect) throw new Error(`found ${found.type}`);
  return found as Extract<typeof found, { type: T }>;
}
const refused = (name: string, expect: MediaType, message: RegExp) =>
  assert.rejects(normalise(name, expect), { code: 'media-invalid', message });
const pixelsOf = async (path: string) => [...(await ffmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgba', '-'], 1 << 24)).stdout];

test('files are told by their content, and what is wrong is said', async () => {
  await refused(
    await write('notes.png', 'just some text\n'),
    'picture',
    /^notes\.png: it is text; wanted a picture .*; choose a picture or convert this file\.$/,
  );
  await refused(await write('empty.wav', ''), 'sound', /^empty\.wav: it is empty \(0 bytes\)/);
  await refused(await write('drawing.png', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture', /SVG drawing/);
  await refused(
    await source('picture.mp4', 'color=red:s=8x8', '-frames:v', '1', '-f', 'image2', '-c:v', 'png'),
    'clip',
    /its content is PNG; wanted a clip/,
  );
  await refused('picture.mp4', 'font', /not a font/);
  assert.equal((await normalise('picture.mp4', 'picture')).width, 8);
});

test('a playlist called a clip reads no other file', async () => {
  await source('victim.ts', 'testsrc=s=64x36:d=1', '-c:v', 'libx264');
  await refused(
    await write('list.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${at('victim.ts')}\n#EXT-X-ENDLIST\n`),
    'clip',
    /playlist/,
  );
});

test('a picture far too large is refused by its header', async () => {
  const ihdr = Buffer.from('49484452000075300000753001000000000000000049454e44ae426082', 'hex');
  const chunk = ihdr.subarray(0, 17);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(chunk));
  await refused(
    await write('bomb.png', Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d', 'hex'), chunk, check, Buffer.alloc(64)])),
    'picture',
    /it is 30000x30000 pixels; wanted less than 30000 a side/,
  );
});

test('pictures of all kinds become upright 8-bit PNG', async () => {
  for (const [name, ...more] of [
    ['a.png', '-pix_fmt', 'rgb48be'],
    ['a.jpg'],
    ['a.webp', '-c:v', 'libwebp'],
    ['a.gif', '-pix_fmt', 'gray'],
    ['a.tiff'],
    ['a.bmp'],
    ['grey.png', '-pix_fmt', 'gray16be'],
  ] as const) {
    const found = await normalise(await source(name, 'color=0x808080:s=20x10', '-frames:v', '1', ...more), 'picture');
    assert.deepEqual([found.width, found.height, found.hasAlpha, found.warnings], [20, 10, false, []], name);
    assert.ok(Math.abs(found.meanLuma - 0.5) < 0.02, `${name} ${found.meanLuma}`);
    assert.ok(
      (await pixelsOf(found.outPath)).every((value, index) => Math.abs(value - (index % 4 === 3 ? 255 : 128)) <= 2),
      name,
    );
  }
});

test('alpha is kept only where a pixel is transparent', async () => {
  assert.equal((await normalise(await source('opaque.png', 'color=red:s=8x8,format=rgba', '-frames:v', '1'), 'picture')).hasAlpha, false);
  const found = await normalise(await source('clear.png', 'color=red@0.5:s=8x8,format=rgba', '-frames:v', '1'), 'picture');
  assert.equal(found.hasAlpha, true);
  const alpha = (await pixelsOf(found.outPath))[3] ?? 0;
  assert.ok(alpha > 120 && alpha < 135);
});

test('a photograph is turned as its EXIF orientation says', async () => {
  // Left half white: after a quarter turn clockwise the white half is on top.
  await source('photo.jpg', 'color=black:s=32x16,drawbox=w=16:h=16:color=white:t=fill', '-frames:v', '1', '-q:v', '2');
  const jpeg = await readFile(at('photo.jpg'));
  const exif = Buffer.from('ffe100224578696600004d4d002a00000008000101120003000000010006000000000000', 'hex');
  await write('turned.jpg', Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]));
  const found = await normalise('turned.jpg', 'picture');
  assert.deepEqual([found.width, found.height], [16, 32]);
  const pixels = await pixelsOf(found.outPath);
  assert.ok((pixels[0] ?? 0) > 240 && (pixels[4 * (16 * 31 + 15)] ?? 255) < 15);
});

test('a picture with more than 8192 pixels a side is scaled down and said so', async () => {
  const found = await normalise(await source('wide.png', 'color=blue:s=9000x18', '-frames:v', '1'), 'picture');
  assert.deepEqual([found.width, found.height], [8192, 16]);
  assert.match(found.warnings[0] ?? '', /9000x18 to 8192x16/);
});

test('a clip becomes H.264 at its own rate, upright, with its sound', async () => {
  await ffmpeg([
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=64x48:r=30000/1001:d=2',
    '-f',
    'lavfi',
    '-i',
    'sine=r=44100:d=2',
    '-c:v',
    'libx264',
    '-c:a',
    'aac',
    '-aspect',
    '16:9',
    '-metadata:s:v',
    'rotate=90',
    at('phone.mov'),
  ]);
  await ffmpeg(['-display_rotation', '90', '-i', at('phone.mov'), '-c', 'copy', at('turned.mov')]).catch(() =>
    ffmpeg(['-i', at('phone.mov'), '-c', 'copy', '-metadata:s:v', 'rotate=90', at('turned.mov')]),
  );
  const found = await normalise('turned.mov', 'clip');
  assert.deepEqual([found.width, found.height, found.hasSound, found.warnings], [48, 86, true, []]);
  assert.ok(Math.abs(found.fps - 29.97) < 0.001 && Math.abs(found.durationMs - 2002) < 35, JSON.stringify(found));
  const silent = await normalise(await source('screen.webm', 'testsrc=s=33x35:r=25:d=1', '-c:v', 'libvpx'), 'clip');
  assert.deepEqual([silent.width, silent.height, silent.fps, silent.durationMs, silent.hasSound], [34, 36, 25, 1000, false]);
});

test('a clip with pictures that would fill the memory is refused', async () => {
  await source('bomb.mp4', 'color=black:s=4400x4400', '-frames:v', '1', '-c:v', 'libx264', '-preset', 'ultrafast');
  await refused('bomb.mp4', 'clip', /^bomb\.mp4: it is 4400x4400 pixels; wanted at most 4096x4096/);
});

test('a clip that was cut off is refused', async () => {
  await source('whole.mp4', 'testsrc=s=64x36:d=4', '-c:v', 'libx264', '-crf', '0');
  const bytes = await readFile(at('whole.mp4'));
  await refused(
    await write('cut.mp4', bytes.subarray(0, bytes.length / 2)),
    'clip',
    /^cut\.mp4: its MP4 or MOV content is damaged or cut off/,
  );
  await ffmpeg(['-i', at('whole.mp4'), '-c', 'copy', '-movflags', '+faststart', at('fast.mp4')]);
  const fast = await readFile(at('fast.mp4'));
  await refused(await write('cut-fast.mp4', fast.subarray(0, fast.length / 2)), 'clip', /cut off: it promises 4\.0 s and holds/);
});

test('sound becomes FLAC at 48 kHz and its samples are counted', async () => {
  const mono = await normalise(await source('voice.wav', 'sine=r=22050:d=1.5', '-ac', '1'), 'sound');
  assert.deepEqual([mono.samples, mono.channels, mono.sampleRate, mono.mediaType], [72_000, 1, 48_000, 'audio/flac']);
  const mp3 = await normalise(await source('music.mp3', 'sine=r=44100:d=2', '-ac', '2', '-metadata', 'title=x'), 'sound');
  assert.ok(Math.abs(mp3.samples - 96_000) < 3000 && mp3.channels === 2);
  const ogg = await normalise(await source('music.ogg', 'sine=r=48000:d=1', '-c:a', 'libvorbis'), 'sound');
  assert.ok(Math.abs(ogg.samples - 48_000) <= 256);
});

test('a sound without a single sample is refused', async () => {
  const header = Buffer.from('524946462400000057415645666d74201000000001000100803e0000007d00000200100064617461', 'hex');
  await refused(
    await write('nothing.wav', Buffer.concat([header, Buffer.alloc(4)])),
    'sound',
    /nothing\.wav: it(s WAV content is damaged| holds 0 samples)/,
  );
  await refused(await source('mute.mp4', 'testsrc=s=64x36:d=1', '-c:v', 'libx264'), 'sound', /holds no sound/);
});

test('a font and a colour grade are read by their own rules', async () => {
  const inter = bundledFonts()[0];
  await write('font.bin', await readFile(inter?.regular ?? ''));
  const font = await normalise('font.bin', 'font');
  assert.deepEqual([font.family, font.weight, font.mediaType], ['Inter', 400, 'font/ttf']);
  await refused(await write('cut.ttf', (await readFile(at('font.bin'))).subarray(0, 400)), 'font', /cut\.ttf: it cannot be drawn with/);
  const rows = Array.from({ length: 8 }, (_, index) => `${index & 1} ${(index >> 1) & 1} ${index >> 2}`).join('\r\n');
  const lut = await normalise(await write('look.cube', `TITLE "x"\r\n# note\r\nLUT_3D_SIZE 2\r\n${rows}\r\n`), 'lut');
  assert.equal(lut.size, 2);
  assert.match(await readFile(lut.outPath, 'utf8'), /^LUT_3D_SIZE 2\nDOMAIN_MIN 0\.000000.*\n0\.000000 0\.000000 0\.000000\n1\.000000/s);
  await refused(await write('short.cube', `LUT_3D_SIZE 2\n${rows.slice(0, 20)}`), 'lut', /short\.cube: .*colours; wanted 8|three/);
  await refused(await write('nan.cube', 'LUT_3D_SIZE 2\n0 0 nan\n'), 'lut', /line 2 holds something that is no number/);
});

test('an animated WebP gives its first frame where it stands on the canvas, and a note', async () => {
  await source(
    'both.webp',
    'color=red:s=32x16:r=5:d=0.2[a];color=blue:s=32x16:r=5:d=0.2[b];[a][b]concat',
    '-c:v',
    'libwebp_anim',
    '-lossless',
    '1',
  );
  const found = await normalise('both.webp', 'picture');
  assert.deepEqual([found.width, found.height, found.hasAlpha], [32, 16, false]);
  const [red = 0, green, blue, alpha] = await pixelsOf(found.outPath);
  assert.ok(red > 250 && green === 0 && blue === 0 && alpha === 255);
  assert.deepEqual(found.warnings, [
    'both.webp is animated; a picture shows its first frame alone. Give it as a clip (MP4 or WebM) to have it move.',
  ]);
});

test('inks without the marker of a maker are read as ink, not as light', async () => {
  // One block of 8 by 8 pixels: full magenta and yellow, no cyan and no black.
  const jpeg =
    'ffd8ffdb004300' +
    '08'.repeat(64) +
    'ffc000140800080008040111000211000311000411 00'.replace(' ', '') +
    'ffc4001c00' +
    '00000009' +
    '00'.repeat(12) +
    '000102030405060708' +
    'ffc4001410' +
    '01' +
    '00'.repeat(15) +
    '00' +
    'ffda000e0401000200030004 00003f00'.replace(' ', '') +
    codedMeans([-128, 127, 127, -128]) +
    'ffd9';
  await write('inks.jpg', Buffer.from(jpeg, 'hex'));
  const found = await normalise('inks.jpg', 'picture');
  const [red = 0, green = 255, blue = 255, alpha] = await pixelsOf(found.outPath);
  assert.ok(red > 250 && green < 5 && blue < 5 && alpha === 255, `${red} ${green} ${blue} ${alpha}`);
});

/** Means of one block each of several components (ITU-T T.81, F.1.2.1): length in four bits, value, and one bit for the end of the block. */
function codedMeans(means: readonly number[]): string {
  const bits = means.map((mean) => {
    const length = Math.abs(mean).toString(2).length;
    return `${length.toString(2).padStart(4, '0')}${(mean < 0 ? mean + 2 ** length - 1 : mean).toString(2).padStart(length, '0')}0`;
  });
  const bytes =
    bits
      .join('')
      .padEnd(Math.ceil(bits.join('').length / 8) * 8, '1')
      .match(/.{8}/g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0'))
    .map((byte) => (byte === 'ff' ? 'ff00' : byte))
    .join('');
}
