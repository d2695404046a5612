import type { BackdropDesign } from '@filmwright/contracts';
import { type BackdropInk, backdropPainters } from './backdrop-designs.ts';
import { ditherNoise } from './dither.ts';
import { labOf, labToRgb, mixLab, toned } from './oklab.ts';

export type BackdropInput = {
  readonly design: BackdropDesign;
  readonly colors: readonly string[];
  readonly width: number;
  readonly height: number;
};

/** Missing colours are made from the first: a livelier neighbour and a deeper one. */
const inkOf = (colors: readonly string[]): BackdropInk => {
  const ground = labOf(colors[0] ?? '#f4f1ec');
  const dark = ground[0] < 0.55;
  const accent = colors[1] ? labOf(colors[1]) : toned(ground, { by: dark ? 0.24 : -0.12, chroma: 1.6 });
  const deep = colors[2]
    ? labOf(colors[2])
    : colors[1]
      ? mixLab(toned(accent, { by: -0.25 }), ground, 0.3)
      : toned(ground, { by: dark ? -0.1 : -0.3, chroma: 1.3 });
  return { ground, accent, deep, dark };
};

/**
 * Paints a backdrop, opaque. Colours are mixed in OKLab and rounded with triangular noise of a little over one level, so that no band shows
 * even after 8-bit video; the same input gives the same bytes.
 */
export const paintBackdrop = (source: BackdropInput): { readonly rgba: Uint8Array; readonly width: number; readonly height: number } => {
  const { width, height } = source;
  const unit = Math.min(width, height);
  const shade = backdropPainters[source.design](inkOf(source.colors), {
    halfWidth: width / unit / 2,
    halfHeight: height / unit / 2,
    pixel: 1 / unit,
  });
  const rgba = new Uint8Array(width * height * 4);
  const rounding = new Uint8ClampedArray(rgba.buffer);
  const lab = new Float64Array(3);
  const rgb = new Float64Array(3);
  // Column by column, so that a design can keep what depends on x alone.
  for (let column = 0; column < width; column++) {
    const x = (column + 0.5 - width / 2) / unit;
    for (let row = 0; row < height; row++) {
      shade(x, (row + 0.5 - height / 2) / unit, lab);
      labToRgb(lab, rgb);
      const noise = ditherNoise(column, row) * 1.3;
      const at = (row * width + column) * 4;
      for (let i = 0; i < 3; i++) rounding[at + i] = (rgb[i] as number) + noise;
      rgba[at + 3] = 255;
    }
  }
  return { rgba, width, height };
};
