import { boxMean } from './box-mean.ts';
import type { ColourPlanes, Plane } from './picture.ts';

type Sides = { readonly front: Float32Array; readonly back: Float32Array };

/** One pass of blur-fusion for one channel: neighbours' colours, weighted by how much each side owns them, then what mixing demands. */
function fuse(image: Float32Array, sides: Sides, alpha: Plane, radius: number): Sides {
  const a = alpha.data;
  const count = a.length;
  const share = boxMean(a, alpha, radius);
  const front = new Float32Array(count);
  const back = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    front[i] = (sides.front[i] as number) * (a[i] as number);
    back[i] = (sides.back[i] as number) * (1 - (a[i] as number));
  }
  const frontMean = boxMean(front, alpha, radius);
  const backMean = boxMean(back, alpha, radius);
  for (let i = 0; i < count; i++) {
    const own = a[i] as number;
    const near = (frontMean[i] as number) / ((share[i] as number) + 1e-5);
    const far = (backMean[i] as number) / (1 - (share[i] as number) + 1e-5);
    const rest = (image[i] as number) - own * near - (1 - own) * far;
    front[i] = Math.min(1, Math.max(0, near + own * rest));
    back[i] = Math.min(1, Math.max(0, far));
  }
  return { front, back };
}

/**
 * The subject's own colour in one channel, background removed from soft pixels: blur-fusion in two passes, a wide and a narrow one
 * (M. Forte, "Approximate Fast Foreground Colour Estimation", 2021). Opaque pixels keep the picture's colour.
 */
export function estimateForeground(planes: ColourPlanes, alpha: Plane, channel: 0 | 1 | 2): Float32Array {
  const image = planes.channels[channel];
  const wide = Math.max(6, Math.round(Math.max(alpha.width, alpha.height) * 0.045));
  const first = fuse(image, { front: image, back: image }, alpha, wide);
  const { front } = fuse(image, first, alpha, Math.max(2, Math.round(wide / 15)));
  for (let i = 0; i < front.length; i++) if ((alpha.data[i] as number) >= 1) front[i] = image[i] as number;
  return front;
}
