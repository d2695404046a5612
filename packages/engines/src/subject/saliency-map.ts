import { boxMean } from '../onnx/box-mean.ts';
import type { Picture, Plane } from '../onnx/picture.ts';
import { resizePicture, resizePlane } from '../onnx/resample.ts';
import { barrierDistance } from './barrier-distance.ts';
import { spectralResidual } from './spectral-residual.ts';

/** Longer side of the map. */
const LONG_SIDE = 96;
/** What the parts of the map count: what stands inside its surroundings, what is unusual, and where there is much detail (writing is mostly edges). */
const SHARES = { barrier: 0.55, residual: 0.25, edges: 0.2 } as const;
/** How much less counts what lies in a corner of the picture than what lies in its middle. */
const CORNER = 0.55;

/** How much each place of a picture draws the eye, 0 to 1, without any learnt model; the longer side of the map is 96. */
export function saliencyMap(picture: Picture): Plane {
  const scale = LONG_SIDE / Math.max(picture.width, picture.height);
  const width = Math.max(8, Math.round(picture.width * scale));
  const height = Math.max(8, Math.round(picture.height * scale));
  const { rgba } = resizePicture(picture, width, height);
  const planes = opponentPlanes(rgba, width * height).map((data) => ({ width, height, data }));
  const luma = planes[0] as Plane;
  const barriers = planes.map(barrierDistance);
  const barrier = levelled(
    barriers.reduce((sum, one) => sum.map((value, i) => value + (one.data[i] as number)), new Float32Array(width * height)),
  );
  const residual = levelled(resizePlane(spectralResidual(luma), width, height).data);
  const edges = levelled(boxMean(gradient(luma), luma, 3));
  const data = barrier.map((value, i) => {
    const [x, y] = [((i % width) + 0.5) / width - 0.5, (Math.floor(i / width) + 0.5) / height - 0.5];
    const middle = 1 - (1 - CORNER) * Math.min(1, (x * x + y * y) * 2);
    return middle * (SHARES.barrier * value + SHARES.residual * (residual[i] as number) + SHARES.edges * (edges[i] as number));
  });
  return { width, height, data: levelled(boxMean(data, luma, 1)) };
}

/** Brightness, red against green and yellow against blue, each 0 to 1 and about 0.5 where there is no colour. */
function opponentPlanes(rgba: Uint8Array, count: number): readonly Float32Array[] {
  const planes = [new Float32Array(count), new Float32Array(count), new Float32Array(count)] as const;
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [0, 1, 2].map((c) => (rgba[i * 4 + c] as number) / 255) as [number, number, number];
    planes[0][i] = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    planes[1][i] = 0.5 + (r - g) / 2;
    planes[2][i] = 0.5 + ((r + g) / 2 - b) / 2;
  }
  return planes;
}

/** Length of the gradient (Sobel's masks), 0 at the border. */
function gradient({ width, height, data }: Plane): Float32Array {
  const result = new Float32Array(data.length);
  const at = (x: number, y: number): number => data[y * width + x] as number;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const across = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x - 1, y) - at(x - 1, y + 1);
      const down = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x, y - 1) - at(x + 1, y - 1);
      result[y * width + x] = Math.hypot(across, down);
    }
  return result;
}

/** Values from their 2nd to their 98th hundredth as 0 to 1; a plane without contrast is 0 all over. */
function levelled(values: Float32Array): Float32Array {
  const sorted = values.slice().sort();
  const low = sorted[Math.floor(sorted.length * 0.02)] as number;
  const high = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.98))] as number;
  if (high - low < 1e-4) return new Float32Array(values.length);
  return values.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
}
