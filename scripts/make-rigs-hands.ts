import type { PathShape } from '@filmwright/contracts';
import { type Dot, dots, fill, line, linear, mirrored, moved, ribbonDots, smooth, type Xy } from './make-rigs-draw.ts';

/** A finger: where it leaves the palm, how it points at each joint (degrees from straight down, positive to +x), and its length as a factor. */
type Finger = { readonly base: Xy; readonly bends: readonly [number, number, number]; readonly length: number };
type Hand = { readonly thumb: Finger; readonly fingers: readonly [Finger, Finger, Finger, Finger]; readonly palm: readonly Dot[] };

const lengths = [62, 70, 64, 50];

// All hands hang down from the wrist at 0, 0 and are about 160 units long. The thumb is at +x where the back is seen, at -x where the palm is.
const frontPalm: readonly Dot[] = dots('-22,-14 22,-14 24,12 31,40 33,68 16,86 -12,88 -32,76 -34,42 -25,12');
const slimPalm: readonly Dot[] = dots('-20,-14 20,-14 22,14 25,42 26,72 12,86 -8,86 -23,74 -24,40 -21,10');

const finger = (base: Xy, bends: Finger['bends'], length = 1): Finger => ({ base, bends, length });

export const hands: Readonly<Record<string, Hand>> = {
  relaxed: {
    palm: slimPalm,
    thumb: finger([19, 20], [26, 12, 4], 0.94),
    fingers: [finger([17, 72], [6, 18, 26]), finger([6, 78], [2, 14, 24]), finger([-6, 77], [-1, 12, 22]), finger([-16, 70], [-3, 10, 22])],
  },
  open: {
    palm: frontPalm,
    thumb: finger([-24, 26], [-52, -34, -22]),
    fingers: [
      finger([-23, 74], [-15, -11, -8]),
      finger([-7, 82], [-4, -3, -1]),
      finger([10, 80], [7, 7, 8]),
      finger([25, 69], [20, 19, 17]),
    ],
  },
  offer: {
    palm: slimPalm.map(([x, y]) => [x * 0.98, y] as const),
    thumb: finger([-16, 24], [-40, -16, -4], 0.96),
    fingers: [
      finger([-15, 72], [-13, -9, -4], 0.96),
      finger([-4, 79], [-2, 0, 3]),
      finger([7, 78], [6, 8, 10]),
      finger([16, 70], [14, 16, 18], 0.98),
    ],
  },
  point: {
    palm: frontPalm.map(([x, y]) => [x * 0.86, y * 0.94] as const),
    thumb: finger([-15, 24], [-30, 14, 44], 0.94),
    fingers: [
      finger([-19, 70], [-6, -4, -2], 1.04),
      finger([-4, 76], [4, 40, 100], 0.42),
      finger([9, 74], [4, 40, 100], 0.4),
      finger([20, 66], [4, 40, 100], 0.42),
    ],
  },
  one: {
    palm: frontPalm.map(([x, y]) => [x * 0.92, y * 0.95] as const),
    thumb: finger([-17, 28], [-24, 34, 62], 0.94),
    fingers: [
      finger([-20, 70], [-4, -3, -2], 1.02),
      finger([-5, 78], [2, 10, 60], 0.36),
      finger([9, 76], [2, 10, 60], 0.36),
      finger([22, 67], [2, 10, 60], 0.38),
    ],
  },
  two: {
    palm: frontPalm.map(([x, y]) => [x * 0.93, y * 0.96] as const),
    thumb: finger([-17, 29], [-22, 38, 66], 0.96),
    fingers: [
      finger([-21, 71], [-13, -12, -10], 1.02),
      finger([-6, 79], [5, 5, 5], 1),
      finger([9, 77], [2, 10, 60], 0.36),
      finger([22, 68], [2, 10, 60], 0.38),
    ],
  },
  three: {
    palm: frontPalm.map(([x, y]) => [x * 0.95, y * 0.97] as const),
    thumb: finger([-17, 29], [-20, 42, 70], 0.98),
    fingers: [
      finger([-22, 72], [-16, -15, -12], 1.02),
      finger([-7, 80], [-2, -2, -1], 1),
      finger([9, 78], [10, 10, 10], 1),
      finger([23, 68], [2, 10, 60], 0.38),
    ],
  },
  curl: {
    palm: slimPalm.map(([x, y]) => [x * 1.04, y * 0.9] as const),
    thumb: finger([18, 22], [20, -4, -20], 0.94),
    fingers: [
      finger([17, 64], [20, 70, 120], 0.66),
      finger([6, 70], [14, 66, 118], 0.64),
      finger([-6, 69], [10, 62, 116], 0.6),
      finger([-16, 62], [8, 58, 112], 0.62),
    ],
  },
  clasp: {
    palm: slimPalm,
    thumb: finger([14, 22], [38, 22, 10], 0.86),
    fingers: [
      finger([16, 70], [12, 40, 66], 0.86),
      finger([6, 76], [8, 38, 64], 0.88),
      finger([-6, 74], [6, 34, 62], 0.86),
      finger([-16, 67], [4, 32, 60], 0.86),
    ],
  },
};

/** Shapes of one hand; every hand has the same shapes with the same commands, so that they melt into each other. */
export function handShapes(
  hand: Hand,
  { at, scale, slim, side }: { readonly at: Xy; readonly scale: number; readonly slim: number; readonly side: 'near' | 'far' },
): PathShape[] {
  const thumbRight = hand.thumb.base[0] > 0;
  const skin = linear([-34, 0], [38, 40], 'skin 0, skin 0.55, skin-soft 1');
  const digits = hand.fingers.map((each, index) =>
    digit(each, { length: lengths[index] as number, half: (index === 3 ? 8.3 : 9.6) * slim, base: 1.04 }),
  );
  const thumb = digit(hand.thumb, { length: 64, half: 10.4 * slim, base: 1.35 });
  const shapes: PathShape[] = [];
  // The little finger lies deepest.
  for (const index of [3, 2, 1, 0]) {
    const { outline, edge, nail } = digits[index] as Digit;
    shapes.push(
      fill(outline, skin),
      line(edge, ['skin-line', 1.9], { opacity: 0.62 }),
      fill(nail, 'skin-light', { opacity: thumbRight ? 0.5 : 0 }),
    );
  }
  shapes.push(fill(smooth(hand.palm), skin, { id: 'palm' }));
  const away = thumbRight ? -1 : 1;
  shapes.push(
    fill(
      smooth([
        [away * 10, -16],
        [away * 40, -16],
        [away * 42, 84],
        [away * 24, 84],
        [away * 22, 40],
      ]),
      'skin-shade',
      { inside: 'palm', opacity: 0.28 },
    ),
  );
  shapes.push(fill(smooth(dots('-26,-16 26,-16 26,2 0,9 -26,2')), 'skin-deep', { inside: 'palm', opacity: 0.42 }));
  // Lines of the palm where it is seen, knuckles where the back is.
  const sign = thumbRight ? 1 : -1;
  shapes.push(
    line(
      [
        [sign * 17, 44],
        [sign * 8, 56],
        [sign * -2, 76],
      ],
      ['skin-line', 1.7],
      { opacity: thumbRight ? 0.16 : 0.42 },
    ),
  );
  shapes.push(
    line(
      [
        [sign * 24, 62],
        [sign * 6, 66],
        [sign * -22, 62],
      ],
      ['skin-line', 1.6],
      { opacity: thumbRight ? 0.0 : 0.36 },
    ),
  );
  shapes.push(
    fill(thumb.outline, skin),
    line(thumb.edge, ['skin-line', 1.9], { opacity: 0.66 }),
    fill(thumb.nail, 'skin-light', { opacity: thumbRight ? 0.5 : 0.1 }),
  );
  const placed = moved(shapes, { scale });
  return moved(side === 'far' ? mirrored(placed) : placed, { x: at[0], y: at[1] });
}

type Digit = { readonly outline: string; readonly edge: readonly Dot[]; readonly nail: string };

function digit(
  { base, bends, length: factor }: Finger,
  { length, half, base: wide }: { readonly length: number; readonly half: number; readonly base: number },
): Digit {
  const bones = [0.42, 0.32, 0.26].map((share) => share * length * factor);
  const points: Xy[] = [];
  let [x, y] = base;
  const first = radians(bends[0]);
  points.push([x - Math.sin(first) * half * 0.9, y - Math.cos(first) * half * 0.9], [x, y]);
  bends.forEach((bend, index) => {
    const angle = radians(bend);
    x += Math.sin(angle) * (bones[index] as number);
    y += Math.cos(angle) * (bones[index] as number);
    points.push([x, y]);
  });
  const halves = [half * wide * 0.8, half * wide, half * 1.0, half * 0.95, half * 0.72];
  const dots = ribbonDots(points, halves);
  const last = radians(bends[2]);
  const tip: Dot = [x + Math.sin(last) * half * 0.52, y + Math.cos(last) * half * 0.52];
  const outline = smooth([...dots.slice(0, 5), tip, ...dots.slice(5)]);
  const [dx, dy] = [Math.sin(last), Math.cos(last)];
  const nail = smooth([
    [x - dx * half * 0.75 + dy * half * 0.42, y - dy * half * 0.75 - dx * half * 0.42],
    [x + dx * half * 0.3 + dy * half * 0.36, y + dy * half * 0.3 - dx * half * 0.36],
    [x + dx * half * 0.3 - dy * half * 0.36, y + dy * half * 0.3 + dx * half * 0.36],
    [x - dx * half * 0.75 - dy * half * 0.42, y - dy * half * 0.75 + dx * half * 0.42],
  ]);
  return { outline, edge: [...dots.slice(1, 5), tip, ...dots.slice(5, 7)], nail };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
