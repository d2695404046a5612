/**
 * Makes `examples/art/old-portrait.jpg`, a small print as a drawer wears it: grey, faded, soft, grainy, scratched and dusty. It is made of the portrait that the data
 * of scikit-image 0.26 hold (a work of NASA, in the public domain): `node scripts/make-example-old-portrait.ts astronaut.png`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [source = ''] = process.argv.slice(2);
const [width, height] = [320, 400];
const out = join(process.env['EXAMPLE_ART'] ?? join(import.meta.dirname, '..', 'examples', 'art'), 'old-portrait.jpg');

function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  const done = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { ...(input && { input }), maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`ffmpeg failed: ${done.stderr.toString().trim()}`);
  return done.stdout;
}

/** A number from 0 to 1 that hangs on a seed alone. */
function chance(seed: number): number {
  const x = Math.sin(seed * 127.1 + 11.7) * 43758.5453;
  return x - Math.floor(x);
}

// Head and shoulders, soft as an old lens has them.
const grey = ffmpeg([
  ...['-i', source, '-vf', `crop=384:480:40:0,scale=${width}:${height}:flags=area,gblur=sigma=0.75,format=gray`],
  ...['-f', 'rawvideo', '-frames:v', '1', '-'],
]);
const light = Float32Array.from(grey, (value) => value / 255);

const mark = (x: number, y: number, strength: number): void => {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const at = Math.floor(y) * width + Math.floor(x);
  light[at] = (light[at] as number) * (1 - Math.abs(strength)) + Math.max(0, strength);
};
// Scratches run down the print and sway a little; most are light, some break off.
for (let scratch = 0; scratch < 9; scratch++) {
  const begin = chance(scratch) * width;
  const lean = (chance(scratch + 50) - 0.5) * 0.12;
  const from = chance(scratch + 100) * height * 0.6;
  const until = from + (0.25 + chance(scratch + 150) * 0.75) * height;
  const strength = scratch % 3 === 2 ? -0.75 : 0.9;
  for (let y = Math.floor(from); y < Math.min(height, until); y++) {
    if (chance(scratch * 977 + Math.floor(y / 5)) < 0.12) continue;
    mark(begin + (y - from) * lean + Math.sin(y / 23 + scratch) * 1.2, y, strength);
  }
}
// Dust: specks of one to four pixels, light and dark, and some fibres.
for (let speck = 0; speck < 130; speck++) {
  const [x, y] = [chance(speck + 300) * width, chance(speck + 500) * height];
  const strength = chance(speck + 700) < 0.7 ? 0.95 : -0.8;
  for (let dot = 0; dot <= Math.floor(chance(speck + 900) * 2.2); dot++) mark(x + (dot % 2), y + (dot >> 1), strength);
}
for (let fibre = 0; fibre < 6; fibre++)
  for (let step = 0; step < 16; step++)
    mark(chance(fibre + 40) * width + step * 0.8, chance(fibre + 80) * height + Math.sin(step / 4 + fibre) * 5, 0.85);
// Faded to a warm brown, darker to the corners, with the grain of a fast film.
const pixels = new Uint8Array(width * height * 3);
light.forEach((value, i) => {
  const [x, y] = [((i % width) + 0.5) / width - 0.5, (Math.floor(i / width) + 0.5) / height - 0.5];
  const corner = 1 - 0.55 * (x * x + y * y);
  const grain = (chance(i * 1.37 + 5) + chance(i * 2.11 + 9) - 1) * 0.07;
  const faded = Math.min(1, Math.max(0, (0.16 + 0.74 * value + grain) * corner));
  [1, 0.9, 0.74].forEach((tint, c) => {
    pixels[i * 3 + c] = Math.round(255 * (faded ** (1 / (0.75 + 0.25 * tint)) * (0.35 + 0.65 * tint) + 0.02 * tint));
  });
});
ffmpeg(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-i', '-', '-frames:v', '1', '-q:v', '5', out], pixels);
