import { boxMean } from '../onnx/box-mean.ts';
import type { Box, Picture, Plane } from '../onnx/picture.ts';

const blurPx = 4;
/** How far from a pixel of the picture the colours are that its own are held to: two blurs, one after the other. */
export const driftReachPx = 2 * blurPx;

type Drifting = { readonly picture: Picture; readonly area: Box; readonly factor: number; readonly channel: number };

/**
 * What must be added to an enlarged part (values of 0..1) so that around every pixel its mean is that of the picture, at the picture's own size: it takes
 * out what the model did to colours at large, and leaves edges and detail as the model has them.
 */
export function colourDrift({ width, data }: Plane, { picture, area, factor, channel }: Drifting): Plane {
  const change = new Float32Array(area.width * area.height);
  for (let y = 0; y < area.height; y++)
    for (let x = 0; x < area.width; x++) {
      let sum = 0;
      for (let v = 0; v < factor; v++) for (let u = 0; u < factor; u++) sum += data[(y * factor + v) * width + x * factor + u] as number;
      const byte = picture.rgba[((area.y + y) * picture.width + area.x + x) * 4 + channel] as number;
      change[y * area.width + x] = byte / 255 - sum / (factor * factor);
    }
  return { width: area.width, height: area.height, data: boxMean(boxMean(change, area, blurPx), area, blurPx) };
}
