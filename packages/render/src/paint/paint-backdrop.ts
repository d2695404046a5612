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

/** Colours of a backdrop; missing ones are made from the first: a livelier neighbour and a deeper one. */
export const inkOf = (colors: readonly string[]): BackdropInk => {
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

/** Pixels to a cell's side: every design bends so little that colours between its corners err by less than the noise laid over them. */
const cell = 8;
/** A cell whose corner is farther than this from every edge has none in it. */
const edgeFree = cell * Math.SQRT2 + 2;
/** A corner is red, green and blue from 0 to 255, and pixels to the nearest edge. */
const cornerNumbers = 4;

/** A cell's top left pixel, the lines of corners at its sides and where its upper corners stand in them. */
type Cell = {
  readonly left: number;
  readonly top: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly at: number;
};

/** One number of a line of corners, `down` of the way from a corner to the next. */
const between = (corners: Float64Array, { at, down }: { readonly at: number; readonly down: number }): number => {
  const upper = corners[at] as number;
  return upper + ((corners[at + cornerNumbers] as number) - upper) * down;
};

/**
 * Paints a backdrop, opaque. Colours are mixed in OKLab and rounded with triangular noise of a little over one level, so that no band shows
 * even after 8-bit video; the same input gives the same bytes. Only cells with an edge in them are mixed pixel by pixel; the others are
 * filled from their corners.
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
  const rgb = new Float64Array(cornerNumbers);
  const from = new Float64Array(3);
  const step = new Float64Array(3);
  const put = (column: number, row: number): void => {
    const noise = ditherNoise(column, row) * 1.3;
    const at = (row * width + column) * 4;
    for (let i = 0; i < 3; i++) rounding[at + i] = (rgb[i] as number) + noise;
    rounding[at + 3] = 255;
  };
  const mix = (column: number, row: number): void => {
    const edge = shade((column + 0.5 - width / 2) / unit, (row + 0.5 - height / 2) / unit, lab);
    labToRgb(lab, rgb);
    rgb[3] = edge * unit;
  };
  const mixCell = (left: number, top: number): void => {
    for (let column = left; column < Math.min(width, left + cell); column++)
      for (let row = top; row < Math.min(height, top + cell); row++) {
        mix(column, row);
        put(column, row);
      }
  };
  const fillCell = ({ left, top, before, after, at }: Cell): void => {
    for (let row = top; row < Math.min(height, top + cell); row++) {
      const down = (row - top) / cell;
      for (let i = 0; i < 3; i++) {
        from[i] = between(before, { at: at + i, down });
        step[i] = (between(after, { at: at + i, down }) - (from[i] as number)) / cell;
      }
      for (let column = left; column < Math.min(width, left + cell); column++) {
        for (let i = 0; i < 3; i++) rgb[i] = (from[i] as number) + (step[i] as number) * (column - left);
        put(column, row);
      }
    }
  };
  const cornersAt = (column: number): Float64Array => {
    const corners = new Float64Array((Math.ceil(height / cell) + 1) * cornerNumbers);
    for (let at = 0, row = 0; at < corners.length; at += cornerNumbers, row += cell) {
      mix(column, row);
      corners.set(rgb, at);
    }
    return corners;
  };
  let before = cornersAt(0);
  for (let left = 0; left < width; left += cell) {
    const after = cornersAt(left + cell);
    for (let top = 0, at = 0; top < height; top += cell, at += cornerNumbers) {
      const far = (corners: Float64Array): number => Math.max(corners[at + 3] as number, corners[at + 7] as number);
      if (Math.max(far(before), far(after)) < edgeFree) mixCell(left, top);
      else fillCell({ left, top, before, after, at });
    }
    before = after;
  }
  return { rgba, width, height };
};
