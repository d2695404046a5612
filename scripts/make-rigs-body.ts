import type { LimbShape, PathShape, RigPart } from '@filmwright/contracts';
import { type Dot, fill, line, linear, ribbon, smooth, type Xy } from './make-rigs-draw.ts';
import { handShapes, hands } from './make-rigs-hands.ts';

/** Where the joints of a resting body are, and how thick its limbs are; the arms and legs hang straight down. */
export type BodyPlan = {
  readonly hip: Xy;
  readonly neck: Xy;
  readonly shoulders: { readonly near: Xy; readonly far: Xy };
  readonly upperArm: number;
  readonly forearm: number;
  readonly hips: { readonly near: Xy; readonly far: Xy };
  readonly knee: number;
  readonly ankle: number;
  readonly ground: number;
  /** Half widths of the sleeve at the shoulder, elbow and wrist. */
  readonly sleeve: readonly [number, number, number];
  readonly leg: readonly [number, number, number];
  readonly hand: { readonly scale: number; readonly slim: number };
  readonly heel: number;
};

type Side = 'near' | 'far';

/** Widths of a limb whose first joint is at 0, its second at 0.5. */
const limb = (names: readonly string[], widths: LimbShape['widths'], more: Partial<LimbShape> & { readonly fill: string }): LimbShape => ({
  limb: [...names],
  widths: [...widths],
  bend: 0.46,
  from: 0,
  to: 1,
  caps: [1, 0],
  ...more,
});

/** The arms and legs of a body. */
export function limbParts(plan: BodyPlan): RigPart[] {
  return (['far', 'near'] as const).flatMap((side): RigPart[] => [...arm(plan, side), ...leg(plan, side)]);
}

function arm(plan: BodyPlan, side: Side): RigPart[] {
  const [x, y] = plan.shoulders[side];
  const [top, middle, end] = plan.sleeve;
  const elbow = y + plan.upperArm;
  const wrist = elbow + plan.forearm;
  const order = side === 'near' ? 60 : 50;
  const joints = [`upper-arm-${side}`, `forearm-${side}`, `hand-${side}`];
  const widths: LimbShape['widths'] = [
    [0, top],
    [0.14, top * 1.02],
    [0.38, middle * 1.06],
    [0.5, middle],
    [0.66, middle * 0.98],
    [0.94, end],
    [1, end * 1.02],
  ];
  return [
    { name: `upper-arm-${side}`, parent: 'torso', pivot: [x, y], order, parallax: 0, drawings: {} },
    { name: `forearm-${side}`, parent: `upper-arm-${side}`, pivot: [x, elbow], order, parallax: 0, drawings: {} },
    {
      name: `hand-${side}`,
      parent: `forearm-${side}`,
      pivot: [x, wrist],
      order: order + 1,
      parallax: 0,
      drawings: Object.fromEntries(
        Object.entries(hands).map(([name, hand]) => [name, handShapes(hand, { at: [x, wrist], side, ...plan.hand })]),
      ),
    },
    {
      name: `sleeve-${side}`,
      parent: 'torso',
      pivot: [x, y],
      order: order + 2,
      parallax: 0,
      drawings: {
        rest: [
          limb(
            joints,
            [
              [0.9, end * 0.84],
              [1, end * 0.86],
            ],
            { fill: 'shirt', shade: 'shirt-shade', from: 0.9, to: 1.0, caps: [0, 0] },
          ),
          limb(joints, widths, {
            fill: 'jacket',
            shade: 'jacket-shade',
            light: 'jacket-light',
            folds: 'jacket-line',
            edge: 'jacket-line',
            to: 0.955,
            caps: [1, 0.1],
          }),
        ],
      },
    },
  ];
}

function leg(plan: BodyPlan, side: Side): RigPart[] {
  const [x, y] = plan.hips[side];
  const [top, middle, end] = plan.leg;
  const order = side === 'near' ? 20 : 10;
  const joints = [`thigh-${side}`, `shin-${side}`, `foot-${side}`];
  return [
    { name: `thigh-${side}`, parent: 'body', pivot: [x, y], order, parallax: 0, drawings: {} },
    { name: `shin-${side}`, parent: `thigh-${side}`, pivot: [x, plan.knee], order, parallax: 0, drawings: {} },
    { name: `foot-${side}`, parent: `shin-${side}`, pivot: [x, plan.ankle], order, parallax: 0, drawings: { rest: shoe(plan, x) } },
    {
      name: `trouser-${side}`,
      parent: 'body',
      pivot: [x, y],
      order: order + 1,
      parallax: 0,
      drawings: {
        rest: [
          limb(
            joints,
            [
              [0, top],
              [0.2, top * 0.97],
              [0.5, middle],
              [0.7, middle * 0.92],
              [1, end],
            ],
            {
              fill: 'trousers',
              edge: 'trousers-shade',
              shade: 'trousers-shade',
              light: 'trousers-light',
              folds: 'trousers-shade',
              bend: 0.24,
              caps: [1, 0.22],
            },
          ),
        ],
      },
    },
  ];
}

function shoe({ ankle, ground, heel, leg: [, , wide] }: BodyPlan, x: number): PathShape[] {
  const sole = ground - 8;
  const w = wide * 0.8;
  const back = sole - heel;
  const upper: Dot[] = [
    [x - w, ankle - 16],
    [x + w * 0.9, ankle - 16],
    [x + w + 14, ankle + 10],
    [x + w + 44, sole - 30],
    [x + w + 74, sole - 16],
    [x + w + 78, sole, 1],
    [x + w + 14, sole + 1, 1],
    [x + w - 16, sole - heel * 0.5],
    [x - w + 26, back + 2, 1],
    [x - w - 4, back + 2, 1],
    [x - w - 6, ankle + 20],
  ];
  return [
    fill(
      smooth([
        [x - w - 3, back - 12, 1],
        [x - w + 27, back - 12, 1],
        [x - w + 22, ground, 1],
        [x - w, ground, 1],
      ]),
      'shoes-deep',
    ),
    fill(
      smooth([
        [x - w + 8, back - 22, 1],
        [x + w - 14, sole - heel * 0.5],
        [x + w + 16, sole, 1],
        [x + w + 74, sole - 10, 1],
        [x + w + 76, ground, 1],
        [x + w + 6, ground, 1],
        [x + w - 18, ground - heel * 0.34],
        [x - w + 16, back + 9, 1],
      ]),
      'shoes-deep',
    ),
    fill(smooth(upper), linear([x, ankle], [x + 30, ground], 'shoes 0, shoes 0.55, shoes-deep 1'), { id: 'shoe' }),
    fill(
      ribbon(
        [
          [x + w + 14, sole - 44],
          [x + w + 40, sole - 27],
          [x + w + 66, sole - 15],
        ],
        [0.4, 4, 0.4],
      ),
      'shoes-light',
      { inside: 'shoe', opacity: 0.7 },
    ),
    line(
      [
        [x - w * 0.2, ankle + 6],
        [x + w * 0.8, ankle + 16],
        [x + w + 20, ankle + 22],
      ],
      ['shoes-deep', 3],
      { inside: 'shoe', opacity: 0.7 },
    ),
  ];
}
