import { CHANNEL, CHANNELS } from './make-example-tracer.ts';

/** Eight-bit sRGB with straight alpha, row by row from the top, four bytes per pixel. */
export type Picture = { readonly width: number; readonly height: number; readonly pixels: Uint8ClampedArray };

/** Linear light to the eight-bit scale as a fraction (IEC 61966-2-1). */
export function encodeSrgb(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Film-like response: linear light in, display light in [0, 1] out (curve fitted by K. Narkowicz to the ACES reference transform). */
export function respond(linear: number): number {
  const x = linear * 0.62;
  return Math.min(1, Math.max(0, (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)));
}

/**
 * Turns raw sums into a picture. Cut out: solids become straight-alpha pixels whose colour is that of the solid alone (no halo), and what
 * glass mirrors in front of emptiness becomes as opaque as it is bright.
 */
export function develop(
  sums: Float32Array,
  look: { readonly width: number; readonly height: number; readonly exposure: number; readonly cutOut: boolean },
): Picture {
  const { width, height, exposure, cutOut } = look;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const at = i * CHANNELS;
    const value = (channel: number): number => sums[at + channel] as number;
    const paths = Math.max(1, value(CHANNEL.paths));
    const solid = value(CHANNEL.solid);
    const seen = solid + value(CHANNEL.empty);
    const cover = cutOut ? (seen > 0 ? solid / seen : 0) : 1;
    let brightest = 0;
    const own = [0, 0, 0];
    const mirror = [0, 0, 0];
    for (let c = 0; c < 3; c++) {
      const mirrored = (value(CHANNEL.mirrored + c) / paths) * exposure;
      const light = cover > 0 ? ((value(CHANNEL.light + c) / paths) * exposure) / cover : 0;
      own[c] = encodeSrgb(respond(light + mirrored));
      mirror[c] = encodeSrgb(respond(mirrored));
      brightest = Math.max(brightest, mirror[c] as number);
    }
    const alpha = cover + (1 - cover) * brightest;
    for (let c = 0; c < 3; c++) {
      const shown = cover * (own[c] as number) + (1 - cover) * (mirror[c] as number);
      pixels[i * 4 + c] = alpha > 0 ? (255 * shown) / alpha : 0;
    }
    pixels[i * 4 + 3] = 255 * alpha;
  }
  return { width, height, pixels };
}
