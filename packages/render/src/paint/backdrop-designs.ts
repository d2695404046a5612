import type { BackdropDesign } from '@filmwright/contracts';
import { type Lab, mixLab, toned } from './oklab.ts';

/** Colours of a backdrop: its ground, a lively second colour and a deep third. */
export type BackdropInk = { readonly ground: Lab; readonly accent: Lab; readonly deep: Lab; readonly dark: boolean };

/** Shape of the frame in units of its shorter side, origin in its middle, y down; `pixel` is the size of one pixel. */
export type BackdropFrame = { readonly halfWidth: number; readonly halfHeight: number; readonly pixel: number };

/**
 * Colours one point; writes OKLab into `out`. Gives how far the nearest hard edge or crease is at least, in the frame's units: within that
 * distance the colour changes so slowly that it may be interpolated.
 */
export type Shade = (x: number, y: number, out: Float64Array) => number;

export type BackdropPainter = (ink: BackdropInk, frame: BackdropFrame) => Shade;

const set = (out: Float64Array, color: Lab): void => {
  out[0] = color[0];
  out[1] = color[1];
  out[2] = color[2];
};
/** Lays a colour over what is there. */
const over = (out: Float64Array, color: Lab, alpha: number): void => {
  out[0] = (out[0] as number) + (color[0] - (out[0] as number)) * alpha;
  out[1] = (out[1] as number) + (color[1] - (out[1] as number)) * alpha;
  out[2] = (out[2] as number) + (color[2] - (out[2] as number)) * alpha;
};
const lighten = (out: Float64Array, by: number): void => {
  out[0] = (out[0] as number) + by;
};
const clamp = (value: number): number => Math.max(0, Math.min(1, value));
const smooth = (from: number, to: number, value: number): number => {
  const t = clamp((value - from) / (to - from));
  return t * t * t * (t * (t * 6 - 15) + 10);
};
/** Coverage of a shape at signed distance `d` (negative inside), one pixel wide at its edge. */
const inside = (d: number, pixel: number): number => clamp(0.5 - d / pixel);
const bell = (d: number, width: number): number => Math.exp(-(d * d) / (2 * width * width));

/** A quiet gradient lit from the upper left. */
const plain: BackdropPainter = ({ ground, accent, dark }, { halfWidth, halfHeight }) => {
  const low = mixLab(toned(ground, { by: dark ? -0.05 : -0.045 }), accent, 0.1);
  return (x, y, out) => {
    set(out, ground);
    over(out, low, smooth(-1.1, 1.25, (x / halfWidth) * 0.6 + y / halfHeight));
    lighten(out, (dark ? 0.075 : 0.03) * bell(Math.hypot(x + halfWidth * 0.45, y + halfHeight * 0.75), 0.6));
    return Number.POSITIVE_INFINITY;
  };
};

/** A large luminous disc over a floor, with its bloom and its reflection. */
const halo: BackdropPainter = ({ ground, accent, deep, dark }, { halfWidth, halfHeight, pixel }) => {
  const landscape = halfWidth > halfHeight * 1.1;
  const centerX = landscape ? halfWidth * 0.38 : 0;
  const centerY = landscape ? -0.05 : -halfHeight * 0.12;
  const radius = landscape ? 0.385 : 0.41;
  const horizon = centerY + radius * 0.78;
  const discTop = mixLab(ground, accent, dark ? 0.62 : 0.5);
  const discLow = mixLab(toned(ground, { by: dark ? 0.05 : 0.02 }), accent, dark ? 0.2 : 0.13);
  const bloom = mixLab(ground, accent, 0.5);
  const wallTop = mixLab(toned(ground, { by: dark ? -0.02 : -0.022, chroma: 1.15 }), deep, 0.012);
  const floorFar = mixLab(toned(ground, { by: dark ? -0.035 : -0.042, chroma: 1.3 }), accent, 0.04);
  const floorNear = toned(ground, { by: dark ? 0.035 : 0.012 });
  const ring = mixLab(ground, accent, dark ? 0.75 : 0.65);
  return (x, y, out) => {
    const d = Math.hypot(x - centerX, y - centerY);
    set(out, wallTop);
    over(out, ground, smooth(-halfHeight, horizon, y));
    over(out, bloom, 0.42 * bell(Math.max(0, d - radius * 0.9), 0.24));
    for (let i = 1; i <= 2; i++)
      over(
        out,
        ring,
        (i === 1 ? 0.3 : 0.16) *
          inside(Math.abs(d - radius * (i === 1 ? 1.13 : 1.3)) - 0.0011, pixel) *
          smooth(0.75, -0.9, (y - centerY) / radius),
      );
    const disc = inside(d - radius, pixel);
    if (disc > 0) {
      const down = smooth(-1, 0.85, (y - centerY) / radius);
      over(out, discTop, disc);
      over(out, discLow, disc * down);
    }
    const edge = Math.min(
      Math.abs(d - radius),
      Math.abs(d - radius * 1.13) - 0.0011,
      Math.abs(d - radius * 1.3) - 0.0011,
      Math.abs(y - horizon) - 0.006,
    );
    const floor = smooth(horizon - 0.006, horizon + 0.006, y);
    if (floor <= 0) return edge;
    const depth = clamp((y - horizon) / (halfHeight - horizon));
    const wall: Lab = [out[0] as number, out[1] as number, out[2] as number];
    set(out, floorFar);
    over(out, floorNear, smooth(0, 1, depth));
    const reach = 0.1 + depth * 0.35;
    over(out, bloom, 0.34 * bell(Math.max(0, Math.abs(x - centerX) - radius * 0.55), reach) * (1 - depth) ** 1.6);
    if (floor < 1) over(out, wall, 1 - floor);
    return edge;
  };
};

/** A seamless studio cove crossed by broad sweeps of light with one crisp edge each. */
const sweep: BackdropPainter = ({ ground, accent, deep, dark }, { halfWidth, halfHeight, pixel }) => {
  const low = mixLab(toned(ground, { by: dark ? -0.04 : -0.03, chroma: 1.2 }), deep, 0.012);
  const near = toned(ground, { by: dark ? 0.045 : 0.016 });
  const light = mixLab(toned(ground, { by: dark ? 0.1 : 0.02 }), accent, 0.55);
  const pale = mixLab(toned(ground, { by: dark ? 0.06 : 0.01 }), accent, 0.26);
  const cool = dark ? mixLab(ground, deep, 0.2) : mixLab(toned(ground, { by: -0.035, chroma: 1.25 }), deep, 0.03);
  const cove = halfHeight * 0.52;
  const span = Math.max(halfWidth, halfHeight);
  const sweeps: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly color: Lab;
    readonly alpha: number;
    readonly tail: number;
  }[] = [
    { x: halfWidth * 0.1 - span * 1.5, y: -halfHeight - span * 0.9, radius: span * 2.02, color: cool, alpha: 0.75, tail: 0.5 },
    { x: halfWidth * 0.55 + span * 1.2, y: halfHeight * 0.2 + span * 0.75, radius: span * 1.62, color: pale, alpha: 0.85, tail: 0.55 },
    { x: halfWidth * 0.72 + span * 1.16, y: halfHeight * 0.2 + span * 0.62, radius: span * 1.36, color: light, alpha: 0.72, tail: 0.42 },
  ];
  return (x, y, out) => {
    set(out, ground);
    over(out, low, smooth(-halfHeight * 1.2, cove, y));
    let edge = Number.POSITIVE_INFINITY;
    for (const s of sweeps) {
      const d = Math.hypot(x - s.x, y - s.y) - s.radius;
      edge = Math.min(edge, Math.abs(d));
      if (d < pixel) over(out, s.color, s.alpha * inside(d, pixel) * Math.exp(Math.min(0, d) / s.tail));
    }
    const floor = smooth(cove - halfHeight * 0.16, halfHeight * 1.15, y);
    over(out, near, floor * 0.9);
    lighten(out, (dark ? 0.05 : 0.02) * bell(Math.hypot((x - halfWidth * 0.4) * 0.8, y + halfHeight * 0.25), 0.5));
    return edge;
  };
};

/** Nested arches like niches in a wall, standing on a floor. */
const arc: BackdropPainter = ({ ground, accent, deep, dark }, { halfWidth, halfHeight, pixel }) => {
  const landscape = halfWidth > halfHeight * 1.1;
  const centerX = landscape ? -halfWidth * 0.4 : 0;
  const horizon = landscape ? halfHeight * 0.56 : halfHeight * 0.4;
  const spring = landscape ? 0.09 : Math.max(-0.05, 0.53 - halfHeight);
  const radii = landscape ? [0.565, 0.44, 0.315] : [0.47, 0.37, 0.265];
  const wall = mixLab(ground, deep, dark ? 0.04 : 0.008);
  const steps: readonly Lab[] = [
    mixLab(toned(ground, { by: dark ? 0.03 : -0.012 }), accent, 0.12),
    mixLab(toned(ground, { by: dark ? 0.06 : -0.02 }), accent, 0.27),
    mixLab(toned(ground, { by: dark ? 0.1 : -0.02 }), accent, 0.48),
  ];
  const shade = dark ? mixLab(toned(ground, { by: -0.26 }), deep, 0.2) : mixLab(toned(ground, { by: -0.34, chroma: 2.4 }), accent, 0.3);
  const floorFar = mixLab(toned(ground, { by: dark ? -0.02 : -0.035, chroma: 1.25 }), accent, 0.04);
  const floorNear = toned(ground, { by: dark ? 0.04 : 0.015 });
  return (x, y, out) => {
    set(out, wall);
    lighten(out, (dark ? 0.03 : 0.014) * smooth(0.9, -0.6, y / halfHeight + x * 0.2));
    const across = Math.abs(x - centerX);
    let edge = Math.abs(horizon - y);
    for (let i = 0; i < radii.length; i++) {
      const radius = radii[i] as number;
      const d = (y < spring ? Math.hypot(x - centerX, y - spring) : across) - radius;
      edge = Math.min(edge, Math.abs(d));
      if (d > pixel) break;
      const cover = inside(d, pixel);
      over(out, steps[i] as Lab, cover);
      // The rim in front throws a soft shadow into the niche, from the upper left.
      const thrown = (y < spring + 0.012 ? Math.hypot(x - centerX - 0.012, y - spring - 0.02) : Math.abs(x - centerX - 0.012)) - radius;
      over(out, shade, cover * 0.2 * Math.exp(Math.min(0, thrown) / 0.035));
      edge = Math.min(edge, Math.abs(thrown), Math.abs(y - spring - 0.012));
      lighten(out, cover * (dark ? 0.05 : 0.022) * smooth(-0.7, 0.6, (y - spring) / radius));
    }
    const floor = inside(horizon - y, pixel);
    if (floor <= 0) return edge;
    const depth = clamp((y - horizon) / (halfHeight - horizon));
    const behind: Lab = [out[0] as number, out[1] as number, out[2] as number];
    set(out, floorFar);
    over(out, floorNear, smooth(0, 0.9, depth));
    over(out, steps[2] as Lab, 0.28 * bell(Math.max(0, across - (radii[2] as number) * 0.6), 0.16 + depth * 0.2) * (1 - depth) ** 2);
    over(out, shade, 0.1 * Math.exp(-(y - horizon) / 0.02));
    if (floor < 1) over(out, behind, 1 - floor);
    return edge;
  };
};

/** Fine square lines that fade away from a pool of light. */
const grid: BackdropPainter = ({ ground, accent, deep, dark }, { halfWidth, halfHeight, pixel }) => {
  const far = mixLab(toned(ground, { by: dark ? -0.05 : -0.035 }), deep, dark ? 0.12 : 0.05);
  const glow = mixLab(toned(ground, { by: dark ? 0.06 : 0.01 }), accent, dark ? 0.42 : 0.3);
  const line: Lab = dark ? mixLab([0.97, 0, 0], accent, 0.3) : mixLab(toned(ground, { by: -0.34 }), deep, 0.5);
  const cell = 0.098;
  const width = Math.max(pixel * 1.15, 0.0012);
  const focusX = halfWidth > halfHeight * 1.1 ? halfWidth * 0.34 : 0;
  const nearest = (value: number): number => Math.abs(value - Math.round(value / cell) * cell);
  return (x, y, out) => {
    const reach = Math.hypot((x - focusX) * 0.72, y + 0.06);
    set(out, far);
    over(out, ground, bell(reach, 0.75));
    over(out, glow, 0.85 * bell(reach, 0.3));
    over(out, glow, 0.3 * bell(Math.hypot(x + halfWidth * 0.85, y - halfHeight * 0.9), 0.34));
    const dx = nearest(x - focusX);
    const dy = nearest(y);
    const lines = Math.max(inside(dx - width / 2, pixel), inside(dy - width / 2, pixel));
    const knot = dx < 0.02 && dy < 0.02 ? inside(Math.hypot(dx, dy) - width * 1.7, pixel) : 0;
    const fade = bell(reach, 0.42);
    over(out, line, Math.max(lines * (dark ? 0.15 : 0.12), knot * (dark ? 0.5 : 0.34)) * fade);
    return Math.min(Math.min(dx, dy) - width / 2, Math.hypot(dx, dy) - width * 1.7);
  };
};

type Wave = { readonly at: number; readonly height: number; readonly pace: number; readonly phase: number; readonly color: Lab };

/** Layered hills of colour, each throwing a soft shadow on the one behind it. */
const waves: BackdropPainter = ({ ground, accent, deep, dark }, { halfWidth, halfHeight, pixel }) => {
  const tints = [0.1, 0.22, 0.37, 0.54];
  const sunX = halfWidth * 0.45;
  const shade = dark ? mixLab(toned(ground, { by: -0.24 }), deep, 0.2) : mixLab(toned(ground, { by: -0.34, chroma: 2.2 }), accent, 0.35);
  const glow = mixLab(toned(ground, { by: dark ? 0.05 : 0.015 }), accent, 0.4);
  const crests: readonly Wave[] = tints.map((tint, i) => ({
    at: halfHeight * (0.1 + i * 0.235),
    height: 0.1 - i * 0.012,
    pace: (2.1 + i * 0.37) / Math.max(1, halfWidth),
    phase: 0.7 + i * 1.9,
    color: mixLab(toned(ground, { by: dark ? 0.02 + i * 0.022 : -0.006 * i }), accent, tint),
  }));
  const atX = crests.map(() => ({ crest: 0, slant: 1 }));
  let column = Number.NaN;
  const moveTo = (x: number): void => {
    column = x;
    crests.forEach((wave, i) => {
      const angle = x * wave.pace + wave.phase;
      const crest = wave.at + wave.height * (Math.sin(angle) + 0.32 * Math.sin(angle * 2.17 + wave.phase * 2));
      const slope = wave.height * wave.pace * (Math.cos(angle) + 0.69 * Math.cos(angle * 2.17 + wave.phase * 2));
      atX[i] = { crest, slant: 1 / Math.sqrt(1 + slope * slope) };
    });
  };
  return (x, y, out) => {
    if (x !== column) moveTo(x);
    set(out, ground);
    lighten(out, (dark ? -0.02 : -0.018) * smooth(0.2, -1.2, y / halfHeight));
    over(out, glow, 0.6 * bell(Math.hypot(x - sunX, (y + halfHeight * 0.05) * 1.15), 0.34));
    let edge = Number.POSITIVE_INFINITY;
    for (let i = 0; i < crests.length; i++) {
      const { crest, slant } = atX[i] as { crest: number; slant: number };
      const wave = crests[i] as Wave;
      const d = (crest - y) * slant;
      // The slant is that of this column alone; a crest that bends may be nearer beside it.
      edge = Math.min(edge, Math.abs(d) * 0.6);
      if (d > 0 && d < 0.3) over(out, shade, 0.13 * Math.exp(-d / 0.045) * clamp(1 - d / 0.3));
      const cover = inside(d, pixel);
      if (cover <= 0) continue;
      over(out, wave.color, cover);
      lighten(out, cover * (dark ? 0.035 : 0.02) * Math.exp(Math.min(0, d) / 0.09));
    }
    return edge;
  };
};

/** Painters of all backdrop designs. */
export const backdropPainters: Readonly<Record<BackdropDesign, BackdropPainter>> = { halo, sweep, arc, grid, waves, plain };
