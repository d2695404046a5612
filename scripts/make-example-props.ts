import { chance, layeredNoise, roundedBlock, roundedBox, valueNoise } from './make-example-distance.ts';
import { type Finish, lampBalls, lampGlass, lampSolid, paintLamp } from './make-example-lamp.ts';
import type { Ball, Colour, Surface } from './make-example-scene.ts';

/** Fills a surface with plain ground: cloth without gloss, or glazed with the roughness given. */
export function ground(into: Surface, colour: Colour, gloss?: number): void {
  into.kind = gloss === undefined ? 'cloth' : 'glazed';
  into.red = colour[0];
  into.green = colour[1];
  into.blue = colour[2];
  into.roughness = gloss ?? 1;
  into.brushed = 0;
  into.glowRed = 0;
  into.glowGreen = 0;
  into.glowBlue = 0;
}

/** Oiled wood whose grain runs along x, in boards 1.9 deep; `dark` and `light` are the colours of late and early growth. */
export function paintWood(
  at: readonly [number, number, number],
  { dark, light }: { readonly dark: Colour; readonly light: Colour },
  into: Surface,
): void {
  const [x, y, z] = at;
  const across = z + y * 0.7;
  const board = Math.floor(across / 1.9 + 40);
  const shift = 37 * chance(board, 4);
  const bend = layeredNoise(x * 0.16 + shift, across * 0.7, 3);
  const rings = 0.5 + 0.5 * Math.sin((across * 2.6 + bend * 7 + shift) * 3.1);
  const fibre = layeredNoise(x * 1.3 + shift, across * 34, 3);
  const mix = Math.min(1, Math.max(0, 0.18 + 0.4 * rings * rings + 0.55 * (fibre - 0.35) + 0.3 * (chance(board, 9) - 0.5)));
  const seam = Math.abs(across / 1.9 + 40 - board - 0.5) > 0.494 ? 0.45 : 1;
  const shade = (a: number, b: number): number => (a + (b - a) * mix) * seam;
  ground(into, [shade(dark[0], light[0]), shade(dark[1], light[1]), shade(dark[2], light[2])], 0.42 + 0.14 * fibre);
}

/** A lamp that stands somewhere in a scene, turned around its axis. */
export type PlacedLamp = {
  readonly solid: (x: number, y: number, z: number) => number;
  readonly glass: (x: number, y: number, z: number) => number;
  readonly paint: (at: readonly [number, number, number], into: Surface) => void;
  readonly balls: readonly Ball[];
};

/** Puts a lamp with its foot at a point; `turn` in radians turns its front from +z towards +x. */
export function placeLamp(finish: Finish, { foot, turn }: { readonly foot: Colour; readonly turn: number }): PlacedLamp {
  const [fx, fy, fz] = foot;
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  const bound = (x: number, y: number, z: number): number => Math.max(Math.sqrt(x * x + z * z) - 0.82, y - 2.6);
  return {
    solid: (x, y, z) => {
      const [lx, ly, lz] = [x - fx, y - fy, z - fz];
      const around = bound(lx, ly, lz);
      if (around > 0.12) return around;
      return lampSolid(lx * cosine - lz * sine, ly, lx * sine + lz * cosine);
    },
    glass: (x, y, z) => {
      const [lx, ly, lz] = [x - fx, y - fy, z - fz];
      const around = Math.max(bound(lx, ly, lz), 1.3 - ly);
      return around > 0.12 ? around : lampGlass(lx, ly, lz);
    },
    paint: ([x, y, z], into) => {
      const [lx, lz] = [x - fx, z - fz];
      paintLamp([lx * cosine - lz * sine, y - fy, lx * sine + lz * cosine], finish, into);
    },
    balls: lampBalls(finish).map((ball) => ({ ...ball, centre: [ball.centre[0] + fx, ball.centre[1] + fy, ball.centre[2] + fz] })),
  };
}

/** Distance to a mug on y = 0 around the axis: 0.84 high, open above, its handle towards +x. */
export function mug(x: number, y: number, z: number): number {
  const r = Math.sqrt(x * x + z * z);
  const outside = roundedBox(r, y - 0.42, 0.37, 0.42, y < 0.42 ? 0.1 : 0.02);
  const inside = roundedBox(r, y - 0.52, 0.335, 0.44, 0.08);
  const wall = Math.max(outside, -inside);
  if (x < 0.2) return wall;
  const loop = Math.sqrt((x - 0.4) ** 2 * 1.1 + (y - 0.43) ** 2) - 0.2;
  const handle = Math.max(roundedBox(loop, z, 0.032, 0.045, 0.03), 0.355 - r);
  return Math.min(wall, handle);
}

/** Distance to a lying book on y = 0, its back towards +z, pages set in: sizes are halves. */
export function book(
  x: number,
  y: number,
  z: number,
  { halfX, halfY, halfZ }: { readonly halfX: number; readonly halfY: number; readonly halfZ: number },
): number {
  const boards = Math.min(
    roundedBlock(x, y - 2 * halfY + 0.016, z, halfX, 0.016, halfZ, 0.01),
    roundedBlock(x, y - 0.016, z, halfX, 0.016, halfZ, 0.01),
    roundedBlock(x, y - halfY, z - halfZ + 0.016, halfX, halfY, 0.016, 0.01),
  );
  return Math.min(boards, roundedBlock(x, y - halfY, z + 0.02, halfX - 0.05, halfY - 0.01, halfZ - 0.05, 0.005));
}

/** Distance to a round-bellied vase on y = 0 around the axis, 1.9 high, with a narrow neck. */
export function vase(x: number, y: number, z: number): number {
  const r = Math.sqrt(x * x + z * z);
  const belly = Math.sqrt(r * r + ((y - 0.66) * 1.05) ** 2) - 0.68;
  const neck = roundedBox(r, y - 1.45, 0.17 + 0.07 * Math.max(0, y - 1.35) ** 2 * 4, 0.46, 0.03);
  const k = 0.22;
  const h = Math.max(0, k - Math.abs(belly - neck)) / k;
  const both = Math.min(belly, neck) - h * h * k * 0.25;
  return Math.max(both * 0.9, 0.04 - y, -Math.max(r - 0.13 - 0.05 * Math.max(0, y - 1.5), 1.2 - y));
}

const LEANS = [-0.62, 0.12, 0.66] as const;
const DEPTHS = [0.12, -0.25, 0.2] as const;
const TALLS = [2.1, 2.75, 2] as const;

type Leaf = {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly side: number;
  readonly cosine: number;
  readonly sine: number;
};

/** Leaves in pairs along each stem, with some chance in place and turn. */
const LEAVES: readonly (readonly Leaf[])[] = [0, 1, 2].map((stem) =>
  [2, 3, 4, 5, 6, 7, 8, 9].map((leaf): Leaf => {
    const t = (leaf + 0.4 * chance(leaf, stem)) / 10;
    const side = leaf % 2 === 0 ? 1 : -1;
    const turn = 0.9 + 0.7 * (chance(leaf, stem + 7) - 0.5);
    return {
      x: (LEANS[stem] ?? 0) * t * t * 1.5 + side * 0.2,
      y: 1.43 + (TALLS[stem] ?? 0) * t,
      z: (DEPTHS[stem] ?? 0) * t * t * 1.5 + (chance(leaf, stem + 3) - 0.5) * 0.3,
      side,
      cosine: Math.cos(turn),
      sine: Math.sin(turn),
    };
  }),
);

/** Distance to an olive-like branch that leaves a vase at (0, 1.8, 0): three stems, each with pairs of leaves. */
export function branch(x: number, y: number, z: number): number {
  const ball = Math.sqrt(x * x + (y - 3) ** 2 + z * z) - 1.75;
  if (ball > 0.15) return ball;
  let nearest = 1;
  for (let stem = 0; stem < 3; stem++) {
    const tall = TALLS[stem] as number;
    const t = Math.min(1, Math.max(0, (y - 1.3) / tall));
    const sx = x - (LEANS[stem] as number) * t * t * 1.5;
    const sz = z - (DEPTHS[stem] as number) * t * t * 1.5;
    const above = Math.max(0, y - 1.3 - tall);
    const along = Math.sqrt(sx * sx + sz * sz + above * above);
    if (along > nearest + 0.75) continue;
    nearest = Math.min(nearest, (along - 0.02 + 0.008 * t) * 0.8);
    const leaves = LEAVES[stem] as readonly Leaf[];
    for (let i = 0; i < leaves.length; i++) {
      const leaf = leaves[i] as Leaf;
      const dx = (x - leaf.x) * leaf.side;
      const dy = y - leaf.y;
      const dz = z - leaf.z;
      const far = dx * dx + dy * dy + dz * dz;
      const reach = nearest / 0.7 + 0.29;
      if (far > reach * reach) continue;
      const length = dx * leaf.cosine + dy * leaf.sine;
      const over = dy * leaf.cosine - dx * leaf.sine;
      const width = Math.max(0.004, 0.085 * (1 - (length / 0.28) ** 2));
      nearest = Math.min(
        nearest,
        0.7 * Math.max(Math.sqrt(over * over + dz * dz * 1.4) - width, Math.abs(dz + over * 0.5) - 0.012, Math.abs(length) - 0.28),
      );
    }
  }
  return nearest;
}

/** Plaster: a colour with the faintest clouds in it. */
export function paintPlaster(at: readonly [number, number, number], colour: Colour, into: Surface): void {
  const shade = 0.965 + 0.05 * layeredNoise(at[0] * 0.9, at[1] * 0.9, 4) + 0.02 * (valueNoise(at[0] * 24, at[1] * 24, 6) - 0.5);
  ground(into, [colour[0] * shade, colour[1] * shade, colour[2] * shade]);
}
