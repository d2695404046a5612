import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from './make-example-develop.ts';

function part(type: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** A picture as a PNG file with straight alpha, tagged sRGB; every row takes the filter that leaves the smallest differences. */
export function encodePng(picture: Picture): Buffer {
  const { width, height, pixels } = picture;
  const stride = width * 4;
  const body = Buffer.alloc(height * (stride + 1));
  const tries = [0, 1, 2, 3, 4].map(() => new Uint8Array(stride));
  for (let y = 0; y < height; y++) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [filter, row] of tries.entries()) {
      let cost = 0;
      for (let i = 0; i < stride; i++) {
        const here = y * stride + i;
        const left = i >= 4 ? (pixels[here - 4] as number) : 0;
        const up = y > 0 ? (pixels[here - stride] as number) : 0;
        const corner = i >= 4 && y > 0 ? (pixels[here - stride - 4] as number) : 0;
        const difference = ((pixels[here] as number) - predicted(filter, left, up, corner)) & 255;
        row[i] = difference;
        cost += difference < 128 ? difference : 256 - difference;
      }
      if (cost < least) {
        least = cost;
        best = filter;
      }
    }
    body[y * (stride + 1)] = best;
    body.set(tries[best] as Uint8Array, y * (stride + 1) + 1);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    part('IHDR', head),
    part('sRGB', new Uint8Array([0])),
    part('IDAT', deflateSync(body, { level: 9 })),
    part('IEND', new Uint8Array()),
  ]);
}
