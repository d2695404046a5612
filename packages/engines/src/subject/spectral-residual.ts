import { boxMean } from '../onnx/box-mean.ts';
import type { Plane } from '../onnx/picture.ts';
import { resizePlane } from '../onnx/resample.ts';

const SIDE = 64;

/**
 * What stands out of a picture's brightness, 0 to 1, at 64 x 64: the part of the log spectrum that a smooth spectrum does not explain, with the
 * picture's own phase (X. Hou and L. Zhang, Saliency Detection: A Spectral Residual Approach, CVPR 2007).
 */
export function spectralResidual(luma: Plane): Plane {
  const small = resizePlane(luma, SIDE, SIDE);
  const re = Float64Array.from(small.data);
  const im = new Float64Array(re.length);
  transform2d(re, im);
  const logs = new Float32Array(re.length);
  for (let i = 0; i < logs.length; i++) logs[i] = Math.log(Math.hypot(re[i] as number, im[i] as number) + 1e-9);
  const size = { width: SIDE, height: SIDE };
  const smooth = boxMean(logs, size, 1);
  for (let i = 0; i < logs.length; i++) {
    const gain = Math.exp((logs[i] as number) - (smooth[i] as number)) / (Math.exp(logs[i] as number) + 1e-12);
    re[i] = (re[i] as number) * gain;
    // The inverse transform is the forward one of the conjugate; only the amplitude of the result is looked at.
    im[i] = -(im[i] as number) * gain;
  }
  transform2d(re, im);
  const power = Float32Array.from(re, (value, i) => value * value + (im[i] as number) ** 2);
  // Three boxes in a row come close to the Gaussian of the paper.
  const soft = boxMean(boxMean(boxMean(power, size, 2), size, 2), size, 2);
  const most = soft.reduce((top, value) => Math.max(top, value), 1e-12);
  return { ...size, data: soft.map((value) => value / most) };
}

function transform2d(re: Float64Array, im: Float64Array): void {
  for (let y = 0; y < SIDE; y++) transform(re, im, { start: y * SIDE, step: 1 });
  for (let x = 0; x < SIDE; x++) transform(re, im, { start: x, step: SIDE });
}

/** Discrete Fourier transform of SIDE values in place (Cooley and Tukey, radix 2). */
function transform(re: Float64Array, im: Float64Array, { start, step }: { readonly start: number; readonly step: number }): void {
  const at = (index: number): number => start + index * step;
  const swap = (list: Float64Array, a: number, b: number): void => {
    [list[a], list[b]] = [list[b] as number, list[a] as number];
  };
  for (let i = 1, j = 0; i < SIDE; i++) {
    let bit = SIDE >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    swap(re, at(i), at(j));
    swap(im, at(i), at(j));
  }
  for (let length = 2; length <= SIDE; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let block = 0; block < SIDE; block += length) {
      for (let k = 0; k < length / 2; k++) {
        const [c, s] = [Math.cos(angle * k), Math.sin(angle * k)];
        const [a, b] = [at(block + k), at(block + k + length / 2)];
        const tr = (re[b] as number) * c - (im[b] as number) * s;
        const ti = (re[b] as number) * s + (im[b] as number) * c;
        re[b] = (re[a] as number) - tr;
        im[b] = (im[a] as number) - ti;
        re[a] = (re[a] as number) + tr;
        im[a] = (im[a] as number) + ti;
      }
    }
  }
}
