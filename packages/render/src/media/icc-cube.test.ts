import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { profileTable } from './icc-cube.ts';
import { normaliseUpload } from './normalise.ts';

let toolset: Toolset;
let dir: string;
before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-icc-'));
});
after(() => rm(dir, { recursive: true }));

type Triple = readonly [number, number, number];
const fixed = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), 4 * at);
  return bytes;
};
const xyz = (colorant: Triple): Buffer => Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(...colorant)]);
/** The curve of sRGB as parametric type 3. */
const srgbCurve = Buffer.concat([
  Buffer.from('para\0\0\0\0\0\x03\0\0', 'latin1'),
  fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
]);

/** A profile with these tags, as little of one as readers need. */
function profileOf(space: string, tags: Readonly<Record<string, Buffer>>): Buffer {
  const names = Object.keys(tags);
  const header = Buffer.alloc(132 + 12 * names.length);
  header.write(space, 16, 'latin1');
  header.write('acsp', 36, 'latin1');
  header.writeUInt32BE(names.length, 128);
  const parts: Buffer[] = [header];
  let place = header.length;
  for (const [at, name] of names.entries()) {
    const tag = tags[name] as Buffer;
    header.write(name, 132 + 12 * at, 'latin1');
    header.writeUInt32BE(place, 136 + 12 * at);
    header.writeUInt32BE(tag.length, 140 + 12 * at);
    parts.push(tag);
    place += tag.length;
  }
  return Buffer.concat(parts);
}
const rgbProfile = ([red, green, blue]: readonly [Triple, Triple, Triple]): Buffer =>
  profileOf('RGB ', { rXYZ: xyz(red), gXYZ: xyz(green), bXYZ: xyz(blue), rTRC: srgbCurve, gTRC: srgbCurve, bTRC: srgbCurve });

const displayP3 = rgbProfile([
  [0.51512, 0.2412, -0.00105],
  [0.29198, 0.69225, 0.04189],
  [0.1571, 0.06657, 0.78407],
]);
const srgb = rgbProfile([
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
]);

async function pictureWith(name: string, { color, profile }: { color: string; profile: Buffer }): Promise<string> {
  const path = join(dir, name);
  await runFfmpeg({
    toolset,
    purpose: 'making a picture',
    args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', `color=${color}:s=8x8,format=rgb24`, '-frames:v', '1', path],
  });
  const png = await readFile(path);
  const data = Buffer.concat([Buffer.from('iCCPname\0\0', 'latin1'), deflateSync(profile)]);
  const chunk = Buffer.alloc(data.length + 8);
  chunk.writeUInt32BE(data.length - 4);
  data.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(data), data.length + 4);
  await writeFile(path, Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
  return path;
}

async function colourOf(path: string) {
  const outDir = `${path}-out`;
  await mkdir(outDir);
  const describeFont = () => ({ family: '', weight: 400, licence: '' });
  const { outPath, warnings } = await normaliseUpload({ path, name: 'photo.png', expect: 'picture', outDir, toolset, describeFont });
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'reading a pixel',
    maxStdoutBytes: 1 << 16,
    args: ['-v', 'error', '-i', outPath, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
  });
  return { colour: [...stdout.subarray(0, 3)], warnings };
}

test('a picture in Display P3 shows the same colours in sRGB', async () => {
  // The red of sRGB is (234, 51, 35) in Display P3; greys are the same in both.
  const red = await colourOf(await pictureWith('red.png', { color: '0xea3323', profile: displayP3 }));
  const [r = 0, g = 255, b = 255] = red.colour;
  assert.ok(r >= 253 && g <= 8 && b <= 8, `${red.colour}`);
  assert.deepEqual(red.warnings, []);
  const grey = await colourOf(await pictureWith('grey.png', { color: '0x808080', profile: displayP3 }));
  assert.ok(
    grey.colour.every((value) => Math.abs(value - 128) <= 1),
    `${grey.colour}`,
  );
});

test('the profile of sRGB itself changes nothing', () => {
  assert.deepEqual(profileTable(srgb), { cube: null });
});

test('a profile that cannot be converted is told and the picture kept', async () => {
  const found = await colourOf(
    await pictureWith('tables.png', { color: '0x336699', profile: profileOf('RGB ', { A2B0: Buffer.alloc(32) }) }),
  );
  assert.deepEqual(found.colour, [0x33, 0x66, 0x99]);
  assert.match(found.warnings[0] ?? '', /colour profile that cannot be converted \(it is made of tables\)/);
  assert.deepEqual(profileTable(profileOf('CMYK', {})), { unreadable: 'it is for CMYK colours' });
});

test('a damaged profile is not followed out of its bytes', () => {
  const cut = displayP3.subarray(0, 240);
  assert.deepEqual(profileTable(cut), { unreadable: 'it is damaged' });
  const far = Buffer.from(displayP3);
  far.writeUInt32BE(0xfffffff0, 136);
  assert.deepEqual(profileTable(far), { unreadable: 'it is damaged' });
});
