/** Where the samples of one plane lie along one axis: sample i is centred at `pitch * i + offset` luma pixels from the picture's edge. */
export type Siting = { readonly pitch: 1 | 2; readonly offset: number };

/** Luma, and chroma sited left as MPEG-2 does: level with the even columns, between two rows. */
export const sitings = {
  luma: { x: { pitch: 1, offset: 0.5 }, y: { pitch: 1, offset: 0.5 } },
  chroma: { x: { pitch: 2, offset: 0.5 }, y: { pitch: 2, offset: 1 } },
} as const satisfies Record<string, Record<'x' | 'y', Siting>>;

/** Length of a plane's axis for a picture of `pixels` luma pixels. */
export function planeLength(siting: Siting, pixels: number): number {
  return siting.pitch === 1 ? pixels : (pixels + 1) >> 1;
}

/** Kernel of one axis: `taps` 4, 6 or 8, stretched by `width` 1..2. */
export type AxisKernel = { readonly taps: 4 | 6 | 8; readonly width: number };

/** Kernel for reading every `step`-th source sample (up to 2): plain below 1.2, from 4/3 on stretched by the step so that nothing aliases, with a slope between so that a zoom never jumps. */
export function kernelFor(step: number): AxisKernel {
  const width = Math.min(2, Math.max(1, Math.min(step, 1 + (step - 1.2) * 2.5)));
  return { taps: width === 1 ? 4 : width <= 1.5 ? 6 : 8, width };
}

/** Half-size steps to take before a picture drawn at `scale` (the smaller of both axes) reads at most every second sample. */
export function levelFor(scale: number): number {
  return Math.max(0, Math.ceil(Math.log2(1 / scale / 2) - 1e-9));
}

export type AxisRequest = {
  readonly siting: Siting;
  /** Luma pixel of the frame at which the picture's edge lies; may be fractional. */
  readonly start: number;
  /** Frame pixels per picture pixel, of the full-size picture. */
  readonly scale: number;
  /** Half-size steps of the planes read from. */
  readonly level: number;
  /** Luma pixels of the full-size picture, of the planes read from, and of the frame. */
  readonly length: number;
  readonly levelLength: number;
  readonly frameLength: number;
  /** Luma pixels of the frame that may be drawn on. */
  readonly clipFrom: number;
  readonly clipTo: number;
  readonly hasAlpha: boolean;
};

/** What is drawn along one axis of one plane: samples `from`..`to`, read from source position `origin` on in steps of `step`. */
export type AxisSpan = {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly origin: number;
  /** Whole source sample of `from` when nothing needs interpolation and every sample read exists. */
  readonly shift: number | undefined;
  /** Share (0..1) of the first and the last sample that the picture covers. */
  readonly first: number;
  readonly last: number;
  readonly kernel: AxisKernel;
};

const phases = 512;
const nothing = 1 / 512;

/** Share of sample `index` (reaching half a sample to either side) that lies between `low` and `high`. */
function coverage(index: number, edges: readonly [number, number]): number {
  const share = Math.min(index + 0.5, edges[1]) - Math.max(index - 0.5, edges[0]);
  return share < nothing ? 0 : share > 1 - nothing ? 1 : share;
}

/** Places a picture on one axis of one plane; undefined when nothing of it is seen. An edge at or beyond the frame's counts as covering. */
export function axisSpan(request: AxisRequest): AxisSpan | undefined {
  const { siting, start, scale, level, length, levelLength, frameLength } = request;
  const { pitch, offset } = siting;
  const levelScale = scale * 2 ** level;
  const step = 1 / levelScale;
  const sourceAt = (index: number): number => ((pitch * index + offset - start) / levelScale - offset) / pitch;
  const frameAt = (source: number): number => ((pitch * source + offset) * levelScale + start - offset) / pitch;
  const clipFrom = Math.max(0, Math.ceil(request.clipFrom / pitch));
  const clipTo = Math.min(planeLength(siting, frameLength), Math.ceil(request.clipTo / pitch));
  const sourceLength = planeLength(siting, levelLength);
  const kernel = kernelFor(step);
  const whole = step === 1 && (Math.floor(sourceAt(0) * phases + 0.5) & (phases - 1)) === 0;

  let from: number;
  let to: number;
  let edges: readonly [number, number] = [-Infinity, Infinity];
  if (request.hasAlpha) {
    const reach = whole ? 0 : kernel.taps / 2;
    from = Math.max(clipFrom, whole ? Math.round(frameAt(0)) : Math.ceil(frameAt(-reach)));
    to = Math.min(clipTo, (whole ? Math.round(frameAt(sourceLength - 1)) : Math.floor(frameAt(sourceLength - 1 + reach))) + 1);
  } else {
    const end = start + length * scale;
    edges = [start <= 0 ? -Infinity : (start - offset) / pitch, end >= frameLength ? Infinity : (end - offset) / pitch];
    from = Math.max(clipFrom, edges[0] === -Infinity ? 0 : Math.floor(edges[0] - 0.5) + 1);
    to = Math.min(clipTo, edges[1] === Infinity ? clipTo : Math.ceil(edges[1] + 0.5));
    if (start >= frameLength || end <= 0) return undefined;
    if (from < to && coverage(from, edges) === 0) from += 1;
    if (from < to && coverage(to - 1, edges) === 0) to -= 1;
  }
  if (from >= to) return undefined;
  const origin = sourceAt(from);
  const at = Math.round(origin);
  const inside = at >= 0 && at + (to - from) <= sourceLength;
  return {
    from,
    to,
    step,
    origin,
    shift: whole && inside ? at : undefined,
    first: coverage(from, edges),
    last: coverage(to - 1, edges),
    kernel,
  };
}
