import { boxBlur, lineBlur } from './box-blur.ts';
import { ditherNoise } from './dither.ts';

/** Opacity of a cut-out, one byte a pixel. */
export type Mask = { readonly alpha: Uint8Array; readonly width: number; readonly height: number };

/** The opacity of a black shadow; `x`, `y` are where its top left pixel stands relative to the subject's, mostly below 0 because it reaches out. */
export type Shadow = Mask & { readonly x: number; readonly y: number };

const toBytes = (plane: Float32Array, width: number): Uint8Array => {
  const bytes = new Uint8ClampedArray(plane.length);
  for (let i = 0; i < plane.length; i++) {
    const value = (plane[i] as number) * 255;
    bytes[i] = value < 0.25 ? 0 : value + ditherNoise(i % width, (i / width) | 0) * 0.7;
  }
  return new Uint8Array(bytes.buffer);
};

/** The subject's own shape, moved down and blurred twice: close and wide. */
const softShadow = (mask: Mask): Shadow => {
  const wide = mask.height * 0.045;
  const close = mask.height * 0.012;
  const margin = Math.ceil(wide * 3);
  const width = mask.width + margin * 2;
  const height = mask.height + margin * 2 + Math.ceil(mask.height * 0.04);
  const layer = (options: { readonly sigma: number; readonly drop: number; readonly strength: number }): Float32Array => {
    const plane = new Float32Array(width * height);
    const drop = Math.round(options.drop);
    for (let y = 0; y < mask.height; y++) {
      const to = (y + margin + drop) * width + margin;
      for (let x = 0; x < mask.width; x++) plane[to + x] = ((mask.alpha[y * mask.width + x] as number) / 255) * options.strength;
    }
    boxBlur(plane, { width, height, sigma: options.sigma });
    return plane;
  };
  const far = layer({ sigma: wide, drop: mask.height * 0.03, strength: 0.3 });
  const near = layer({ sigma: close, drop: mask.height * 0.01, strength: 0.24 });
  for (let i = 0; i < far.length; i++) far[i] = 1 - (1 - (far[i] as number)) * (1 - (near[i] as number));
  return { alpha: toBytes(far, width), width, height, x: -margin, y: -margin };
};

type Ground = {
  /** The subject's lowest row. */
  readonly base: number;
  /** For every column how nearly the subject reaches down to that row, 0 to 1. */
  readonly touch: Float32Array;
  /** For every column how far above that row the subject ends there, smoothed; a round foot or a leg farther back ends higher. */
  readonly lift: Float32Array;
  /** First and last column that stands on the ground. */
  readonly from: number;
  readonly until: number;
};

/** Where a subject touches the ground. */
const groundOf = (mask: Mask): Ground => {
  const lows = new Int32Array(mask.width).fill(-1);
  let base = 0;
  for (let y = mask.height - 1; y >= 0; y--)
    for (let x = 0; x < mask.width; x++) {
      if ((lows[x] as number) >= 0 || (mask.alpha[y * mask.width + x] as number) < 128) continue;
      lows[x] = y;
      base = Math.max(base, y);
    }
  const reach = Math.max(2, mask.height * 0.034);
  const touch = Float32Array.from(lows, (low) => (low < 0 ? 0 : Math.exp(-(((base - low) / reach) ** 2))));
  const from = touch.findIndex((value) => value > 0.2);
  const spread = Math.max(1, mask.width * 0.01);
  const weights = lineBlur(touch, spread);
  const lifts = lineBlur(
    Float32Array.from(touch, (value, x) => value * Math.max(0, base - (lows[x] as number))),
    spread,
  );
  const lift = lifts.map((value, x) => ((weights[x] as number) > 0.001 ? value / (weights[x] as number) : 0));
  return { base, touch, lift, from: Math.max(0, from), until: touch.findLastIndex((value) => value > 0.2) };
};

/** A dark line of contact where the subject stands, round it a soft pool, and a wide faint one under its whole stance. */
const floorShadow = (mask: Mask): Shadow => {
  const { base, touch, lift, from, until } = groundOf(mask);
  const stance = Math.max(8, until - from + 1);
  const under = touch.map((value, x) => (x >= from && x <= until ? Math.max(0.62, value) : value));
  const pools = [
    { profile: touch, follow: 0.85, across: stance * 0.012, along: Math.max(1, stance * 0.013), strength: 0.5, drop: 0.003 },
    { profile: touch, follow: 0.6, across: stance * 0.045, along: stance * 0.035, strength: 0.3, drop: 0.01 },
    { profile: under, follow: 0, across: stance * 0.1, along: stance * 0.06, strength: 0.3, drop: 0.014 },
    { profile: under, follow: 0, across: stance * 0.24, along: stance * 0.12, strength: 0.2, drop: 0.03 },
  ];
  const marginX = Math.ceil(stance * 0.75);
  const marginUp = Math.ceil(stance * 0.36);
  const width = mask.width + marginX * 2;
  const height = marginUp + Math.ceil(stance * 0.44);
  const plane = new Float32Array(width * height).fill(1);
  for (const pool of pools) {
    const stretch = new Float32Array(width);
    stretch.set(pool.profile, marginX);
    const profile = lineBlur(stretch, pool.across);
    const centers = Float32Array.from(profile, (_, x) => marginUp + stance * pool.drop - pool.follow * (lift[x - marginX] ?? 0));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const away = (y - (centers[x] as number)) / pool.along;
        if (away > 3.5 || away < -3.5) continue;
        const depth = pool.strength * Math.exp(-(away * away) / 2) * Math.min(1, profile[x] as number);
        plane[y * width + x] = (plane[y * width + x] as number) * (1 - depth);
      }
  }
  for (let i = 0; i < plane.length; i++) plane[i] = 1 - (plane[i] as number);
  return { alpha: toBytes(plane, width), width, height, x: -marginX, y: base - marginUp };
};

/** The shadow of a cut-out: `soft` floats it before a wall, `floor` stands it on the ground. The same mask gives the same bytes. */
export const paintShadow = (input: { readonly mask: Mask; readonly kind: 'soft' | 'floor' }): Shadow =>
  input.kind === 'soft' ? softShadow(input.mask) : floorShadow(input.mask);

/** Puts a premultiplied cut-out on its shadow; `x`, `y` say where the result's top left pixel stands relative to the cut-out's. */
export const standOnShadow = (
  subject: { readonly rgba: Uint8Array; readonly width: number; readonly height: number },
  kind: 'soft' | 'floor',
): { readonly rgba: Uint8Array; readonly width: number; readonly height: number; readonly x: number; readonly y: number } => {
  const alpha = new Uint8Array(subject.width * subject.height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = subject.rgba[i * 4 + 3] as number;
  const shadow = paintShadow({ mask: { alpha, width: subject.width, height: subject.height }, kind });
  const left = Math.min(0, shadow.x);
  const top = Math.min(0, shadow.y);
  const width = Math.max(subject.width, shadow.x + shadow.width) - left;
  const height = Math.max(subject.height, shadow.y + shadow.height) - top;
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < shadow.height; y++)
    for (let x = 0; x < shadow.width; x++)
      rgba[((y + shadow.y - top) * width + x + shadow.x - left) * 4 + 3] = shadow.alpha[y * shadow.width + x] as number;
  for (let y = 0; y < subject.height; y++)
    for (let x = 0; x < subject.width; x++) {
      const from = (y * subject.width + x) * 4;
      const to = ((y - top) * width + x - left) * 4;
      const under = 255 - (subject.rgba[from + 3] as number);
      if (under === 255) continue;
      rgba[to] = subject.rgba[from] as number;
      rgba[to + 1] = subject.rgba[from + 1] as number;
      rgba[to + 2] = subject.rgba[from + 2] as number;
      rgba[to + 3] = (subject.rgba[from + 3] as number) + Math.round(((rgba[to + 3] as number) * under) / 255);
    }
  return { rgba, width, height, x: left, y: top };
};
