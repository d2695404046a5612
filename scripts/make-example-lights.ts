import { turnAround, type Way } from './make-example-directions.ts';
import type { Draws } from './make-example-draws.ts';
import { type March, NOTHING } from './make-example-march.ts';
import type { Ball, Panel, Scene } from './make-example-scene.ts';

/** The lamps of one scene; `panel` and `shade` are what the last `meet` found and how bright it shines there, as a share. */
export type Lights = {
  panel: Panel | undefined;
  shade: number;
  readonly count: number;
  /** Distance along a ray to the nearest panel seen from its front, nearer than `limit`; `limit` where there is none. */
  readonly meet: (ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number) => number;
  /** Sets `into` to the light straight from one chosen lamp onto diffuse ground at (ox, oy, oz), per unit of albedo. */
  readonly direct: (into: Float64Array, normal: Way, ox: number, oy: number, oz: number, draws: Draws) => void;
};

/** The lamps of a scene; `march` finds what stands between them and the ground. */
export function createLights({ panels, balls }: Scene, march: March): Lights {
  const count = panels.length + balls.length;
  const preference = new Float64Array(count);
  const way: Way = { x: 0, y: 0, z: 0 };
  const lights: Lights = { panel: undefined, shade: 1, count, meet, direct };

  function meet(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number): number {
    lights.panel = undefined;
    let nearest = limit;
    for (const panel of panels) {
      const [cx, cy, cz] = panel.corner;
      const [ax, ay, az] = panel.edgeA;
      const [bx, by, bz] = panel.edgeB;
      const px = ay * bz - az * by;
      const py = az * bx - ax * bz;
      const pz = ax * by - ay * bx;
      const facing = px * dx + py * dy + pz * dz;
      if (facing >= 0) continue;
      const t = (px * (cx - ox) + py * (cy - oy) + pz * (cz - oz)) / facing;
      if (t <= 0 || t >= nearest) continue;
      const hx = ox + dx * t - cx;
      const hy = oy + dy * t - cy;
      const hz = oz + dz * t - cz;
      const u = (hx * ax + hy * ay + hz * az) / (ax * ax + ay * ay + az * az);
      const v = (hx * bx + hy * by + hz * bz) / (bx * bx + by * by + bz * bz);
      if (u < 0 || u > 1 || v < 0 || v > 1) continue;
      nearest = t;
      lights.panel = panel;
      lights.shade = fade(u, v);
    }
    return nearest;
  }

  function direct(into: Float64Array, normal: Way, ox: number, oy: number, oz: number, draws: Draws): void {
    into.fill(0);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight =
        i < panels.length ? panelPreference(panels[i], normal, ox, oy, oz) : ballPreference(balls[i - panels.length], normal, ox, oy, oz);
      preference[i] = weight;
      total += weight;
    }
    const pick = draws.next() * total;
    const u = draws.next();
    const v = draws.next();
    if (total <= 0) return;
    let chosen = 0;
    let passed = preference[0] as number;
    while (chosen < count - 1 && pick > passed) {
      chosen++;
      passed += preference[chosen] as number;
    }
    const odds = (preference[chosen] as number) / total;
    if (odds <= 0) return;
    const panel = panels[chosen];
    if (panel !== undefined) {
      const lx = panel.corner[0] + panel.edgeA[0] * u + panel.edgeB[0] * v - ox;
      const ly = panel.corner[1] + panel.edgeA[1] * u + panel.edgeB[1] * v - oy;
      const lz = panel.corner[2] + panel.edgeA[2] * u + panel.edgeB[2] * v - oz;
      const px = panel.edgeA[1] * panel.edgeB[2] - panel.edgeA[2] * panel.edgeB[1];
      const py = panel.edgeA[2] * panel.edgeB[0] - panel.edgeA[0] * panel.edgeB[2];
      const pz = panel.edgeA[0] * panel.edgeB[1] - panel.edgeA[1] * panel.edgeB[0];
      const square = lx * lx + ly * ly + lz * lz;
      const length = Math.sqrt(square);
      const here = (lx * normal.x + ly * normal.y + lz * normal.z) / length;
      const there = -(lx * px + ly * py + lz * pz) / length;
      if (here <= 0 || there <= 0) return;
      march.to(ox, oy, oz, lx / length, ly / length, lz / length, length - 0.001, false);
      if (march.met !== NOTHING) return;
      const strength = (here * there * fade(u, v)) / (square * Math.PI * odds);
      for (let c = 0; c < 3; c++) into[c] = (panel.glow[c] as number) * strength;
      return;
    }
    const ball = balls[chosen - panels.length];
    if (ball === undefined) return;
    const wx = ball.centre[0] - ox;
    const wy = ball.centre[1] - oy;
    const wz = ball.centre[2] - oz;
    const away = Math.sqrt(wx * wx + wy * wy + wz * wz);
    if (away <= ball.radius * 1.001) return;
    const narrow = Math.sqrt(1 - (ball.radius / away) ** 2);
    const cosine = 1 - u * (1 - narrow);
    turnAround(way, wx / away, wy / away, wz / away, cosine, v);
    const here = way.x * normal.x + way.y * normal.y + way.z * normal.z;
    if (here <= 0) return;
    const reach = away * cosine - Math.sqrt(Math.max(0, ball.radius ** 2 - away * away * (1 - cosine * cosine)));
    march.to(ox, oy, oz, way.x, way.y, way.z, reach - 0.003, false);
    if (march.met !== NOTHING) return;
    const strength = (2 * (1 - narrow) * here) / odds;
    for (let c = 0; c < 3; c++) into[c] = (ball.glow[c] as number) * strength;
  }

  return lights;
}

/** How likely a panel is chosen to light a place: by its brightness, size, distance and direction. */
function panelPreference(panel: Panel | undefined, normal: Way, ox: number, oy: number, oz: number): number {
  if (panel === undefined) return 0;
  const [ax, ay, az] = panel.edgeA;
  const [bx, by, bz] = panel.edgeB;
  const lx = panel.corner[0] + (ax + bx) / 2 - ox;
  const ly = panel.corner[1] + (ay + by) / 2 - oy;
  const lz = panel.corner[2] + (az + bz) / 2 - oz;
  const area = Math.sqrt((ay * bz - az * by) ** 2 + (az * bx - ax * bz) ** 2 + (ax * by - ay * bx) ** 2);
  const square = lx * lx + ly * ly + lz * lz;
  const here = (lx * normal.x + ly * normal.y + lz * normal.z) / Math.sqrt(square);
  return (panel.glow[1] * area * Math.max(0.08, here + 0.15)) / (square + area);
}

/** The same for a ball. */
function ballPreference(ball: Ball | undefined, normal: Way, ox: number, oy: number, oz: number): number {
  if (ball === undefined) return 0;
  const wx = ball.centre[0] - ox;
  const wy = ball.centre[1] - oy;
  const wz = ball.centre[2] - oz;
  const square = wx * wx + wy * wy + wz * wz;
  const here = (wx * normal.x + wy * normal.y + wz * normal.z) / Math.sqrt(square);
  return (ball.glow[1] * Math.PI * ball.radius ** 2 * Math.max(0, here + 0.3)) / square;
}

/** Brightness across a softbox: fullest in the middle, 0.5 at the corners. */
function fade(u: number, v: number): number {
  const p = 2 * u - 1;
  const q = 2 * v - 1;
  return 0.5 + 0.5 * (1 - p * p) * (1 - q * q);
}
