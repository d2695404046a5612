import type { Picture } from './picture.ts';

type Size = { readonly width: number; readonly height: number };

/** Red and blue of a pixel, and green, so placed that sums of 256 of them fit side by side. */
const redBlueBits = 0x00ff00ff;

/** The pixels of a picture as numbers of 32 bits, red in the lowest eight; of the same memory where that is possible. */
export function pixelsOf(rgba: Uint8Array): Uint32Array {
  const whole = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  return new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
}

/** How many blocks of `times` x `times` pixels a picture has across and down; the last ones may be cut. */
export function gridSize({ width, height }: Size, times: number): Size {
  return { width: Math.ceil(width / times), height: Math.ceil(height / times) };
}

type Adding = { readonly pixels: Uint32Array; readonly from: number; readonly width: number; readonly times: number };
type Sums = { readonly redBlue: Int32Array; readonly green: Int32Array };

/** Adds a row of pixels to the sums of its blocks. */
function addRow({ pixels, from, width, times }: Adding, sums: Sums): void {
  const { redBlue, green } = sums;
  for (let x = 0, column = 0; x < width; column++) {
    let two = 0;
    let one = 0;
    for (const end = Math.min(width, x + times); x < end; x++) {
      const pixel = pixels[from + x] as number;
      two += pixel & redBlueBits;
      one += (pixel >>> 8) & 255;
    }
    redBlue[column] = (redBlue[column] as number) + two;
    green[column] = (green[column] as number) + one;
  }
}

/** The same of whole blocks of three, which is what the frames of most clips have, in half the time. */
function addRowOfThrees({ pixels, from, width }: Adding, { redBlue, green }: Sums): void {
  const end = from + width;
  for (let i = from, column = 0; i < end; i += 3, column++) {
    const a = pixels[i] as number;
    const b = pixels[i + 1] as number;
    const c = pixels[i + 2] as number;
    redBlue[column] = (redBlue[column] as number) + (a & redBlueBits) + (b & redBlueBits) + (c & redBlueBits);
    green[column] = (green[column] as number) + ((a >>> 8) & 255) + ((b >>> 8) & 255) + ((c >>> 8) & 255);
  }
}

/** Mean colours of the blocks of `times` (at most 16) by `times` pixels of a picture, opaque, whatever its alpha; in the memory given, if it is as large as they are. */
export function blockColours(picture: Picture, { times, into }: { readonly times: number; readonly into?: Uint8Array }): Picture {
  const { width, height } = picture;
  const size = gridSize(picture, times);
  const pixels = pixelsOf(picture.rgba);
  const means = into === undefined ? new Uint32Array(size.width * size.height) : pixelsOf(into);
  const sums: Sums = { redBlue: new Int32Array(size.width), green: new Int32Array(size.width) };
  const add = times === 3 && width % 3 === 0 ? addRowOfThrees : addRow;
  for (let row = 0; row < size.height; row++) {
    sums.redBlue.fill(0);
    sums.green.fill(0);
    const end = Math.min(height, (row + 1) * times);
    for (let y = row * times; y < end; y++) add({ pixels, from: y * width, width, times }, sums);
    for (let column = 0; column < size.width; column++) {
      const share = 1 / ((end - row * times) * Math.min(times, width - column * times));
      const two = sums.redBlue[column] as number;
      const red = ((two & 0xffff) * share + 0.5) | 0;
      const green = ((sums.green[column] as number) * share + 0.5) | 0;
      const blue = ((two >>> 16) * share + 0.5) | 0;
      means[row * size.width + column] = red | (green << 8) | (blue << 16) | 0xff000000;
    }
  }
  return { ...size, rgba: new Uint8Array(means.buffer, means.byteOffset, means.byteLength) };
}
