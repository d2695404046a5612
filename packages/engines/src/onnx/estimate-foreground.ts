import { boxMean } from './box-mean.ts';
import type { ColourPlanes, Plane } from './picture.ts';
import { enlargedRows, fitSize, resizePlane } from './resample.ts';

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

/**
 * The subject's own colours, background removed from every pixel near an edge, opaque ones too. As in blur-fusion (M. Forte, "Approximate Fast
 * Foreground Colour Estimation", 2021) both sides' colours come from a small and a wide box mean; then the mixing equation is solved along the
 * line between them, so that texture across that line stays. Colours of pixels away from edges are the picture's own.
 */
export function estimateForeground(planes: ColourPlanes, alpha: Plane, fitPixels?: number): ColourPlanes {
  const size = fitSize(alpha, fitPixels);
  const small = (data: Float32Array): Float32Array => resizePlane({ ...alpha, data }, size.width, size.height).data;
  const [r, g, b] = planes.channels;
  const smallAlpha = { ...size, data: small(alpha.data) };
  const sides = sideColours({ ...size, channels: [small(r), small(g), small(b)] }, smallAlpha, radiiFor(smallAlpha));
  const front = sides.front.map((data) => enlargedRows({ ...size, data }, alpha));
  const back = sides.back.map((data) => enlargedRows({ ...size, data }, alpha));
  const depth = boxMean(alpha.data, alpha, radiiFor(alpha).edge);
  const cleaned = [r.slice(), g.slice(), b.slice()] as [Float32Array, Float32Array, Float32Array];
  for (let y = 0; y < alpha.height; y++) {
    const near = front.map((row) => row(y));
    const far = back.map((row) => row(y));
    for (let x = 0; x < alpha.width; x++) {
      const i = y * alpha.width + x;
      const edge = 1 - insideness(depth[i] as number);
      if (edge === 0 || alpha.data[i] === 0) continue;
      let along = 0;
      let length = 1e-6;
      for (let c = 0; c < 3; c++) {
        const step = (near[c]?.[x] as number) - (far[c]?.[x] as number);
        along += ((planes.channels[c as 0 | 1 | 2][i] as number) - (far[c]?.[x] as number)) * step;
        length += step * step;
      }
      const missing = edge * (1 - Math.min(1, Math.max(0, along / length)));
      for (let c = 0; c < 3; c++) {
        const plane = cleaned[c as 0 | 1 | 2];
        plane[i] = Math.min(1, Math.max(0, (plane[i] as number) + missing * ((near[c]?.[x] as number) - (far[c]?.[x] as number))));
      }
    }
  }
  return { ...planes, channels: cleaned };
}
