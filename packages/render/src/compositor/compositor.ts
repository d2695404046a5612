import { type Bitmap, createBitmapStore, type Picture } from './bitmap-store.ts';
import { createFrameLook, type Grain, type Vignette, within } from './frame-look.ts';
import { createFrameTransitions, type WipeEdge } from './frame-transitions.ts';
import { levelFor, planeLength, sitings } from './plane-axis.ts';
import { createPlanePainter, type Planes, q15, type Rectangle } from './plane-painter.ts';
import { createWasmHeap } from './wasm-heap.ts';
import { instantiateCompositor } from './wasm-module.ts';
import type { YuvColour } from './yuv-colour.ts';

export type { Bitmap, Picture, PictureFormat } from './bitmap-store.ts';
export type { Grain, Vignette } from './frame-look.ts';
export type { WipeEdge } from './frame-transitions.ts';
export type { Rectangle } from './plane-painter.ts';

/** Size of the frames in pixels, both even, and how many of them are kept (default 2, at most 8). */
export type CompositorOptions = { readonly width: number; readonly height: number; readonly targets?: number };

/** Where a picture lies: point (u, v) of it at (x + scaleX * u, y + scaleY * v) of the frame, edges counted from the pixels' outer edges. */
export type Placement = {
  readonly x: number;
  readonly y: number;
  /** Frame pixels per picture pixel, 0.01..64; scaleY is scaleX unless given. */
  readonly scaleX?: number;
  readonly scaleY?: number;
  readonly opacity?: number;
  /** Whole pixels outside of which nothing is drawn. */
  readonly clip?: Rectangle;
};

/** A colour over a rectangle (the whole frame unless given), whose edges may lie between pixels; opacity 0..1. */
export type Fill = { readonly colour: YuvColour; readonly rectangle?: Rectangle; readonly opacity?: number };

/** Numbers of the two frames, and how far (0..1) the second has replaced the first. */
export type FrameMix = { readonly from: number; readonly to: number; readonly progress: number };

/** Mean luma (code values), share of pixels darker than luma 32 (both of every fourth row), and a hash of every byte of the frame. */
export type FrameStats = { readonly meanLuma: number; readonly darkShare: number; readonly hash: bigint };

/** Composes frames: planar yuv420p, BT.709 limited range, chroma sited left. The same calls give the same bytes on every machine. */
export type Compositor = {
  readonly width: number;
  readonly height: number;
  /** Bytes of a frame: width * height * 3 / 2. */
  readonly frameBytes: number;
  /** Chooses the frame (0 unless chosen) that everything below draws on. */
  target(index: number): void;
  /** The chosen frame, or another, as it will be piped: Y, U, V, tight. The view is void once a bitmap is created; write or copy it first. */
  frame(index?: number): Uint8Array;
  createBitmap(picture: Picture): Bitmap;
  replaceBitmap(bitmap: Bitmap, picture: Picture): void;
  freeBitmap(bitmap: Bitmap): void;
  /** A bitmap that shows frame `index` as it stands when drawn, for slides and pictures in pictures; do not draw it on itself. */
  frameBitmap(index: number): Bitmap;
  /** Draws a bitmap: an opaque one with its border pixels mixed by their coverage, one with alpha as nothing beyond its edges. */
  draw(bitmap: Bitmap, placement: Placement): void;
  fill(fill: Fill): void;
  crossfade(mix: FrameMix): void;
  wipe(mix: FrameMix, edge: WipeEdge): void;
  vignette(vignette: Vignette): void;
  grain(grain: Grain): void;
  frameStats(): FrameStats;
  /** Bytes in use and bytes taken from the system; the second never shrinks before the compositor itself is dropped. */
  memory(): { readonly usedBytes: number; readonly totalBytes: number };
};

const darkLuma = 32;
const sampledRow = 4;

function checkSide(name: string, value: number): void {
  if (!Number.isInteger(value) || value % 2 !== 0 || value < 2 || value > 8192) {
    throw new RangeError(`A frame's ${name} must be an even number from 2 to 8192, found ${value}.`);
  }
}

/** Share of sample `index` that [from, to) covers, all in samples. */
function covered(index: number, range: { readonly from: number; readonly to: number }): number {
  return Math.max(0, Math.min(index + 1, range.to) - Math.max(index, range.from));
}

/** Runs of equal coverage along one axis: a first partial sample, the whole ones, a last partial one. */
function runs(range: { readonly from: number; readonly to: number }, samples: number): { at: number; count: number; share: number }[] {
  const from = Math.max(0, range.from);
  const to = Math.min(samples, range.to);
  if (from >= to) return [];
  const clipped = { from, to };
  const [first, last] = [Math.ceil(from), Math.floor(to)];
  const parts = [{ at: first, count: last - first, share: 1 }];
  if (first > last) return [{ at: last, count: 1, share: to - from }];
  if (first > from) parts.unshift({ at: first - 1, count: 1, share: covered(first - 1, clipped) });
  if (last < to) parts.push({ at: last, count: 1, share: covered(last, clipped) });
  return parts.filter((part) => part.count > 0);
}

/** A compositor with memory of its own (up to 1.5 GiB); dropping every reference to it and its views frees it. */
export function createCompositor(options: CompositorOptions): Compositor {
  const { width, height, targets = 2 } = options;
  checkSide('width', width);
  checkSide('height', height);
  within(targets, { name: 'The number of frames', low: 1, high: 8 });
  const wasm = instantiateCompositor();
  const heap = createWasmHeap(wasm);
  const painter = createPlanePainter(wasm, heap);
  const store = createBitmapStore(wasm, { heap, painter });
  const look = createFrameLook(wasm, heap);
  const transitions = createFrameTransitions(wasm, { heap, longestSide: Math.max(width, height) });
  const pixels = width * height;
  const frameBytes = (pixels * 3) / 2;
  const whole: Rectangle = { x: 0, y: 0, width, height };
  const scratch = heap.allocate(64);
  const frames = Array.from({ length: targets }, (): Planes => {
    const y = heap.allocate(frameBytes);
    heap
      .bytes()
      .fill(16, y, y + pixels)
      .fill(128, y + pixels, y + frameBytes);
    return { width, height, y, u: y + pixels, v: y + pixels + pixels / 4, alpha: 0, halfAlpha: 0 };
  });
  const frameBitmaps = frames.map((planes) => store.ofFrame(planes));
  const at = <T>(list: readonly T[], index: number): T => {
    const found = list[index];
    if (found === undefined) throw new RangeError(`There are frames 0 to ${targets - 1}, found ${index}.`);
    return found;
  };
  let current = at(frames, 0);

  return {
    width,
    height,
    frameBytes,
    target(index) {
      current = at(frames, index);
    },
    frame(index) {
      const { y } = index === undefined ? current : at(frames, index);
      return heap.bytes().subarray(y, y + frameBytes);
    },
    createBitmap: store.create,
    replaceBitmap: store.replace,
    freeBitmap: store.free,
    frameBitmap: (index) => at(frameBitmaps, index),
    draw(bitmap, { x, y, scaleX = 1, scaleY = scaleX, opacity = 1, clip = whole }) {
      within(x, { name: 'x', low: -1e6, high: 1e6 });
      within(y, { name: 'y', low: -1e6, high: 1e6 });
      within(scaleX, { name: 'scaleX', low: 0.01, high: 64 });
      within(scaleY, { name: 'scaleY', low: 0.01, high: 64 });
      within(opacity, { name: 'opacity', low: 0, high: 1 });
      if (opacity === 0) return;
      const level = levelFor(Math.min(scaleX, scaleY));
      const from = store.planes(bitmap, level);
      painter.paint({ onto: current, from, level, width: bitmap.width, height: bitmap.height, x, y, scaleX, scaleY, opacity, clip });
    },
    fill({ colour, rectangle = whole, opacity = 1 }) {
      within(opacity, { name: 'opacity', low: 0, high: 1 });
      for (const [plane, value] of [
        ['y', colour.y],
        ['u', colour.u],
        ['v', colour.v],
      ] as const) {
        const { x: sx, y: sy } = plane === 'y' ? sitings.luma : sitings.chroma;
        const stride = planeLength(sx, width);
        const { x, y } = rectangle;
        const columns = runs({ from: x / sx.pitch, to: (x + rectangle.width) / sx.pitch }, stride);
        const rows = runs({ from: y / sy.pitch, to: (y + rectangle.height) / sy.pitch }, planeLength(sy, height));
        for (const row of rows) {
          for (const column of columns) {
            const dst = current[plane] + row.at * stride + column.at;
            wasm.fillPlane(dst, stride, column.count, row.count, value, q15(opacity * row.share * column.share));
          }
        }
      }
    },
    crossfade({ from, to, progress }) {
      within(progress, { name: 'progress', low: 0, high: 1 });
      transitions.crossfade({ onto: current, from: at(frames, from), to: at(frames, to), progress });
    },
    wipe({ from, to, progress }, edge) {
      within(progress, { name: 'progress', low: 0, high: 1 });
      transitions.wipe({ onto: current, from: at(frames, from), to: at(frames, to), progress }, edge);
    },
    vignette: (vignette) => look.vignette(current, vignette),
    grain: (grain) => look.grain(current, grain),
    frameStats() {
      wasm.sampleLuma(current.y, width, height, sampledRow, darkLuma, scratch);
      const [sum = 0, dark = 0, samples = 1] = new Float64Array(wasm.memory.buffer, scratch, 3);
      const hash = BigInt.asUintN(64, wasm.hashBytes(current.y, frameBytes, scratch));
      return { meanLuma: sum / samples, darkShare: dark / samples, hash };
    },
    memory: () => ({ usedBytes: heap.usedBytes, totalBytes: heap.memoryBytes }),
  };
}
