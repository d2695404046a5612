import { type AxisKernel, type AxisSpan, axisSpan, planeLength, sitings } from './plane-axis.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { CompositorExports } from './wasm-module.ts';

/** Addresses of the planes of one picture or frame; rows are tight, alpha and half-size alpha are 0 when it is opaque. */
export type Planes = {
  readonly width: number;
  readonly height: number;
  readonly y: number;
  readonly u: number;
  readonly v: number;
  readonly alpha: number;
  readonly halfAlpha: number;
};

/** A rectangle in luma pixels. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

export type PaintRequest = {
  readonly onto: Planes;
  readonly from: Planes;
  /** Half-size steps `from` is away from the full-size picture, and the size of that. */
  readonly level: number;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly opacity: number;
  readonly clip: Rectangle;
};

/** Draws pictures plane by plane; holds the kernels, the axis tables and the ring of filtered rows of one compositor. */
export type PlanePainter = {
  paint(request: PaintRequest): void;
  /** Fills `half` (planes of half the size, rounded up) with the picture at half its size. */
  halve(from: Planes, half: Planes): void;
};

/** 1.0 as the module counts weights: Q15, where 32767 stands for exactly one. */
export const one15 = 32767;

/** A weight 0..1 in Q15. */
export function q15(share: number): number {
  return Math.min(one15, Math.round(share * 32768));
}

const phases = 512;
const plainKernel: AxisKernel = { taps: 4, width: 1 };
const halvingKernel: AxisKernel = { taps: 8, width: 2 };

type PlanePair = { readonly onto: number; readonly from: number; readonly alpha: number };

/** Luma with the full-size alpha, then both chroma planes with the half-size one. */
function planeGroups(onto: Planes, from: Planes): readonly { readonly kind: 'luma' | 'chroma'; readonly pairs: readonly PlanePair[] }[] {
  return [
    { kind: 'luma', pairs: [{ onto: onto.y, from: from.y, alpha: from.alpha }] },
    {
      kind: 'chroma',
      pairs: [
        { onto: onto.u, from: from.u, alpha: from.halfAlpha },
        { onto: onto.v, from: from.v, alpha: from.halfAlpha },
      ],
    },
  ];
}

/** Makes a painter on a module instance; its own memory is taken from `heap` as wider pictures need it and stays. */
export function createPlanePainter(wasm: CompositorExports, heap: WasmHeap): PlanePainter {
  const kernelBytes = phases * 8 * 2;
  const plain = heap.allocate(kernelBytes);
  wasm.buildKernel(plain, plainKernel.taps, plainKernel.width);
  const stretched = [0, 1].map(() => ({ address: heap.allocate(kernelBytes), width: 0 }));
  let oldest = 0;
  let table = { address: 0, bytes: 0 };
  let scratch = { address: 0, bytes: 0 };

  const lutOf = (kernel: AxisKernel): number => {
    if (kernel.width === 1) return plain;
    const known = stretched.find((slot) => slot.width === kernel.width);
    if (known) {
      oldest = stretched.indexOf(known) ^ 1;
      return known.address;
    }
    const slot = stretched[oldest];
    if (!slot) throw new RangeError('No slot for a stretched kernel.');
    oldest ^= 1;
    slot.width = kernel.width;
    wasm.buildKernel(slot.address, kernel.taps, kernel.width);
    return slot.address;
  };

  const atLeast = (area: { address: number; bytes: number }, bytes: number): { address: number; bytes: number } => {
    if (area.bytes >= bytes) return area;
    if (area.address) heap.release(area.address);
    return { address: heap.allocate(bytes), bytes };
  };

  const resample = (
    spans: { readonly x: AxisSpan; readonly y: AxisSpan },
    task: {
      readonly pairs: readonly PlanePair[];
      readonly stride: number;
      readonly width: number;
      readonly height: number;
      readonly opacity: number;
      readonly empty: boolean;
    },
  ): void => {
    const { x, y } = spans;
    const columns = x.to - x.from;
    const outputs = (columns + 7) & ~7;
    table = atLeast(table, 64 + outputs + 16 + (outputs / 8) * (32 + 8 * 16));
    scratch = atLeast(scratch, 1024 + outputs + 96 + 2 * 16 * (outputs * 2 + 96));
    const lutX = lutOf(x.kernel);
    const lutY = lutOf(y.kernel);
    wasm.buildAxis(table.address, lutX, x.kernel.taps, columns, x.step, x.origin, task.width);
    // A single column or row is first and last at once, and its coverage counts once.
    const [left, right] = [x.first, columns === 1 ? 1 : x.last];
    const [top, bottom] = [y.first, y.to - y.from === 1 ? 1 : y.last];
    for (const pair of task.pairs) {
      wasm.drawPlane(
        ...[pair.onto + y.from * task.stride + x.from, task.stride, columns, y.to - y.from],
        ...[pair.from, pair.alpha, task.width, task.height],
        ...[table.address, lutY, y.kernel.taps, y.step, y.origin],
        ...[scratch.address, q15(task.opacity), task.empty ? 1 : 0],
        ...[q15(left), q15(right), q15(top), q15(bottom)],
      );
    }
  };

  const paint = (request: PaintRequest): void => {
    const { onto, from, clip } = request;
    const hasAlpha = from.alpha !== 0;
    for (const { kind, pairs } of planeGroups(onto, from)) {
      const siting = sitings[kind];
      const shared = { level: request.level, hasAlpha };
      const x = axisSpan({
        ...{ ...shared, siting: siting.x, start: request.x, scale: request.scaleX, length: request.width, levelLength: from.width },
        ...{ frameLength: onto.width, clipFrom: clip.x, clipTo: clip.x + clip.width },
      });
      const y = axisSpan({
        ...{ ...shared, siting: siting.y, start: request.y, scale: request.scaleY, length: request.height, levelLength: from.height },
        ...{ frameLength: onto.height, clipFrom: clip.y, clipTo: clip.y + clip.height },
      });
      if (!x || !y) continue;
      const stride = planeLength(siting.x, onto.width);
      const width = planeLength(siting.x, from.width);
      const height = planeLength(siting.y, from.height);
      const whole = x.shift !== undefined && y.shift !== undefined;
      const covers = x.first === 1 && x.last === 1 && y.first === 1 && y.last === 1 && request.opacity === 1;
      if (!whole || !(hasAlpha || covers)) {
        resample({ x, y }, { pairs, stride, width, height, opacity: request.opacity, empty: hasAlpha });
        continue;
      }
      const skip = (y.shift ?? 0) * width + (x.shift ?? 0);
      const [columns, rows] = [x.to - x.from, y.to - y.from];
      scratch = atLeast(scratch, 64);
      for (const pair of pairs) {
        const dst = pair.onto + y.from * stride + x.from;
        if (hasAlpha)
          wasm.overPlane(dst, stride, columns, rows, pair.from + skip, pair.alpha + skip, width, q15(request.opacity), scratch.address);
        else wasm.copyPlane(dst, stride, columns, rows, pair.from + skip, width);
      }
    }
  };

  const halve = (from: Planes, half: Planes): void => {
    const span = (length: number, origin: number): AxisSpan => ({
      ...{ from: 0, to: length, step: 2, origin, shift: undefined, first: 1, last: 1, kernel: halvingKernel },
    });
    for (const { kind, pairs } of planeGroups(half, from)) {
      const siting = sitings[kind];
      const columns = planeLength(siting.x, half.width);
      const rows = planeLength(siting.y, half.height);
      const spans = { x: span(columns, siting.x.offset / siting.x.pitch), y: span(rows, siting.y.offset / siting.y.pitch) };
      const size = { stride: columns, width: planeLength(siting.x, from.width), height: planeLength(siting.y, from.height), opacity: 1 };
      const alphaOnto = kind === 'luma' ? half.alpha : half.halfAlpha;
      const alphaFrom = kind === 'luma' ? from.alpha : from.halfAlpha;
      // Premultiplied planes are put over nothing, which keeps a colour within its alpha; alpha itself is an ordinary plane.
      if (alphaFrom) {
        for (const pair of pairs) wasm.fillPlane(pair.onto, columns, columns, rows, 0, one15);
        resample(spans, { ...size, pairs: [{ onto: alphaOnto, from: alphaFrom, alpha: 0 }], empty: true });
      }
      resample(spans, { ...size, pairs, empty: alphaFrom !== 0 });
    }
  };

  return { paint, halve };
}
