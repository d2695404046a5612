import { chance, roundedBox, valueNoise } from './make-example-distance.ts';
import type { Ball, Colour, Surface } from './make-example-scene.ts';

/** One colourway of the lamp: two yarn colours of the cloth, the metal, and the radiance of the moon (0 when switched off). */
export type Finish = { readonly yarn: Colour; readonly heather: Colour; readonly metal: Colour; readonly glow: Colour };

/** Warm sand cloth with champagne metal, and deep evening blue with copper. */
export const FINISHES = {
  sand: { yarn: [0.5, 0.44, 0.37], heather: [0.76, 0.7, 0.61], metal: [0.93, 0.79, 0.61] },
  midnight: { yarn: [0.034, 0.044, 0.06], heather: [0.12, 0.145, 0.18], metal: [0.95, 0.66, 0.48] },
} as const satisfies Record<string, Omit<Finish, 'glow'>>;

const THREADS_AROUND = 288;
const THREAD_PITCH = (2 * Math.PI * 0.7) / THREADS_AROUND;
const KNURLS = 168;
const MOON: Colour = [0, 1.885, 0];
const MOON_RADIUS = 0.34;

/** Where a point lies in the twill (two over, two under): across its thread and along its float, both in [-1, 1], and the thread's number. */
const twill = { across: 0, along: 0, warp: true, thread: 0, float: 0 };

function intoTwill(x: number, y: number, z: number): void {
  const around = (Math.atan2(x, z) / (2 * Math.PI)) * THREADS_AROUND + THREADS_AROUND;
  const wobble = 0.3 * (valueNoise(around * 0.3, y * 26, 5) - 0.5);
  const u = around + wobble;
  const v = y / THREAD_PITCH + wobble;
  const iu = Math.floor(u);
  const iv = Math.floor(v);
  const step = (iu + iv) & 3;
  twill.warp = step < 2;
  twill.across = 2 * (twill.warp ? u - iu : v - iv) - 1;
  twill.along = (twill.warp ? step + v - iv : step - 2 + u - iu) - 1;
  twill.thread = twill.warp ? iu : iv;
  twill.float = twill.warp ? iv - step : iu - step + 2;
}

/** Distance to the cloth when `plain` is that to the body without it: round yarns that rise and dive, with the twist of their fibres. */
function cloth(x: number, y: number, z: number, plain: number): number {
  if (plain > 0.014) return plain - 0.0064;
  intoTwill(x, y, z);
  const { across, along } = twill;
  const round = Math.sqrt(Math.max(0, 1 - 0.94 * across * across));
  const rise = 0.34 + 0.66 * Math.sqrt(Math.max(0, 1 - 0.96 * along * along));
  const fibre = 0.05 * Math.sin(across * 5 + along * 8 + twill.thread);
  return (plain - 0.0058 * (round * rise + fibre)) * 0.66;
}

function body(r: number, y: number): number {
  return roundedBox(r, y - 0.685, 0.7, 0.625, y < 0.685 ? 0.17 : 0.03);
}

function collar(x: number, y: number, z: number, r: number): number {
  const plain = roundedBox(r, y - 1.405, 0.697, 0.072, 0.014);
  const band = roundedBox(r, y - 1.405, 0.704, 0.044, 0.006);
  if (band > 0.03) return Math.min(plain, band - 0.004);
  const wave = Math.cos(Math.atan2(x, z) * KNURLS);
  return Math.min(plain, (band - 0.0045 * (0.4 + 0.6 * wave)) * 0.6);
}

function handle(x: number, y: number, z: number): number {
  const up = y - 1.8;
  const across = up > 0 ? Math.sqrt(x * x + up * up) - 0.762 : Math.abs(x) - 0.762;
  const band = roundedBox(across, z, 0.013, 0.042, 0.011);
  const below = 1.405 - y;
  const bow = below > 0 ? Math.sqrt(Math.max(band, 0) ** 2 + below * below) : band;
  const pin = roundedBox(Math.abs(x) - 0.735, Math.sqrt((y - 1.405) ** 2 + z * z), 0.047, 0.05, 0.01);
  return Math.min(bow, pin);
}

function badge(x: number, y: number, z: number): number {
  if (z < 0.5) return 1;
  const ring = Math.sqrt(x * x + (y - 0.36) ** 2);
  return roundedBox(ring, z - 0.695, 0.052, 0.022, 0.006);
}

function moon(x: number, y: number, z: number): number {
  const dy = y - MOON[1];
  return Math.sqrt(x * x + dy * dy + z * z) - MOON_RADIUS;
}

function stem(r: number, y: number): number {
  return Math.min(roundedBox(r, y - 1.51, 0.13, 0.045, 0.012), roundedBox(r, y - 1.485, 0.5, 0.012, 0.008));
}

function inner(r: number, y: number): number {
  return Math.min(roundedBox(r, y - 0.03, 0.56, 0.032, 0.01), roundedBox(r, y - 1.32, 0.665, 0.04, 0.004));
}

/** Distance to the solid parts of the lamp: it stands on y = 0, is 2.58 high and 1.57 wide, and faces +z. */
export function lampSolid(x: number, y: number, z: number): number {
  if (y > 1.75) return Math.min(handle(x, y, z), moon(x, y, z), y - 1.56);
  const r = Math.sqrt(x * x + z * z);
  const low = Math.min(cloth(x, y, z, body(r, y)), badge(x, y, z), inner(r, y));
  if (y < 1.1) return Math.min(low, 1.31 - y);
  return Math.min(low, collar(x, y, z, r), handle(x, y, z), moon(x, y, z), stem(r, y));
}

/** Distance to the glass dome of the lamp: a shell 0.032 thick, open below. */
export function lampGlass(x: number, y: number, z: number): number {
  const r = Math.sqrt(x * x + z * z);
  const outside = roundedBox(r, y - 1.9, 0.628, 0.5, y > 1.9 ? 0.5 : 0.01);
  const inside = roundedBox(r, y - 1.868, 0.596, 0.5, y > 1.868 ? 0.47 : 0.01);
  return Math.max(outside, -inside);
}

/** The moon as a light, or none when the finish does not glow: it lights its place more strongly than it looks, as a camera would expose it. */
export function lampBalls(finish: Finish): readonly Ball[] {
  const glow = finish.glow.map((part) => part * 2.4) as [number, number, number];
  return finish.glow[0] > 0 ? [{ centre: MOON, radius: MOON_RADIUS, glow }] : [];
}

/** The box that holds the lamp. */
export const LAMP_BOX: readonly [Colour, Colour] = [
  [-0.8, 0, -0.73],
  [0.8, 2.59, 0.76],
];

function paint(into: Surface, kind: Surface['kind'], colour: Colour, roughness: number): void {
  into.kind = kind;
  into.red = colour[0];
  into.green = colour[1];
  into.blue = colour[2];
  into.roughness = roughness;
}

function paintMoon(at: readonly [number, number, number], finish: Finish, into: Surface): void {
  const [x, y, z] = at;
  const spots = valueNoise(x * 6 + 3, y * 6 + z * 2.5, 11) * 0.6 + valueNoise(x * 13 + z * 4, y * 13, 12) * 0.4;
  const shade = 0.9 + 0.1 * spots;
  paint(into, 'glazed', [0.86 * shade, 0.84 * shade, 0.8 * shade], 0);
  const upward = (y - MOON[1]) / MOON_RADIUS;
  const strength = (0.86 - 0.2 * upward) * (0.62 + 0.66 * spots);
  into.glowRed = finish.glow[0] * strength;
  into.glowGreen = finish.glow[1] * strength;
  into.glowBlue = finish.glow[2] * strength;
}

function paintCloth(at: readonly [number, number, number], finish: Finish, into: Surface): void {
  intoTwill(at[0], at[1], at[2]);
  const { across, along, thread, float, warp } = twill;
  const strand = chance(thread + (warp ? 0 : 4000), float >> 1);
  const slub = valueNoise(thread * 0.31, float * 0.12, warp ? 3 : 4);
  const mix = Math.min(1, Math.max(0, 0.15 + 0.6 * strand * strand + 0.45 * (slub - 0.3)));
  const twist = 0.92 + 0.08 * Math.sin(across * 5 + along * 8 + thread);
  const shade = (a: number, b: number): number => (a + (b - a) * mix) * twist;
  paint(
    into,
    'cloth',
    [shade(finish.yarn[0], finish.heather[0]), shade(finish.yarn[1], finish.heather[1]), shade(finish.yarn[2], finish.heather[2])],
    1,
  );
}

/** Says what the lamp is made of at a point on its solid. */
export function paintLamp(at: readonly [number, number, number], finish: Finish, into: Surface): void {
  const [x, y, z] = at;
  const r = Math.sqrt(x * x + z * z);
  into.brushed = 0;
  into.glowRed = 0;
  into.glowGreen = 0;
  into.glowBlue = 0;
  const parts = [cloth(x, y, z, body(r, y)), collar(x, y, z, r), handle(x, y, z), badge(x, y, z), moon(x, y, z), stem(r, y), inner(r, y)];
  let nearest = 0;
  for (let i = 1; i < parts.length; i++) if ((parts[i] as number) < (parts[nearest] as number)) nearest = i;
  if (nearest === 4) paintMoon(at, finish, into);
  else if (nearest === 0) paintCloth(at, finish, into);
  else if (nearest === 6) paint(into, 'cloth', [0.02, 0.02, 0.02], 1);
  else if (nearest === 5) paint(into, 'metal', [finish.metal[0] * 0.9, finish.metal[1] * 0.88, finish.metal[2] * 0.86], 0.3);
  else {
    paint(into, 'metal', finish.metal, nearest === 2 ? 0.2 : 0.16);
    if (nearest === 1) into.brushed = 0.05;
    const mark = nearest === 1 && z > 0 && Math.abs(x) < 0.0075 && Math.abs(y - 1.405) < 0.037;
    if (mark) paint(into, 'cloth', [0.85, 0.84, 0.8], 1);
    const crescent = nearest === 3 && Math.sqrt(x * x + (y - 0.36) ** 2) < 0.036 && Math.sqrt((x - 0.014) ** 2 + (y - 0.369) ** 2) > 0.028;
    if (crescent) paint(into, 'cloth', [0.05, 0.04, 0.035], 1);
  }
}
