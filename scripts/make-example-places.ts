import { chance, roundedBlock, roundedBox, smoothStep } from './make-example-distance.ts';
import { FINISHES } from './make-example-lamp.ts';
import { book, branch, ground, mug, type PlacedLamp, paintPlaster, paintWood, placeLamp, vase } from './make-example-props.ts';
import type { Colour, Panel, Scene } from './make-example-scene.ts';

const WARM: Colour = [2.1, 0.98, 0.34];
const DARK: Colour = [0, 0, 0];

type Softbox = (centre: Colour, target: Colour, look: { readonly width: number; readonly height: number; readonly glow: Colour }) => Panel;

/** What lamps add to a place: their solids and glass join those of the place. */
function withLamps(place: Scene, lamps: readonly PlacedLamp[]): Scene {
  if (lamps.length === 0) return place;
  const [first, second] = lamps;
  if (first === undefined) return place;
  const lampSolid =
    second === undefined ? first.solid : (x: number, y: number, z: number) => Math.min(first.solid(x, y, z), second.solid(x, y, z));
  const glass =
    second === undefined ? first.glass : (x: number, y: number, z: number) => Math.min(first.glass(x, y, z), second.glass(x, y, z));
  return {
    ...place,
    solid: (x, y, z) => Math.min(place.solid(x, y, z), lampSolid(x, y, z)),
    glass,
    surface: (at, into) => {
      const own = place.solid(at[0], at[1], at[2]);
      const lamp = lamps.find((each) => each.solid(at[0], at[1], at[2]) < own);
      if (lamp === undefined) place.surface(at, into);
      else lamp.paint(at, into);
    },
    balls: lamps.flatMap((lamp) =>
      lamp.balls.map((ball) => ({ ...ball, glow: [ball.glow[0] * 3.4, ball.glow[1] * 3.4, ball.glow[2] * 3.4] as const })),
    ),
  };
}

type Spot = { readonly x: number; readonly y: number; readonly size: number; readonly glow: Colour };

/** Lights of a town far below, out of focus: where they stand in the view, how large they blur, their colour. */
const TOWN: readonly Spot[] = Array.from({ length: 96 }, (_, i): Spot => {
  const kind = chance(i, 21);
  const glow: Colour = kind < 0.6 ? [1, 0.4, 0.07] : kind < 0.8 ? [1, 0.6, 0.24] : kind < 0.92 ? [0.95, 0.25, 0.16] : [0.35, 0.75, 0.8];
  const strength = 0.12 + 0.5 * chance(i, 22) ** 1.6;
  return {
    x: -0.85 + 1.5 * chance(i, 23),
    y: -0.13 + 0.22 * chance(i, 24) ** 1.2,
    size: 0.0095 + 0.0095 * chance(i, 25),
    glow: [glow[0] * strength, glow[1] * strength, glow[2] * strength],
  };
});

function duskOutside(direction: readonly [number, number, number], into: Float64Array): void {
  const [dx, dy, dz] = direction;
  if (dz > -0.05 || dy > 0.8) {
    into[0] = 0.085;
    into[1] = 0.06;
    into[2] = 0.045;
    return;
  }
  const [x, y] = [dx / -dz, dy / -dz];
  const high = smoothStep(-0.02, 0.55, y);
  const rose = Math.exp(-(((y - 0.06) / 0.13) ** 2));
  into[0] = 0.075 - 0.05 * high + 0.24 * rose;
  into[1] = 0.085 - 0.045 * high + 0.085 * rose;
  into[2] = 0.21 - 0.09 * high + 0.05 * rose;
  const roofs = 0.045 + 0.05 * chance(Math.floor(x * 9 + 50), 31) + 0.02 * Math.sin(x * 5);
  const cover = 0.95 * smoothStep(-0.014, 0.014, roofs - y);
  into[0] = (into[0] as number) * (1 - cover) + 0.016 * cover;
  into[1] = (into[1] as number) * (1 - cover) + 0.017 * cover;
  into[2] = (into[2] as number) * (1 - cover) + 0.042 * cover;
  for (const spot of TOWN) {
    const away = Math.sqrt((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.size;
    if (away > 1.15) continue;
    const disc = (1 - smoothStep(0.92, 1.12, away)) * (0.72 + 0.28 * away * away);
    for (let c = 0; c < 3; c++) into[c] = (into[c] as number) + (spot.glow[c] as number) * disc;
  }
}

type Distance = (x: number, y: number, z: number) => number;

/** Which of the parts of a place a point lies on, by its index. */
function nearestOf(parts: readonly Distance[], [x, y, z]: readonly [number, number, number]): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, part] of parts.entries()) {
    const d = part(x, y, z);
    if (d < least) [nearest, least] = [i, d];
  }
  return nearest;
}

const WALNUT = { dark: [0.085, 0.046, 0.026] as Colour, light: [0.32, 0.185, 0.1] as Colour };
const OAK = { dark: [0.36, 0.24, 0.14] as Colour, light: [0.6, 0.44, 0.29] as Colour };

/** A walnut table before a window on a town at dusk; the right third is for things, the left for words. */
function evening(softbox: Softbox, lamps: readonly PlacedLamp[]): Scene {
  const table = (x: number, y: number, z: number): number => roundedBlock(x, y + 0.16, z - 1.2, 9.5, 0.16, 4.6, 0.05);
  const wall = (x: number, y: number, z: number): number => Math.max(Math.abs(z + 8) - 0.25, -roundedBox(x + 1.2, y - 5.2, 7, 5.6, 0.05));
  const bars = (x: number, y: number, z: number): number =>
    Math.min(
      roundedBox(x + 2.6, z + 8, 0.13, 0.16, 0.03),
      roundedBox(y - 6.4, z + 8, 0.13, 0.16, 0.03),
      roundedBlock(x + 1.2, y + 0.45, z + 7.8, 7.4, 0.12, 0.6, 0.04),
    );
  const curtain = (x: number, _y: number, z: number): number => {
    if (x < 2.6) return Math.max(3 - x, 0.3);
    const fold = 0.24 * Math.sin(x * 3.1) + 0.1 * Math.sin(x * 7.3 + 1);
    return roundedBox(x - 6.6, z + 6.9 - fold, 3.4, 0.05, 0.04) * 0.62;
  };
  const books = (x: number, y: number, z: number): number => {
    if (Math.abs(x - 3.9) > 1.9 || y > 1.2) return Math.max(Math.abs(x - 3.9) - 1.5, y - 0.9, 0.2);
    const [ax, az] = [(x - 3.95) * 0.985 + (z + 0.9) * 0.17, (z + 0.9) * 0.985 - (x - 3.95) * 0.17];
    const [bx, bz] = [(x - 3.85) * 0.995 - (z + 0.9) * 0.1, (z + 0.9) * 0.995 + (x - 3.85) * 0.1];
    return Math.min(
      book(ax, y, az, { halfX: 1.15, halfY: 0.17, halfZ: 0.8 }),
      book(bx, y - 0.345, bz, { halfX: 1, halfY: 0.13, halfZ: 0.72 }),
    );
  };
  const cup = (x: number, y: number, z: number): number =>
    mug((x - 3.85) * 0.9 + (z + 0.85) * 0.43, y - 0.607, (z + 0.85) * 0.9 - (x - 3.85) * 0.43);
  const parts = [table, wall, bars, curtain, books, cup];
  const place: Scene = {
    solid: (x, y, z) => Math.min(table(x, y, z), wall(x, y, z), bars(x, y, z), curtain(x, y, z), books(x, y, z), cup(x, y, z)),
    surface: (at, into) => {
      const [x, y, z] = at;
      const nearest = nearestOf(parts, at);
      if (nearest === 0) paintWood(at, WALNUT, into);
      else if (nearest === 1) paintPlaster(at, [0.3, 0.25, 0.22], into);
      else if (nearest === 2) ground(into, [0.05, 0.04, 0.036]);
      else if (nearest === 3) ground(into, [0.5, 0.43, 0.37]);
      else if (nearest === 5) ground(into, [0.62, 0.57, 0.5], 0.25);
      else {
        const pages = y > 0.03 && y < 0.31 && z < 0.3 && Math.abs(x - 3.9) > 0.9;
        ground(into, y > 0.34 ? [0.42, 0.17, 0.1] : pages ? [0.6, 0.54, 0.44] : [0.07, 0.11, 0.13]);
      }
    },
    box: [
      [-10, -3, -8.4],
      [10.2, 11.5, 6],
    ],
    panels: [
      softbox([-8, 7.5, 6], [1, 0, 0], { width: 3, height: 3, glow: [19, 12, 6.8] }),
      softbox([9, 4.5, 2.5], [1, 1, 0], { width: 2.2, height: 3, glow: [14, 8.4, 4.4] }),
    ],
    balls: [],
    sky: duskOutside,
    cutOut: false,
    exposure: 1.5,
    patience: 0.62,
  };
  return withLamps(place, lamps);
}

/** An oak shelf on a plaster wall in morning sun that falls through a window with bars. */
function morning(softbox: Softbox): Scene {
  const wall = (_x: number, _y: number, z: number): number => z + 1.5;
  const shelf = (x: number, y: number, z: number): number => roundedBlock(x, y + 0.13, z + 0.1, 12, 0.13, 1.45, 0.025);
  const pot = (x: number, y: number, z: number): number => vase((x - 3.7) / 0.9, y / 0.9, (z + 0.1) / 0.9) * 0.9;
  const twigs = (x: number, y: number, z: number): number => branch((x - 3.7) / 0.9, y / 0.9, (z + 0.1) / 0.9) * 0.9;
  const books = (x: number, y: number, z: number): number => {
    const [ax, az] = [(x - 1.75) * 0.99 + z * 0.1, z * 0.99 - (x - 1.75) * 0.1];
    return Math.min(
      book(ax, y, az, { halfX: 1, halfY: 0.15, halfZ: 0.75 }),
      book(x - 1.7, y - 0.305, z, { halfX: 0.85, halfY: 0.11, halfZ: 0.65 }),
    );
  };
  const cup = (x: number, y: number, z: number): number => mug((x - 1.75) * 0.7 - z * 0.7, y - 0.53, z * 0.7 + (x - 1.75) * 0.7);
  const frame = (x: number, y: number, z: number): number => {
    const [u, v, w] = [(x + 7.2) * 0.74 + (z - 5.4) * 0.67, y - 4.9, (z - 5.4) * 0.74 - (x + 7.2) * 0.67];
    const pane = Math.max(-Math.max(Math.abs(u) - 1.5, Math.abs(v) - 2.1), Math.abs(u) - 3.4, Math.abs(v) - 4.2);
    const bars = Math.min(Math.abs(u) - 0.085, Math.abs(v - 0.55) - 0.085);
    return Math.max(Math.min(pane, bars), Math.abs(w) - 0.06);
  };
  const parts = [wall, shelf, pot, twigs, books, cup, frame];
  return {
    solid: (x, y, z) => Math.min(wall(x, y, z), shelf(x, y, z), pot(x, y, z), twigs(x, y, z), books(x, y, z), cup(x, y, z), frame(x, y, z)),
    surface: (at, into) => {
      const [x, y, z] = at;
      const nearest = nearestOf(parts, at);
      if (nearest === 0) paintPlaster(at, [0.8, 0.755, 0.69], into);
      else if (nearest === 1) paintWood(at, OAK, into);
      else if (nearest === 2) paintPlaster([x * 3, y * 3, z], [0.62, 0.4, 0.29], into);
      else if (nearest === 3) ground(into, [0.2, 0.27, 0.15]);
      else if (nearest === 5) ground(into, [0.78, 0.75, 0.7], 0.22);
      else if (nearest === 6) ground(into, [0.3, 0.3, 0.3]);
      else ground(into, y > 0.3 ? [0.72, 0.62, 0.5] : [0.28, 0.36, 0.36]);
    },
    box: [
      [-9.5, -3.6, -1.6],
      [8, 9.5, 8],
    ],
    panels: [
      softbox([-14.5, 10.4, 12.4], [0.4, 1.6, -1], { width: 0.8, height: 0.8, glow: [2700, 2080, 1330] }),
      softbox([7, 9, 9], [1, 1, 0], { width: 6, height: 5, glow: [0.7, 0.68, 0.68] }),
    ],
    balls: [],
    sky: (direction, into) => {
      const up = 0.5 + 0.5 * direction[1];
      into[0] = 0.34 + 0.12 * up;
      into[1] = 0.325 + 0.125 * up;
      into[2] = 0.31 + 0.14 * up;
    },
    cutOut: false,
    exposure: 1.3,
    patience: 0.62,
  };
}

/** A seamless terracotta sweep with a low round plinth and an arch, the shapes of the brand. */
function sweep(softbox: Softbox, lamps: readonly PlacedLamp[]): Scene {
  const paper = (_x: number, y: number, z: number): number =>
    y < 3.5 && z < -2.5 ? 3.5 - Math.sqrt((y - 3.5) ** 2 + (z + 2.5) ** 2) : Math.min(y, z + 6);
  const plinth = (x: number, y: number, z: number): number => roundedBox(Math.sqrt(x * x + z * z), y - 0.16, 1.75, 0.2, 0.035);
  const arch = (x: number, y: number, z: number): number => {
    const lx = x - 2.7;
    const outline = y > 2.5 ? Math.sqrt(lx * lx + (y - 2.5) ** 2) - 1.35 : Math.max(Math.abs(lx) - 1.35, -y);
    const depth = Math.abs(z + 3) - 0.32;
    const [ox, oz] = [outline + 0.04, depth + 0.04];
    return Math.min(Math.max(ox, oz), 0) + Math.sqrt(Math.max(ox, 0) ** 2 + Math.max(oz, 0) ** 2) - 0.04;
  };
  const place: Scene = {
    solid: (x, y, z) => Math.min(paper(x, y, z), plinth(x, y, z), arch(x, y, z)),
    surface: (at, into) => {
      const [x, y, z] = at;
      const base = paper(x, y, z);
      if (arch(x, y, z) < Math.min(base, plinth(x, y, z))) paintPlaster(at, [0.6, 0.29, 0.185], into);
      else if (plinth(x, y, z) < base) paintPlaster([x, z, y], [0.8, 0.6, 0.47], into);
      else ground(into, [0.74, 0.5, 0.375]);
    },
    box: [
      [-16, -0.1, -6.1],
      [16, 12, 13],
    ],
    panels: [
      softbox([-6.5, 7, 4.5], [0, 0.5, -1], { width: 2.4, height: 2.4, glow: [30, 27.5, 24.5] }),
      softbox([7, 5, 5], [0.5, 1, 0], { width: 3, height: 3, glow: [1.5, 1.5, 1.7] }),
    ],
    balls: [],
    sky: (direction, into) => {
      const level = 0.2 + 0.12 * Math.max(0, direction[1]);
      into[0] = level;
      into[1] = level * 0.96;
      into[2] = level * 0.95;
    },
    cutOut: false,
    exposure: 1.3,
    patience: 0.62,
  };
  return withLamps(place, lamps);
}

/** Every place by name, built with the softbox of the product studio. */
export function places(softbox: Softbox): Readonly<Record<string, () => Scene>> {
  const table: Colour = [1.75, 0, 0.3];
  return {
    evening: () => evening(softbox, []),
    'evening-lamp': () => evening(softbox, [placeLamp({ ...FINISHES.sand, glow: WARM }, { foot: table, turn: -0.25 })]),
    morning: () => morning(softbox),
    sweep: () => sweep(softbox, []),
    'sweep-pair': () =>
      sweep(softbox, [
        placeLamp({ ...FINISHES.sand, glow: DARK }, { foot: [-0.55, 0.36, -0.1], turn: 0.15 }),
        placeLamp({ ...FINISHES.midnight, glow: WARM }, { foot: [2.3, 0, 1.2], turn: -0.2 }),
      ]),
  };
}
