import type { PathShape } from '@filmwright/contracts';
import { circle, type Dot, dots, ellipse, fill, line, linear, moved, radial, ribbon, smooth, type Xy } from './make-rigs-draw.ts';

export type EyePlan = {
  readonly x: number;
  readonly y: number;
  readonly near: number;
  readonly far: number;
  readonly height: number;
  readonly iris: number;
  readonly lashes: number;
  readonly outer: -1 | 1;
};

/** Lids: how far the upper lid is down (0 open, 1 shut) and the lower one up. */
const lids: Readonly<Record<string, { readonly upper: number; readonly lower: number }>> = {
  open: { upper: 0, lower: 0 },
  closed: { upper: 1, lower: 0 },
  wide: { upper: -0.24, lower: -0.06 },
  narrow: { upper: 0.2, lower: 0.16 },
  smiling: { upper: 0.1, lower: 0.34 },
  lowered: { upper: 0.3, lower: 0 },
};

/** The drawings of one eye, alike in their shapes; `near` and `far` are the half widths to the left and right of the middle. */
export function eyeDrawings(plan: EyePlan): Record<string, PathShape[]> {
  return Object.fromEntries(Object.entries(lids).map(([name, lid]) => [name, eyeShapes(plan, lid)]));
}

function eyeShapes(plan: EyePlan, { upper, lower }: { readonly upper: number; readonly lower: number }): PathShape[] {
  const { x, y, near, far, height, iris, lashes, outer } = plan;
  const top = height * 0.52;
  const bottom = height * 0.44;
  const low = y + bottom - bottom * lower * 1.1;
  const high = y - top + (top + bottom * (1 - lower) + 0.6) * upper;
  const tilt = 1.6 * outer;
  const left: Dot = [x - near, y + (outer < 0 ? -1.5 : 2.6) + upper * 3, 1];
  const right: Dot = [x + far, y + (outer > 0 ? -1.5 : 2.6) + upper * 3, 1];
  const upperLid: Dot[] = [
    left,
    [x - near * 0.52, high + (y - high) * 0.2 + (outer < 0 ? -0.6 : 0.9)],
    [x - 1, high - 0.4],
    [x + far * 0.54, high + (y - high) * 0.22 + (outer > 0 ? -0.6 : 0.9)],
    right,
  ];
  const lowerLid: Dot[] = [right, [x + far * 0.5, low - 0.9], [x, low], [x - near * 0.52, low - 1.2], left];
  const white = smooth([...upperLid, ...lowerLid.slice(1, -1)]);
  const outerEnd = outer < 0 ? left : right;
  const flick: Dot = [outerEnd[0] + outer * 4.6 * lashes, outerEnd[1] - 3.2 * lashes, 1];
  const thick = 2.0 + 1.5 * lashes;
  // The lash line: the upper lid with weight towards the outer corner.
  const inner = outer < 0 ? right : left;
  const run = outer < 0 ? [...upperLid].reverse() : upperLid;
  const lash = smooth([
    [inner[0], inner[1], 1],
    ...run.slice(1, -1).map(([px, py]): Dot => [px, py - thick * 0.55]),
    flick,
    [outerEnd[0] - outer * 1.5, outerEnd[1] + 0.8, 1],
    ...run
      .slice(1, -1)
      .reverse()
      .map(([px, py], index): Dot => [px, py + thick * (0.45 - index * 0.14)]),
  ]);
  // The crease follows the lid a little of its way.
  const lid = y - top - 6.4 + top * 0.5 * upper;
  return [
    fill(white, 'eye-white', { id: 'white' }),
    fill(circle(x, y - height * 0.02, iris), radial([x, y + iris * 0.25], iris, 'iris-light 0, iris 0.62, iris-deep 0.9, iris-deep 1'), {
      inside: 'white',
      gaze: 1,
    }),
    fill(circle(x, y - height * 0.02, iris * 0.47), 'pupil', { inside: 'white', gaze: 1.06 }),
    fill(
      smooth([
        [x - near, y - top - 8],
        [x + far, y - top - 8],
        [x + far, high + 3],
        [x, high + height * 0.2 * (1 - 0.7 * Math.max(0, upper))],
        [x - near, high + 3],
      ]),
      'eye-shade',
      { inside: 'white', opacity: 0.42 },
    ),
    fill(circle(x - iris * 0.36, y - height * 0.02 - iris * 0.4, iris * 0.25), 'glint', { inside: 'white', gaze: 0.9, facing: 'right' }),
    fill(circle(x + iris * 0.36, y - height * 0.02 - iris * 0.4, iris * 0.25), 'glint', { inside: 'white', gaze: 0.9, facing: 'left' }),
    fill(circle(x + iris * 0.3, y + iris * 0.36, iris * 0.13), 'glint', { inside: 'white', gaze: 0.95, opacity: 0.5 }),
    line(lowerLid, ['lid-line', 1.3], { opacity: 0.5 }),
    fill(lash, 'lash'),
    line(
      [
        [x - near * 0.96 - (outer < 0 ? 3 : 0), lid + top * 0.52 + tilt * 0.4],
        [x - near * 0.35, lid],
        [x + far * 0.4, lid + 0.2],
        [x + far * 0.98 + (outer > 0 ? 3 : 0), lid + top * 0.54 - tilt * 0.4],
      ],
      ['lid-line', 1.5],
      { opacity: 0.55 },
    ),
  ];
}

export type BrowPlan = { readonly inner: Xy; readonly arch: Xy; readonly outer: Xy; readonly half: number };

const browMoves: Readonly<Record<string, readonly [inner: number, arch: number, outer: number]>> = {
  rest: [0, 0, 0],
  raised: [-7, -9, -6],
  lowered: [5, 2, 0],
  worried: [-7, -2, 1.5],
};

/** The drawings of one brow: resting, raised, lowered (serious) and worried (inner end up). */
export function browDrawings({ inner, arch, outer, half }: BrowPlan): Record<string, PathShape[]> {
  return Object.fromEntries(
    Object.entries(browMoves).map(([name, [a, b, c]]) => {
      const middle: Xy = [(inner[0] + arch[0]) / 2, (inner[1] + arch[1]) / 2 - 1 + (a + b) / 2];
      const points: Xy[] = [[inner[0], inner[1] + a], middle, [arch[0], arch[1] + b], [outer[0], outer[1] + c]];
      return [name, [fill(ribbon(points, [half * 0.5, half, half * 0.82, 0.3]), 'brow')]];
    }),
  );
}

/** A nose in three-quarter view with its tip at about 46, 184, then scaled and moved. */
export function noseShapes(place: { readonly x: number; readonly y: number; readonly scale: number }): PathShape[] {
  return moved(
    [
      // The side plane away from the light.
      fill(
        smooth(dots('34,136! 42,152 48,172 52,186 44,193 38,186 37,168 35,150')),
        linear([34, 140], [50, 190], 'skin-shade 0 0, skin-shade 0.5 0.4, skin-shade 1 0.8'),
        { facing: 'right' },
      ),
      fill(
        smooth(dots('20,140! 25,156 25,174 17,188 12,191 14,178 19,158')),
        linear([20, 142], [15, 190], 'skin-shade 0 0, skin-shade 1 0.6'),
        { facing: 'left' },
      ),
      fill(smooth(dots('16,191 28,196 40,196 49,190 45,198 33,201.5 21,198')), 'skin-shade', { opacity: 0.75 }),
      line(dots('47,172 51.5,183 50,190 44,194'), ['skin-line', 1.9], { opacity: 0.6 }),
      line(dots('17,184 13.5,189.5 17.5,194.5'), ['skin-line', 1.7], { opacity: 0.42 }),
      fill(ribbon(dots('22,195.4 28,194 33,196.8'), [0.4, 1.5, 0.4]), 'skin-line', { opacity: 0.85 }),
      fill(ribbon(dots('41,196.6 44.5,194.6 47.5,194.6'), [0.4, 1.2, 0.4]), 'skin-line', { opacity: 0.7 }),
      fill(circle(40, 181, 9), radial([40, 180], 8, 'skin-light 0 0.75, skin-light 1 0')),
      fill(ribbon(dots('29,140 32,154 37,170'), [0.4, 2.4, 0.4]), 'skin-light', { opacity: 0.42 }),
      fill(ellipse(29.5, 205, [4.5, 3]), 'skin-shade', { opacity: 0.3 }),
    ],
    place,
  );
}
