import { type Compositor, createCompositor } from '../../packages/render/src/compositor/compositor.ts';

const width = 1920;
const height = 1080;
const rounds = Number(process.argv[2] ?? 150);

/** Deterministic texture with detail at every scale, as raw yuv420p. */
function picture(w: number, h: number): Uint8Array {
  const chroma = ((w + 1) >> 1) * ((h + 1) >> 1);
  const bytes = new Uint8Array(w * h + 2 * chroma);
  let state = 1;
  for (let i = 0; i < bytes.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = 64 + ((i >> 3) & 63) + (state >>> 27);
  }
  return bytes;
}

function rgba(w: number, h: number, inside: (x: number, y: number) => number): Uint8Array {
  const bytes = new Uint8Array(w * h * 4);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) bytes.fill(inside(x, y), (y * w + x) * 4, (y * w + x) * 4 + 4);
  }
  return bytes;
}

/** Milliseconds of processor time per frame: the median of five runs, after a warm-up that lets the engine optimise. */
function measure(draw: (frame: number) => void): number {
  for (let i = 0; i < 40; i += 1) draw(i);
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const start = process.cpuUsage();
    for (let i = 0; i < rounds; i += 1) draw(i);
    const spent = process.cpuUsage(start);
    times.push((spent.user + spent.system) / 1000 / rounds);
  }
  return times.toSorted((a, b) => a - b)[2] ?? Number.NaN;
}

const compositor: Compositor = createCompositor({ width, height, targets: 3 });
const still = compositor.createBitmap({ format: 'yuv420p', width, height, bytes: picture(width, height) });
const [bigWidth, bigHeight] = [2208, 1242];
const big = compositor.createBitmap({ format: 'yuv420p', width: bigWidth, height: bigHeight, bytes: picture(bigWidth, bigHeight) });
const subject = compositor.createBitmap({
  ...{ format: 'rgba-premultiplied', width: 700, height: 800 },
  bytes: rgba(700, 800, (x, y) => (Math.hypot(x - 350, y - 400) < 340 ? 255 : 0)),
});
const caption = compositor.createBitmap({
  ...{ format: 'rgba-premultiplied', width: 1500, height: 160 },
  bytes: rgba(1500, 160, (x, y) => (x % 40 < 22 && y > 30 && y < 120 ? 255 : y % 7 === 0 ? 90 : 0)),
});

const moving = (frame: number): void => {
  const t = (frame % 120) / 120;
  const scale = 0.87 + 0.1 * t;
  compositor.draw(big, { x: -3.3 - 100 * t, y: -2.1 - 60 * t, scaleX: scale });
};
const frame = compositor.frame();
const copy = new Uint8Array(frame.length);

const cases: readonly (readonly [string, (frame: number) => void])[] = [
  ['memcpy of a frame (JavaScript)', () => copy.set(compositor.frame())],
  ['static picture', () => compositor.draw(still, { x: 0, y: 0 })],
  ['pan and zoom of a 1.15x picture', moving],
  ['slow horizontal pan at scale 1', (i) => compositor.draw(big, { x: -20 - i * 0.31, y: -40 })],
  ['zoom out at scale 0.65 (6 to 8 taps)', (i) => compositor.draw(big, { x: 0, y: 0, scaleX: 0.65 + (i % 100) * 0.0004 })],
  [
    'the same pan and zoom with a 700x800 subject',
    (i) => {
      moving(i);
      compositor.draw(subject, { x: 600.3 + i * 0.37, y: 140.6, scaleX: 1 + (i % 100) * 0.0005 });
    },
  ],
  ['caption 1500x160', () => compositor.draw(caption, { x: 210, y: 860 })],
  ['caption 1500x160, fading', (i) => compositor.draw(caption, { x: 210, y: 860, opacity: 0.2 + (i % 50) / 100 })],
  ['vignette', () => compositor.vignette({ strength: 0.3 })],
  ['grain', (i) => compositor.grain({ strength: 0.2, seed: 1, frame: i })],
  ['fill', () => compositor.fill({ colour: { y: 16, u: 128, v: 128 } })],
  ['crossfade', (i) => compositor.crossfade({ from: 1, to: 2, progress: 0.01 + (i % 90) / 100 })],
  ['wipe', (i) => compositor.wipe({ from: 1, to: 2, progress: (i % 90) / 90 }, { direction: 'left', softnessPx: 80 })],
  ['frame statistics', () => void compositor.frameStats()],
];

const results = cases.map(([name, draw]) => ({ name, ms: measure(draw) }));
const unit = results[0]?.ms ?? 1;
for (const { name, ms } of results) {
  console.log(`${name.padEnd(46)} ${ms.toFixed(3).padStart(8)} ms ${(ms / unit).toFixed(1).padStart(7)} x memcpy`);
}
