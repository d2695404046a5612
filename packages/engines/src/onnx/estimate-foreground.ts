import { boxMean } from './box-mean.ts';
import type { ColourPlanes, Picture, Plane } from './picture.ts';
import { type Enlarged, enlarged, resizePlane } from './resample.ts';

type Side = { readonly weight: Float32Array; readonly small: Float32Array; readonly wide: Float32Array };
type Radii = { readonly edge: number; readonly small: number; readonly wide: number };

/** Share of the wide window's colour in a side's colour: it only decides where the small window holds nothing of that side. */
const WIDE_SHARE = 0.003;

function radiiFor({ width, height }: Plane): Radii {
  const longest = Math.max(width, height);
  return {
    edge: Math.max(1, Math.round(longest * 0.002)),
    small: Math.max(4, Math.round(longest * 0.008)),
    wide: Math.max(10, Math.round(longest * 0.04)),
  };
}

/** How surely a pixel belongs to a side when this share of its neighbourhood does, 0..1. */
const insideness = (share: number): number => Math.max(0, (share - 0.85) / 0.15);

/** The pixels that surely belong to one side: those whose whole neighbourhood does. */
function sideOf(share: Float32Array, size: Plane, radii: Radii): Side {
  const weight = boxMean(share, size, radii.edge).map(insideness);
  return { weight, small: boxMean(weight, size, radii.small), wide: boxMean(weight, size, radii.wide) };
}

/** The colour of a side around every pixel, from the small window where it holds enough of that side and else from the wide one. */
function colourOf(side: Side, image: Float32Array, size: Plane, radii: Radii): Float32Array {
  const weighted = image.map((value, i) => value * (side.weight[i] as number));
  const small = boxMean(weighted, size, radii.small);
  const wide = boxMean(weighted, size, radii.wide);
  return small.map((value, i) => {
    const total = (side.small[i] as number) + WIDE_SHARE * (side.wide[i] as number);
    return total > 1e-6 ? (value + WIDE_SHARE * (wide[i] as number)) / total : (image[i] as number);
  });
}

/** Both sides' colours around every pixel, at the size of `alpha`. */
function sideColours(
  planes: ColourPlanes,
  alpha: Plane,
  radii: Radii,
): { readonly front: readonly Float32Array[]; readonly back: readonly Float32Array[] } {
  const inside = sideOf(alpha.data, alpha, radii);
  const clear = alpha.data.map((value) => 1 - value);
  const outside = sideOf(clear, alpha, radii);
  return {
    front: planes.channels.map((image) => colourOf(inside, image, alpha, radii)),
    back: planes.channels.map((image) => colourOf(outside, image, alpha, radii)),
  };
}

/** A picture, its colours at the size at which both sides' are looked for, and the subject's alpha at the picture's size. */
export type Estimating = { readonly picture: Picture; readonly small: ColourPlanes; readonly alpha: Plane };

/**
 * The subject in its own colours, background removed from every pixel near an edge, opaque ones too, on clear ground. As in blur-fusion (M. Forte,
 * "Approximate Fast Foreground Colour Estimation", 2021) both sides' colours come from a small and a wide box mean; then the mixing equation is
 * solved along the line between them, so that texture across that line stays. Colours of pixels away from edges are the picture's own.
 */
export function estimateForeground({ picture, small, alpha }: Estimating): Picture {
  const { width, height } = alpha;
  const size = { width: small.width, height: small.height };
  const smallAlpha = resizePlane(alpha, size.width, size.height);
  const sides = sideColours(small, smallAlpha, radiiFor(smallAlpha));
  const large = (data: Float32Array): Enlarged => enlarged({ ...size, data }, alpha);
  const [front, back] = [sides.front.map(large), sides.back.map(large)];
  const depth = boxMean(alpha.data, alpha, radiiFor(alpha).edge);
  const rgba = new Uint8Array(picture.rgba);
  const pixels = new Uint32Array(rgba.buffer);
  const [steps, own] = [new Float64Array(3), new Float64Array(3)];
  for (let y = 0; y < height; y++) {
    let there = false;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const opacity = Math.round((alpha.data[i] as number) * 255);
      if (opacity === 0) {
        pixels[i] = 0;
        continue;
      }
      rgba[i * 4 + 3] = opacity;
      const edge = 1 - insideness(depth[i] as number);
      if (edge < 1e-6) continue;
      if (!there) for (const plane of [...front, ...back]) plane.goTo(y);
      there = true;
      let along = 0;
      let length = 1e-6;
      for (let c = 0; c < 3; c++) {
        const far = back[c]?.at(x) as number;
        const step = (front[c]?.at(x) as number) - far;
        steps[c] = step;
        own[c] = (rgba[i * 4 + c] as number) / 255;
        along += ((own[c] as number) - far) * step;
        length += step * step;
      }
      const missing = edge * (1 - Math.min(1, Math.max(0, along / length)));
      for (let c = 0; c < 3; c++)
        rgba[i * 4 + c] = 255 * Math.min(1, Math.max(0, (own[c] as number) + missing * (steps[c] as number))) + 0.5;
    }
  }
  return { width, height, rgba };
}
