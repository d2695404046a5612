import type { Picture } from './make-example-develop.ts';
import { chance, layeredNoise, smoothStep, valueNoise } from './make-example-distance.ts';

type Rgb = readonly [number, number, number];
type Ridge = {
  readonly base: number;
  readonly rise: number;
  readonly grain: number;
  readonly seed: number;
  readonly top: Rgb;
  readonly foot: Rgb;
};

const WIDE = 16 / 9;
const SHORE = 0.715;
const SUN_X = 1.2;
const TENT = { x: 1.33, foot: 0.885, half: 0.088, apex: 0.715, back: 0.19 } as const;

/** Sky colours from the top to the horizon, as display values at a height in [0, 1]. */
const SKY: readonly (readonly [number, Rgb])[] = [
  [0, [0.055, 0.075, 0.18]],
  [0.22, [0.135, 0.145, 0.31]],
  [0.4, [0.33, 0.235, 0.42]],
  [0.53, [0.65, 0.36, 0.44]],
  [0.62, [0.93, 0.56, 0.42]],
  [0.7, [1, 0.76, 0.52]],
];
const RIDGES: readonly Ridge[] = [
  { base: 0.575, rise: 0.17, grain: 1.7, seed: 3, top: [0.56, 0.36, 0.47], foot: [0.9, 0.58, 0.47] },
  { base: 0.62, rise: 0.16, grain: 2.3, seed: 8, top: [0.38, 0.26, 0.42], foot: [0.72, 0.46, 0.47] },
  { base: 0.66, rise: 0.13, grain: 3.1, seed: 15, top: [0.23, 0.18, 0.34], foot: [0.5, 0.34, 0.43] },
  { base: 0.698, rise: 0.075, grain: 4.5, seed: 24, top: [0.125, 0.115, 0.24], foot: [0.3, 0.23, 0.34] },
];

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
const add = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + b[0] * t, a[1] + b[1] * t, a[2] + b[2] * t];

function sky(x: number, y: number): Rgb {
  let colour: Rgb = SKY[SKY.length - 1]?.[1] ?? [0, 0, 0];
  for (let i = 1; i < SKY.length; i++) {
    const [from, above] = SKY[i - 1] as readonly [number, Rgb];
    const [to, below] = SKY[i] as readonly [number, Rgb];
    if (y <= to) {
      colour = mix(above, below, smoothStep(from, to, y) * 0.5 + (0.5 * Math.max(0, y - from)) / (to - from));
      break;
    }
  }
  const away = Math.hypot((x - SUN_X) * 0.75, (y - 0.63) * 1.5);
  colour = add(colour, [0.34, 0.17, 0.05], Math.exp(-away * away * 9));
  const veil = layeredNoise(x * 1.3 + 2, y * 9 + x * 0.7, 5);
  const cloud = smoothStep(0.53, 0.78, veil) * smoothStep(0.12, 0.4, y) * (1 - smoothStep(0.55, 0.68, y));
  return mix(colour, add(colour, [0.26, 0.1, 0.07], 1), cloud * 0.5);
}

function stars(x: number, y: number): number {
  const cells = 62;
  const [ix, iy] = [Math.floor(x * cells), Math.floor(y * cells)];
  const seed = chance(ix, iy + 300);
  if (seed < 0.66) return 0;
  const [sx, sy] = [(ix + 0.2 + 0.6 * chance(ix, iy + 700)) / cells, (iy + 0.2 + 0.6 * chance(ix, iy + 1100)) / cells];
  const size = 0.00045 + 0.0007 * chance(ix, iy + 1500) ** 6;
  const near = Math.hypot(x - sx, y - sy) / size;
  return Math.exp(-near * near * 0.7) * (0.25 + 0.75 * ((seed - 0.66) / 0.34) ** 2) * (1 - smoothStep(0.12, 0.44, y));
}

function ridgeHeight(ridge: Ridge, x: number): number {
  let sum = 0;
  let weight = 0.55;
  for (let octave = 0; octave < 7; octave++) {
    const noise = valueNoise(x * ridge.grain * 2 ** octave + ridge.seed * 3.7, ridge.seed, 40 + octave);
    sum += weight * (octave < 3 ? 1 - Math.abs(2 * noise - 1) : noise);
    weight *= 0.46;
  }
  return ridge.base - ridge.rise * (sum - 0.42);
}

/** Half the width of a pine of that height at a fraction of the way down from its tip. */
function pineHalfWidth(down: number, height: number, seed: number): number {
  if (down < 0) return -1;
  const tiers = 11;
  const tier = down * tiers;
  const within = tier - Math.floor(tier);
  const ragged = 0.8 + 0.4 * chance(Math.floor(tier), seed) + 0.24 * (valueNoise(down * 90, seed, 60) - 0.5);
  return height * (0.0035 + 0.195 * down ** 0.85 * (0.48 + 0.52 * within) * ragged);
}

type Pine = { readonly x: number; readonly foot: number; readonly height: number; readonly seed: number };

const PINES: readonly Pine[] = [
  ...Array.from(
    { length: 15 },
    (_, i): Pine => ({
      x: -0.04 + i * 0.023 + 0.016 * chance(i, 1),
      foot: 0.9 - i * 0.002,
      height: (0.43 - 0.022 * i) * (0.62 + 0.5 * chance(i, 2)),
      seed: i + 10,
    }),
  ),
  ...Array.from(
    { length: 9 },
    (_, i): Pine => ({
      x: 1.58 + i * 0.03 + 0.018 * chance(i, 3),
      foot: 0.9,
      height: (0.2 + 0.034 * i) * (0.66 + 0.5 * chance(i, 4)),
      seed: i + 40,
    }),
  ),
];

function far(x: number, y: number, ridges: readonly Float64Array[], column: number): Rgb {
  let colour = sky(x, y);
  const star = stars(x, y);
  colour = add(colour, [0.95, 0.93, 1], star);
  for (const [i, ridge] of RIDGES.entries()) {
    const top = ridges[i]?.[column] ?? 1;
    if (y < top) continue;
    const depth = smoothStep(ridge.base - ridge.rise * 0.45, ridge.base + 0.055, y);
    const sunward = Math.exp(-((x - SUN_X) ** 2) * 3);
    colour = add(mix(ridge.top, ridge.foot, depth * 0.85), [0.13, 0.05, 0.01], sunward * (0.35 + 0.65 * depth) * (1 - i * 0.2));
  }
  return colour;
}

function tent(x: number, y: number): Rgb | undefined {
  const down = (y - TENT.apex) / (TENT.foot - TENT.apex);
  if (down < 0 || down > 1) return undefined;
  const sag = 0.1 * Math.sin(Math.PI * down) * TENT.half;
  const half = TENT.half * down - sag;
  const side = x - TENT.x;
  const lamp = Math.exp(-(((side - 0.004) / 0.055) ** 2 + ((y - 0.855) / 0.075) ** 2));
  if (Math.abs(side) <= half) {
    const seam = Math.exp(-((side / 0.0016) ** 2));
    const fold = 0.04 * Math.sin(side * 240 + down * 5) * down;
    const edge = smoothStep(0, 0.01, half - Math.abs(side));
    const lit = mix([0.86, 0.42, 0.17], [1, 0.83, 0.5], Math.min(1, lamp * 1.15));
    return mix(mix(add(lit, [1, 0.8, 0.5], fold), [0.5, 0.2, 0.09], seam * 0.6), [0.55, 0.24, 0.12], (1 - edge) * 0.75);
  }
  const ridgeEnd = TENT.back * 0.86;
  const top = TENT.apex + 0.012 * (side / ridgeEnd);
  const rear = ridgeEnd + (TENT.back + TENT.half * 0.62 - ridgeEnd) * ((y - top) / (TENT.foot - 0.008 - top)) ** 1.1;
  if (side > 0 && side > half && y > top && side < rear && y < TENT.foot - 0.012 * (side / TENT.back)) {
    const fade = Math.exp(-side * 7.5);
    const shade = mix([0.3, 0.13, 0.15], [0.93, 0.5, 0.22], fade * (0.45 + 0.55 * smoothStep(0, 0.8, down)));
    const crease = Math.exp(-(((side - half - 0.075) / 0.002) ** 2)) * 0.25;
    return mix(shade, [0.2, 0.1, 0.12], crease);
  }
  return undefined;
}

function ground(x: number): number {
  return 0.872 + 0.02 * Math.cos(x * 2.1 + 0.6) + 0.006 * valueNoise(x * 9, 2, 71) + 0.0035 * valueNoise(x * 160, 4, 72);
}

function colourAt(x: number, y: number, ridges: readonly Float64Array[]): Rgb {
  const column = Math.min((ridges[0]?.length ?? 1) - 1, Math.max(0, Math.floor((x / WIDE) * (ridges[0]?.length ?? 1))));
  let colour: Rgb;
  if (y < SHORE) colour = far(x, y, ridges, column);
  else {
    const deep = y - SHORE;
    const ripple = (layeredNoise(x * 8, deep * 260, 3) - 0.5) * 0.05 * smoothStep(0, 0.08, deep);
    const mirrored = far(x + ripple * 0.25, SHORE - deep * 1.75 - ripple, ridges, column);
    colour = mix(mix(mirrored, [0.16, 0.16, 0.3], 0.24), [1, 0.8, 0.6], Math.exp(-deep * 90) * 0.16);
  }
  const mist = Math.exp(-(((y - SHORE) / 0.02) ** 2)) * (0.25 + 0.35 * layeredNoise(x * 3, y * 30, 3));
  colour = mix(colour, [0.93, 0.66, 0.55], mist * 0.6);
  const edge = ground(x);
  if (y > edge) {
    const turf = valueNoise(x * 700, y * 420, 81) * 0.6 + valueNoise(x * 160, y * 420, 82) * 0.4;
    const glow = Math.exp(-(((x - TENT.x - 0.02) / 0.2) ** 2 + ((y - TENT.foot - 0.012) / 0.055) ** 2));
    colour = mix([0.055, 0.055, 0.1], [0.025, 0.025, 0.05], smoothStep(0, 0.12, y - edge));
    colour = add(colour, [0.6, 0.28, 0.09], glow * (0.5 + 0.5 * turf));
  }
  for (const pine of PINES) {
    const half = pineHalfWidth((y - pine.foot + pine.height) / pine.height, pine.height, pine.seed);
    if (y < pine.foot + 0.02 && Math.abs(x - pine.x) < half) {
      const shade = 0.75 + 0.25 * chance(pine.seed, 9);
      colour = mix([0.05 * shade, 0.055 * shade, 0.115 * shade], [0.1, 0.085, 0.15], Math.max(0, pine.foot - y) * 0.4);
    }
  }
  colour = tent(x, y) ?? colour;
  const halo = Math.exp(-(((x - TENT.x - 0.03) / 0.2) ** 2 + ((y - 0.83) / 0.15) ** 2));
  return add(colour, [0.4, 0.19, 0.06], halo * 0.34);
}

/** A lake among mountains after sunset with a lit tent at the lower right; the upper left stays calm for words. */
export function paintCamp(width: number, height: number): Picture {
  const columns = width * 2;
  const ridges = RIDGES.map((ridge) => Float64Array.from({ length: columns }, (_, i) => ridgeHeight(ridge, ((i + 0.5) / columns) * WIDE)));
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      let sum: Rgb = [0, 0, 0];
      for (let sub = 0; sub < 4; sub++) {
        sum = add(sum, colourAt(((px + 0.25 + 0.5 * (sub & 1)) / width) * WIDE, (py + 0.25 + 0.5 * (sub >> 1)) / height, ridges), 0.25);
      }
      const [vx, vy] = [px / width - 0.5, py / height - 0.5];
      const dim = 1 - 0.42 * (vx * vx + vy * vy);
      const dither = (chance(px, py) + chance(py, px + 77) - 1) / 255;
      const at = (py * width + px) * 4;
      for (let c = 0; c < 3; c++) pixels[at + c] = 255 * ((sum[c] as number) * dim + dither);
      pixels[at + 3] = 255;
    }
  }
  return { width, height, pixels };
}
