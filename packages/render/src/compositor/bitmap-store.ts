import type { PlanePainter, Planes } from './plane-painter.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { CompositorExports } from './wasm-module.ts';

/**
 * A picture in the memory of one compositor, planar 4:2:0. With alpha, all three planes hold code value * alpha / 255 (offsets 16 and 128
 * included, so that drawing is `plane + frame * (1 - alpha)` for each) beside alpha in full size and, filtered as chroma is, in half size.
 * Void once freed.
 */
export type Bitmap = { readonly width: number; readonly height: number; readonly hasAlpha: boolean };

/** What the bytes of a picture are: ffmpeg's tight `yuv420p` or `yuva420p` (straight alpha), or RGBA with alpha ignored, premultiplied or straight. */
export type PictureFormat = 'yuv420p' | 'yuva420p' | 'rgba-opaque' | 'rgba-premultiplied' | 'rgba-straight';

export type Picture = { readonly format: PictureFormat; readonly width: number; readonly height: number; readonly bytes: Uint8Array };

type Entry = { readonly planes: Planes; readonly ownsMemory: boolean; levels: Planes[]; volatile: boolean };

/** The pictures of one compositor. */
export type BitmapStore = {
  create(picture: Picture): Bitmap;
  /** Replaces what a bitmap shows by a picture of the same size and kind (the next frame of a clip). */
  replace(bitmap: Bitmap, picture: Picture): void;
  free(bitmap: Bitmap): void;
  /** A bitmap that shows a frame as it stands when drawn; it is never freed. */
  ofFrame(planes: Planes): Bitmap;
  /** Planes `level` half-size steps down (0: the picture itself), made on first use. */
  planes(bitmap: Bitmap, level: number): Planes;
  readonly count: number;
};

const largestSide = 16384;

/** Bytes of a tight picture: luma, two chroma planes of half the size rounded up, and alpha; four bytes a pixel for RGBA. */
export function pictureBytes(format: PictureFormat, size: { readonly width: number; readonly height: number }): number {
  const pixels = size.width * size.height;
  if (format.startsWith('rgba')) return pixels * 4;
  const chroma = ((size.width + 1) >> 1) * ((size.height + 1) >> 1);
  return pixels + 2 * chroma + (format === 'yuva420p' ? pixels : 0);
}

function check(picture: Picture): void {
  const { format, width, height, bytes } = picture;
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > largestSide) {
      throw new RangeError(`A bitmap's ${name} must be a whole number from 1 to ${largestSide}, found ${value}.`);
    }
  }
  const wanted = pictureBytes(format, { width, height });
  if (bytes.length !== wanted) {
    throw new RangeError(`A ${format} picture of ${width} x ${height} has ${wanted} bytes, found ${bytes.length}.`);
  }
}

/** Keeps pictures in `heap`; `painter` makes their half-size levels. */
export function createBitmapStore(
  wasm: CompositorExports,
  tools: { readonly heap: WasmHeap; readonly painter: PlanePainter },
): BitmapStore {
  const { heap, painter } = tools;
  const entries = new Map<Bitmap, Entry>();

  const entryOf = (bitmap: Bitmap): Entry => {
    const entry = entries.get(bitmap);
    if (!entry) throw new RangeError(`This ${bitmap.width} x ${bitmap.height} bitmap was freed, or belongs to another compositor.`);
    return entry;
  };

  const reserve = (size: { readonly width: number; readonly height: number }, hasAlpha: boolean): Planes => {
    const { width, height } = size;
    const pixels = width * height;
    const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
    const y = heap.allocate(pixels + 2 * chroma + (hasAlpha ? pixels + chroma : 0));
    const u = y + pixels;
    const v = u + chroma;
    const alpha = hasAlpha ? v + chroma : 0;
    return { width, height, y, u, v, alpha, halfAlpha: hasAlpha ? alpha + pixels : 0 };
  };

  const dropLevels = (entry: Entry): void => {
    for (const level of entry.levels) heap.release(level.y);
    entry.levels = [];
  };

  const fill = (planes: Planes, picture: Picture): void => {
    const { width, height, y, u, v, alpha, halfAlpha } = planes;
    if (picture.format.startsWith('rgba')) {
      const rgba = heap.allocate(picture.bytes.length);
      heap.bytes().set(picture.bytes, rgba);
      if (picture.format !== 'rgba-premultiplied') wasm.prepareRgba(rgba, width * height, picture.format === 'rgba-straight' ? 2 : 0);
      wasm.lumaOfRgba(rgba, width, height, y, alpha);
      wasm.chromaOfRgba(rgba, width, height, u, v, halfAlpha);
      heap.release(rgba);
      return;
    }
    heap.bytes().set(picture.bytes, y);
    if (!alpha) return;
    const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
    wasm.halveAlpha(alpha, width, height, halfAlpha);
    wasm.premultiplyPlane(y, alpha, width * height);
    wasm.premultiplyPlane(u, halfAlpha, chroma);
    wasm.premultiplyPlane(v, halfAlpha, chroma);
  };

  return {
    create(picture) {
      check(picture);
      const hasAlpha = picture.format !== 'yuv420p' && picture.format !== 'rgba-opaque';
      const planes = reserve(picture, hasAlpha);
      fill(planes, picture);
      const bitmap: Bitmap = Object.freeze({ width: picture.width, height: picture.height, hasAlpha });
      entries.set(bitmap, { planes, ownsMemory: true, levels: [], volatile: false });
      return bitmap;
    },
    replace(bitmap, picture) {
      const entry = entryOf(bitmap);
      check(picture);
      const hasAlpha = picture.format !== 'yuv420p' && picture.format !== 'rgba-opaque';
      if (!entry.ownsMemory || picture.width !== bitmap.width || picture.height !== bitmap.height || hasAlpha !== bitmap.hasAlpha) {
        throw new RangeError(
          `Only a picture of the same size and kind can replace a bitmap: it is ${bitmap.width} x ${bitmap.height} ${bitmap.hasAlpha ? 'with' : 'without'} alpha, found ${picture.format} of ${picture.width} x ${picture.height}.`,
        );
      }
      dropLevels(entry);
      fill(entry.planes, picture);
    },
    free(bitmap) {
      const entry = entryOf(bitmap);
      if (!entry.ownsMemory) throw new RangeError('The bitmap of a frame cannot be freed; it lives as long as its compositor.');
      dropLevels(entry);
      heap.release(entry.planes.y);
      entries.delete(bitmap);
    },
    ofFrame(planes) {
      const bitmap: Bitmap = Object.freeze({ width: planes.width, height: planes.height, hasAlpha: false });
      entries.set(bitmap, { planes, ownsMemory: false, levels: [], volatile: true });
      return bitmap;
    },
    planes(bitmap, level) {
      const entry = entryOf(bitmap);
      if (level > 0 && entry.volatile) dropLevels(entry);
      let planes = entry.planes;
      for (let step = 1; step <= level; step += 1) {
        let half = entry.levels[step - 1];
        if (!half) {
          half = reserve({ width: (planes.width + 1) >> 1, height: (planes.height + 1) >> 1 }, planes.alpha !== 0);
          painter.halve(planes, half);
          entry.levels.push(half);
        }
        planes = half;
      }
      return planes;
    },
    get count() {
      return entries.size;
    },
  };
}
