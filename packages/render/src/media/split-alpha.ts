import { type CutSquares, squareKinds } from '@filmwright/contracts';

type Size = { readonly width: number; readonly height: number };

/** Light of red, green and blue, and the spans of the differences of blue and red from it (ITU-R BT.709). */
const light = [0.2126, 0.7152, 0.0722] as const;
const blueSpan = 1.8556;
const redSpan = 1.5748;
/** Codes of the limited range: 219 of light from 16 on, 224 of a difference around 128. */
const lightCodes = 219 / 255;
const differenceCodes = 224 / 255;
const grey = 128;
const black = 16;

const fixed = (value: number): number => Math.round(value * 65536);
const lightOf = light.map((share) => fixed(share * lightCodes)) as [number, number, number];
const differenceOf = (channel: 0 | 2, span: number): [number, number, number] =>
  light.map((share, c) => fixed((((c === channel ? 1 : 0) - share) / span) * differenceCodes)) as [number, number, number];
const [lr, lg, lb] = lightOf;
const [ur, ug, ub] = differenceOf(2, blueSpan);
const [vr, vg, vb] = differenceOf(0, redSpan);
const matteCodes = Uint8Array.from({ length: 256 }, (_, alpha) => Math.round(black + alpha * lightCodes));

const opaque = matteCodes[255] as number;

/** Bytes of a frame of twice the height with 4:2:0 colours. */
export const splitBytes = ({ width, height }: Size): number => width * height * 3;

type Split = Size & { readonly frame: Uint8Array; readonly squares?: CutSquares };

/**
 * Puts a frame of straight-alpha RGBA, of even width and height, into one of twice its height as planes of light and colour (4:2:0, BT.709, limited
 * range): its colours above, its alpha as greys below. What is clear and black all around costs next to nothing. With squares, only theirs that say
 * so are taken from the pixels: what is as it was keeps its codes to the bit.
 */
export function splitAlpha(rgba: Uint8Array, { width, height, frame, squares }: Split): void {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  const pixels = new Uint32Array(aligned.buffer, aligned.byteOffset, width * height);
  const lights = width * height * 2;
  frame.fill(black, 0, lights).fill(grey, lights);
  if (squares === undefined) splitPart(pixels, { width, frame, part: { left: 0, top: 0, right: width, bottom: height }, lights });
  else splitSquares(pixels, { width, height, frame, squares, lights });
}

type Squares = Required<Split> & { readonly lights: number };

function splitSquares(pixels: Uint32Array, { width, height, frame, squares: { sidePx, kinds, yuv }, lights }: Squares): void {
  const across = Math.ceil(width / sidePx);
  for (let row = 0, top = 0; top < height; row++, top += sidePx)
    for (let column = 0; column < across; ) {
      const kind = kinds[row * across + column];
      const left = column * sidePx;
      while (column < across && kinds[row * across + column] === kind) column++;
      const part = { left, top, right: Math.min(width, column * sidePx), bottom: Math.min(height, top + sidePx) };
      if (kind === squareKinds.whole) keepPart(yuv, { width, frame, part, lights });
      else if (kind === squareKinds.pixels) splitPart(pixels, { width, frame, part, lights });
    }
}

type Part = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
type Putting = { readonly width: number; readonly frame: Uint8Array; readonly part: Part; readonly lights: number };

/** Takes over a part that is opaque and as it was. */
function keepPart(yuv: Uint8Array, { width, frame, part: { left, top, right, bottom }, lights }: Putting): void {
  const matte = lights / 2;
  for (let y = top; y < bottom; y++) {
    frame.set(yuv.subarray(y * width + left, y * width + right), y * width + left);
    frame.fill(opaque, matte + y * width + left, matte + y * width + right);
  }
  for (let y = top / 2; y < bottom / 2; y++)
    for (const [from, to] of [
      [matte, lights],
      [matte + matte / 4, lights + lights / 4],
    ] as const) {
      const row = (y * width) / 2;
      frame.set(yuv.subarray(from + row + left / 2, from + row + right / 2), to + row + left / 2);
    }
}

function splitPart(pixels: Uint32Array, { width, frame, part: { left, top, right, bottom }, lights }: Putting): void {
  const matte = lights / 2;
  for (let y = top; y < bottom; y += 2) {
    let u = lights + (y / 2) * (width / 2) + left / 2;
    for (let i = y * width + left, end = y * width + right; i < end; i += 2, u++) {
      const a = pixels[i] as number;
      const b = pixels[i + 1] as number;
      const c = pixels[i + width] as number;
      const d = pixels[i + width + 1] as number;
      if ((a | b | c | d) === 0) continue;
      frame[i] = codeOf(a);
      frame[i + 1] = codeOf(b);
      frame[i + width] = codeOf(c);
      frame[i + width + 1] = codeOf(d);
      frame[matte + i] = matteCodes[a >>> 24] as number;
      frame[matte + i + 1] = matteCodes[b >>> 24] as number;
      frame[matte + i + width] = matteCodes[c >>> 24] as number;
      frame[matte + i + width + 1] = matteCodes[d >>> 24] as number;
      const red = (a & 255) + (b & 255) + (c & 255) + (d & 255);
      const green = ((a >>> 8) & 255) + ((b >>> 8) & 255) + ((c >>> 8) & 255) + ((d >>> 8) & 255);
      const blue = ((a >>> 16) & 255) + ((b >>> 16) & 255) + ((c >>> 16) & 255) + ((d >>> 16) & 255);
      // Means of four: two bits more.
      frame[u] = ((ur * red + ug * green + ub * blue + 131072) >> 18) + grey;
      frame[u + lights / 4] = ((vr * red + vg * green + vb * blue + 131072) >> 18) + grey;
    }
  }
}

const codeOf = (pixel: number): number =>
  ((lr * (pixel & 255) + lg * ((pixel >>> 8) & 255) + lb * ((pixel >>> 16) & 255) + 32768) >> 16) + black;
