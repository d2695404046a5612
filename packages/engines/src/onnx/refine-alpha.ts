import { boxMean } from './box-mean.ts';
import type { ColourPlanes, Picture, Plane } from './picture.ts';
import { type Enlarged, enlarged, resizePlane } from './resample.ts';

/** What colour alone says counts as clear below the first and as opaque above the second. */
const COLOUR_NONE = 0.2;
const COLOUR_ALL = 0.88;
/** Soft pixels stay only near one that colour gives to the subject at least this surely: first nothing stays, from the second on all. */
const HOLD_NONE = 0.5;
const HOLD_ALL = 0.8;
/** How near, as a share of the mask's blur. */
const HOLD_REACH = 0.4;
/** Weight of a pixel whose side is in doubt, against 1 for a sure one. */
const DOUBT_WEIGHT = 0.01;
const RIDGE = 0.0008;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const smooth = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
};

/** How sure the coarse mask is of each pixel's side, 0..1: the share of the window on one side, whichever is larger. */
function agreement(mask: Plane, radius: number): Float32Array {
  const inside = boxMean(
    mask.data.map((value) => (value > 0.9 ? 1 : 0)),
    mask,
    radius,
  );
  const outside = boxMean(
    mask.data.map((value) => (value < 0.1 ? 1 : 0)),
    mask,
    radius,
  );
  return inside.map((value, i) => Math.max(value, outside[i] as number));
}

/** Weighted second moments of the guide and the mask in the window around every pixel. */
function moments(guide: ColourPlanes, mask: Float32Array, weight: Float32Array, radius: number) {
  const [r, g, b] = guide.channels;
  const total = boxMean(weight, guide, radius);
  const product = new Float32Array(weight.length);
  const mean = (...factors: readonly Float32Array[]): Float32Array => {
    product.set(weight);
    for (const factor of factors) for (let i = 0; i < product.length; i++) product[i] = (product[i] as number) * (factor[i] as number);
    const result = boxMean(product, guide, radius);
    for (let i = 0; i < result.length; i++) result[i] = (result[i] as number) / ((total[i] as number) + 1e-9);
    return result;
  };
  return {
    r: mean(r),
    g: mean(g),
    b: mean(b),
    p: mean(mask),
    rr: mean(r, r),
    rg: mean(r, g),
    rb: mean(r, b),
    gg: mean(g, g),
    gb: mean(g, b),
    bb: mean(b, b),
    rp: mean(r, mask),
    gp: mean(g, mask),
    bp: mean(b, mask),
    pp: mean(mask, mask),
  };
}

/** Per pixel: three slopes, one offset, and the share of the mask's variance that colour explains there (0..1). */
type Fit = readonly [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

/**
 * Local linear models of the mask on colour: the guided filter of He, Sun and Tang (2010) with a colour guide, here weighted so that the sure
 * pixels on both sides of an edge teach the doubtful ones between them.
 */
function fitColours(guide: ColourPlanes, mask: Float32Array, weight: Float32Array, radius: number): Fit {
  const m = moments(guide, mask, weight, radius);
  const count = mask.length;
  const fit: Fit = [
    new Float32Array(count),
    new Float32Array(count),
    new Float32Array(count),
    new Float32Array(count),
    new Float32Array(count),
  ];
  const at = (plane: Float32Array, i: number): number => plane[i] as number;
  for (let i = 0; i < count; i++) {
    const [r, g, b, p] = [at(m.r, i), at(m.g, i), at(m.b, i), at(m.p, i)];
    const rr = at(m.rr, i) - r * r + RIDGE;
    const gg = at(m.gg, i) - g * g + RIDGE;
    const bb = at(m.bb, i) - b * b + RIDGE;
    const rg = at(m.rg, i) - r * g;
    const rb = at(m.rb, i) - r * b;
    const gb = at(m.gb, i) - g * b;
    const [rp, gp, bp] = [at(m.rp, i) - r * p, at(m.gp, i) - g * p, at(m.bp, i) - b * p];
    const [c0, c1, c2] = [gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg];
    const inverse = 1 / (rr * c0 + rg * c1 + rb * c2);
    const ar = (c0 * rp + c1 * gp + c2 * bp) * inverse;
    const ag = (c1 * rp + (rr * bb - rb * rb) * gp + (rb * rg - rr * gb) * bp) * inverse;
    const ab = (c2 * rp + (rb * rg - rr * gb) * gp + (rr * gg - rg * rg) * bp) * inverse;
    const variance = at(m.pp, i) - p * p;
    fit[0][i] = ar;
    fit[1][i] = ag;
    fit[2][i] = ab;
    fit[3][i] = p - ar * r - ag * g - ab * b;
    fit[4][i] = variance > 1e-4 ? clamp((ar * rp + ag * gp + ab * bp) / variance) : 0;
  }
  return fit.map((plane) => boxMean(plane, guide, Math.max(1, radius / 3))) as unknown as Fit;
}

/** What the local models say of every pixel, by its colour alone. */
function byColour(guide: ColourPlanes, [fr, fg, fb, offset]: Fit): Float32Array {
  const [r, g, b] = guide.channels;
  return offset.map(
    (value, i) =>
      value + (fr[i] as number) * (r[i] as number) + (fg[i] as number) * (g[i] as number) + (fb[i] as number) * (b[i] as number),
  );
}

/** The largest value within `radius` pixels along rows and then along columns. */
function largestNear(
  source: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  radius: number,
): Float32Array {
  const pass = (from: Float32Array, step: number, length: number): Float32Array =>
    from.map((own, i) => {
      const place = step === 1 ? i % width : Math.floor(i / width);
      let largest = own;
      for (let k = Math.max(-radius, -place); k <= Math.min(radius, length - 1 - place); k++)
        largest = Math.max(largest, from[i + k * step] as number);
      return largest;
    });
  return pass(pass(source, 1, width), width, height);
}

/** What an alpha is refined from. */
export type Refining = {
  readonly picture: Picture;
  /** The picture's colours at the size of the fit. */
  readonly small: ColourPlanes;
  /** The coarse mask at the picture's size. */
  readonly mask: Plane;
  /** Radius, in pixels of the picture, within which the coarse mask may be wrong about an edge. */
  readonly blurPx: number;
};

/**
 * Turns a coarse mask, already at the picture's size, into an alpha with the picture's own edges: fully opaque inside, fully clear outside,
 * soft only where colours mix. Where colour cannot tell the sides apart, the coarse mask decides; an even half-tone far from anything opaque is
 * a third colour, not a mixture, and goes.
 */
export function refineAlpha({ picture, small, mask, blurPx }: Refining): Plane {
  const { width, height } = mask;
  const size = { width: small.width, height: small.height };
  const coarse = resizePlane(mask, size.width, size.height);
  const radius = Math.max(1, (blurPx * size.width) / width);
  const agreed = agreement(coarse, radius);
  const weight = agreed.map((value) => DOUBT_WEIGHT + (1 - DOUBT_WEIGHT) * smooth(0.85, 1, value));
  const fit = fitColours(small, coarse.data, weight, radius * 2.5);
  const reach = Math.max(1, Math.round(radius * HOLD_REACH));
  const held = largestNear(byColour(small, fit), size, reach).map((value) => smooth(HOLD_NONE, HOLD_ALL, value));
  const certain = agreed.map((value) => smooth(0.65, 1, value));
  const large = (data: Float32Array): Enlarged => enlarged({ ...size, data }, mask);
  const slopes = [large(fit[0]), large(fit[1]), large(fit[2])] as const;
  const [offset, explained, sure, hold] = [large(fit[3]), large(fit[4]), large(certain), large(held)];
  const rest = [...slopes, offset, explained, hold];
  const alpha = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    sure.goTo(y);
    let there = false;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const coarseValue = mask.data[i] as number;
      const side = coarseValue > 0.5 ? 1 : 0;
      const s = sure.at(x);
      if (s > 0.999) {
        alpha[i] = side;
        continue;
      }
      // Most rows have no doubtful pixel; the others' planes are only made for those that have.
      if (!there) for (const plane of rest) plane.goTo(y);
      there = true;
      let colour = offset.at(x);
      for (const c of [0, 1, 2] as const) colour += slopes[c].at(x) * ((picture.rgba[i * 4 + c] as number) / 255);
      const soft = clamp((colour - COLOUR_NONE) / (COLOUR_ALL - COLOUR_NONE)) * hold.at(x);
      const trust = smooth(0.3, 0.75, explained.at(x));
      alpha[i] = s * side + (1 - s) * (trust * soft + (1 - trust) * smooth(0.2, 0.8, coarseValue));
    }
  }
  return { width, height, data: alpha };
}
