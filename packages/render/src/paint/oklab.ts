import { fromLinear, parseColor, toLinear } from './color.ts';

/** A colour in OKLab (B. Ottosson, 2020): lightness 0 to 1 and two colour axes; mixes of it look even, without grey or dark middles. */
export type Lab = readonly [number, number, number];

/** `#rgb` or `#rrggbb` in OKLab. */
export const labOf = (color: string): Lab => {
  const [red, green, blue] = parseColor(color).map(toLinear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

/** A colour made lighter (or darker, below 0) by `by`, its colourfulness times `chroma`. */
export const toned = (lab: Lab, options: { readonly by: number; readonly chroma?: number }): Lab => {
  const chroma = options.chroma ?? 1;
  return [Math.min(0.995, Math.max(0.02, lab[0] + options.by)), lab[1] * chroma, lab[2] * chroma];
};

/** Mixes two colours; `share` 0 gives `a`, 1 gives `b`. */
export const mixLab = (a: Lab, b: Lab, share: number): Lab => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

const steps = 8192;
const encoded = Float64Array.from({ length: steps + 2 }, (_, i) => fromLinear((i / steps) ** 2));

/** Linear light to sRGB 0..255 by a table over its square root, where the curve is nearly straight (error below 0.001). */
const encode = (light: number): number => {
  if (light <= 0) return 0;
  if (light >= 1) return 255;
  const at = Math.sqrt(light) * steps;
  const index = at | 0;
  const low = encoded[index] as number;
  return low + ((encoded[index + 1] as number) - low) * (at - index);
};

/** Writes an OKLab colour as sRGB numbers from 0 to 255, not rounded, so that they can be dithered. */
export const labToRgb = (lab: ArrayLike<number>, rgb: Float64Array): void => {
  const lightness = lab[0] as number;
  const a = lab[1] as number;
  const b = lab[2] as number;
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  rgb[0] = encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  rgb[1] = encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  rgb[2] = encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
};
