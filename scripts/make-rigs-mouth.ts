import type { PathShape } from '@filmwright/contracts';
import { type Dot, fill, line, linear, ribbon, smooth, type Xy } from './make-rigs-draw.ts';

/** What differs between mouths; lengths in rig units. */
export type MouthPlan = {
  readonly x: number;
  readonly y: number;
  readonly near: number;
  readonly far: number;
  readonly upper: number;
  readonly lower: number;
};

/** A mouth: width and lip heights as factors, how far the lips part above and below, corners raised, what is seen inside. */
type MouthShape = {
  readonly width?: number;
  readonly up?: number;
  readonly down?: number;
  readonly corners?: number;
  readonly upperLip?: number;
  readonly lowerLip?: number;
  /** 0..1: the upper teeth, the lower teeth, the tongue. */
  readonly teeth?: number;
  readonly lowTeeth?: number;
  readonly tongue?: number;
  /** Lower lip drawn in under the teeth. */
  readonly tuck?: number;
  readonly squarer?: number;
};

/** Mouths by drawing: every viseme, and what emotions add to any of them. */
export const mouths: Readonly<Record<string, MouthShape>> = {
  rest: { corners: 1.6 },
  mbp: { width: 0.96, corners: 1.2, upperLip: 0.7, lowerLip: 0.72 },
  a: { width: 0.98, up: 4.5, down: 15, teeth: 0.85, tongue: 0.55, upperLip: 0.95 },
  e: { width: 1.1, up: 3.6, down: 8.4, teeth: 1, lowTeeth: 0.15, tongue: 0.5, corners: 1.2, squarer: 0.3 },
  i: { width: 1.18, up: 3.2, down: 5, teeth: 1, lowTeeth: 0.5, corners: 2, upperLip: 0.86, lowerLip: 0.9, squarer: 0.5 },
  o: { width: 0.7, up: 6, down: 12, teeth: 0, tongue: 0.25, upperLip: 1.06, lowerLip: 1.1, squarer: 0.5 },
  u: { width: 0.56, up: 3.2, down: 4.6, upperLip: 1.16, lowerLip: 1.22, squarer: 0.4 },
  fv: { width: 1.02, up: 3.4, down: 1, teeth: 1, tuck: 1, upperLip: 0.9, lowerLip: 0.72, squarer: 0.3 },
  l: { width: 1, up: 3.8, down: 8, teeth: 0.8, tongue: 1.5, corners: 0.6 },
  s: { width: 1.06, up: 3, down: 3.6, teeth: 1, lowTeeth: 1, corners: 1, squarer: 0.6 },
  wide: { width: 1.02, up: 7, down: 22, teeth: 0.9, lowTeeth: 0.3, tongue: 0.7, upperLip: 0.92, lowerLip: 0.95 },
  smile: { width: 1.16, corners: 6.5, upperLip: 0.88, lowerLip: 0.94 },
  serious: { width: 0.98, corners: -1.6, upperLip: 0.92, lowerLip: 0.94 },
  sad: { width: 0.94, corners: -3.6, upperLip: 0.96 },
  surprised: { width: 0.82, up: 3.5, down: 7, tongue: 0.3, upperLip: 0.98, squarer: 0.3 },
};

/** One mouth in three-quarter view. All mouths have the same shapes, so that they melt into each other. */
export function mouthShapes(plan: MouthPlan, shape: MouthShape): PathShape[] {
  const { x, y } = plan;
  const {
    width = 1,
    up = 0,
    down = 0,
    corners = 0,
    upperLip = 1,
    lowerLip = 1,
    teeth = 0,
    lowTeeth = 0,
    tongue = 0,
    tuck = 0,
    squarer = 0,
  } = shape;
  const size = plan.near / 27;
  const near = plan.near * width;
  const far = plan.far * width;
  const lift = corners * size;
  const upper = plan.upper * upperLip;
  const lower = plan.lower * lowerLip;
  const [rise, fall] = [up * size, down * size];
  const left: Xy = [x - near, y - lift + 0.6];
  const right: Xy = [x + far, y - lift + 0.6];
  const flick = Math.min(0.5, Math.max(0, (width - 0.75) * 2));
  const mid = 0.56 + 0.24 * squarer;
  const sag = lift * 0.34;
  // Lines of the lips from the near to the far corner.
  const innerUp: Dot[] = [
    [left[0] + 2, left[1], 1],
    [x - near * 0.55, y - rise * mid * 1.25 - lift * 0.3 + sag * 0.4],
    [x - 1, y - rise + sag * 0.7 + 0.8],
    [x + far * 0.55, y - rise * mid * 1.25 - lift * 0.3 + sag * 0.4],
    [right[0] - 2, right[1], 1],
  ];
  const innerDown: Dot[] = [
    [right[0] - 2, right[1], 1],
    [x + far * 0.58, y + fall * mid * 1.2 - lift * 0.22 + sag * 0.6],
    [x, y + fall + sag + 0.9],
    [x - near * 0.58, y + fall * mid * 1.2 - lift * 0.22 + sag * 0.6],
    [left[0] + 2, left[1], 1],
  ];
  const cavity = smooth([...innerUp, ...innerDown.slice(1, -1)]);
  const upperBow: Dot[] = [
    [left[0] - 0.5, left[1], 1],
    [x - near * 0.52, y - rise - upper * 0.68 - lift * 0.25 + sag * 0.5],
    [x - near * 0.17, y - rise - upper + sag],
    [x + 1, y - rise - upper * 0.8 + sag],
    [x + far * 0.24, y - rise - upper + sag],
    [x + far * 0.6, y - rise - upper * 0.64 - lift * 0.25 + sag * 0.5],
    [right[0] + 0.5, right[1], 1],
  ];
  const lowerY = y + fall + sag;
  const lowerBow: Dot[] = [
    [right[0] - 1, right[1] + 0.3, 1],
    [x + far * 0.62, lowerY + lower * 0.7 - fall * (1 - mid) - lift * 0.12],
    [x + 1, lowerY + lower],
    [x - near * 0.6, lowerY + lower * 0.72 - fall * (1 - mid) - lift * 0.12],
    [left[0] + 1, left[1] + 0.3, 1],
  ];
  const upperPath = smooth([...upperBow, ...[...innerUp].reverse().slice(1, -1)]);
  const lowerPath = smooth([...lowerBow, ...[...innerDown].reverse().slice(1, -1)]);
  const toothY = y - rise + sag * 0.7;
  const toothDrop = Math.min(10 * size, 4 * size + (rise + fall) * 0.5) * teeth - 4 * size * (1 - teeth);
  const lowToothY = y + fall + sag - Math.min(7 * size, 1.5 * size + (rise + fall) * 0.32) * lowTeeth + 5 * size * (1 - lowTeeth);
  const tongueY =
    y +
    fall +
    sag -
    (tongue > 1 ? rise + fall * 0.72 : Math.min(fall * 0.5, 8 * size) * Math.min(1, tongue * 1.5)) +
    3 * size * Math.max(0, 1 - tongue * 2);
  const light = linear([x, lowerY], [x, lowerY + lower], 'lip 0, lip-light 0.5, lip 1');
  return [
    fill(
      smooth([
        [x - near * 0.42, lowerY + lower + 2.4],
        [x + 2, lowerY + lower + 1.2],
        [x + far * 0.42, lowerY + lower + 2.4],
        [x + 1, lowerY + lower + 7 * size],
      ]),
      'skin-shade',
      { opacity: 0.62 },
    ),
    fill(cavity, 'mouth', { id: 'cavity' }),
    fill(
      smooth([
        [x - near * 0.62, tongueY + 5 * size],
        [x, tongueY],
        [x + far * 0.66, tongueY + 5 * size],
        [x + far * 0.6, tongueY + 26 * size],
        [x - near * 0.6, tongueY + 26 * size],
      ]),
      'tongue',
      { inside: 'cavity' },
    ),
    fill(
      smooth([
        [x - near * 0.7, lowToothY + 2.5 * size, 1],
        [x, lowToothY],
        [x + far * 0.72, lowToothY + 2.5 * size, 1],
        [x + far * 0.7, lowToothY + 22 * size, 1],
        [x - near * 0.7, lowToothY + 22 * size, 1],
      ]),
      'teeth-shade',
      { inside: 'cavity' },
    ),
    fill(
      smooth([
        [x - near * 0.84, toothY - 12 * size, 1],
        [x + far * 0.86, toothY - 12 * size, 1],
        [x + far * 0.8, toothY + toothDrop * 0.62, 1],
        [x + 1, toothY + toothDrop],
        [x - near * 0.78, toothY + toothDrop * 0.62, 1],
      ]),
      'teeth',
      { inside: 'cavity' },
    ),
    fill(
      smooth([
        [x - near, y - rise - 6, 1],
        [x + far, y - rise - 6, 1],
        [x + far, y - rise - lift * 0.3 + 1.5 * size],
        [x, toothY + 2.6 * size],
        [x - near, y - rise - lift * 0.3 + 1.5 * size],
      ]),
      'mouth',
      { inside: 'cavity', opacity: 0.2 },
    ),
    fill(lowerPath, light, { id: 'lower' }),
    fill(
      smooth([
        [x - near * 0.3, lowerY + lower * 0.36],
        [x + 2, lowerY + lower * 0.26 + 0.6],
        [x + far * 0.34, lowerY + lower * 0.36],
        [x + 1, lowerY + lower * 0.66],
      ]),
      'lip-shine',
      { opacity: 0.4 * (1 - tuck) },
    ),
    fill(upperPath, 'lip-deep'),
    line(
      [
        [left[0] - 1.5, left[1] - 0.4 - lift * 0.08],
        ...(innerDown.slice(1, -1).reverse() as Dot[]).map(([px, py]): Dot => [px, py - (fall + rise) * 0]),
        [right[0] + 1.5, right[1] - 0.4 - lift * 0.08],
      ],
      ['mouth-line', 1.9 * size],
      { opacity: 0.82 - Math.min(0.6, (fall + rise) * 0.05) },
    ),
    fill(
      ribbon(
        [
          [left[0] - 2.6, left[1] - 2.6 - lift * 0.25],
          [left[0] - 1.2, left[1] + 0.2],
          [left[0] + 2.5, left[1] + 1.6],
        ],
        [0.4, 1.3 * size, 0.4],
      ),
      'mouth-line',
      { opacity: flick },
    ),
    fill(
      ribbon(
        [
          [right[0] + 2.2, right[1] - 2.6 - lift * 0.25],
          [right[0] + 1, right[1] + 0.2],
          [right[0] - 2, right[1] + 1.6],
        ],
        [0.4, 1.1 * size, 0.4],
      ),
      'mouth-line',
      { opacity: flick },
    ),
  ];
}
