import { createCanvas } from '../paint/canvas.ts';

const mostSide = 192;
const quality = 80;

/** A JPEG of a picture of three bytes a pixel, scaled down to 192 pixels a side where it is larger; some kilobytes, 24 KiB of pure noise. */
export async function smallJpeg({
  width,
  height,
  rgb,
}: {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}): Promise<Uint8Array> {
  const whole = createCanvas(width, height);
  const pixels = whole.getContext('2d').createImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    pixels.data.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
    pixels.data[at * 4 + 3] = 255;
  }
  whole.getContext('2d').putImageData(pixels, 0, 0);
  const scale = Math.min(1, mostSide / Math.max(width, height));
  const small = createCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = small.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(whole, 0, 0, small.width, small.height);
  return small.encode('jpeg', quality);
}
