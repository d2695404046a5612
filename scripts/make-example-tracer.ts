/**
 * A small path tracer. It follows one light path at a time from the camera: clear glass (exact Fresnel), rough metal (GGX with
 * visible-normal sampling, Heitz 2018), coats over diffuse ground, cloth; rectangular and ball lights are sampled directly from
 * diffuse ground and met by chance from shiny ground, so that no light counts twice. All state lives in the closure of
 * `createTracer`, so nothing is allocated along a path.
 */

import { roughNormal, turnAround, type Way } from './make-example-directions.ts';
import type { Draws } from './make-example-draws.ts';
import type { Scene, Surface } from './make-example-scene.ts';

/** Numbers that one path adds to a pixel; the order is that of `CHANNEL`. */
export const CHANNELS = 16;
/** Where in a pixel's numbers what stands: light of solids (3), weight of solids, weight of emptiness, light mirrored by glass (3), albedo (3), normal (3), squared brightness, paths. */
export const CHANNEL = { light: 0, solid: 3, empty: 4, mirrored: 5, albedo: 8, normal: 11, squared: 14, paths: 15 } as const;

const NEAR = 0.0003;
const MOST_BOUNCES = 14;
const GLASS_INDEX = 1.48;
const BRIGHTEST_BOUNCE = 5;
const BRIGHTEST_GLEAM = 2.5;

/** A tracer of one scene: adds the light that arrives along a ray (origin, unit direction) to `pixel` at `at`. */
export function createTracer(
  scene: Scene,
): (ray: Float64Array, pixel: { readonly sums: Float32Array; readonly at: number; readonly draws: Draws }) => void {
  const { solid, glass, box, panels, balls, floor } = scene;
  const [[lowX, lowY, lowZ], [highX, highY, highZ]] = box;
  const lightCount = panels.length + balls.length;
  const preference = new Float64Array(lightCount);
  const skyLight = new Float64Array(3);
  const surface: Surface = { kind: 'cloth', red: 0, green: 0, blue: 0, roughness: 1, brushed: 0, glowRed: 0, glowGreen: 0, glowBlue: 0 };
  const at: [number, number, number] = [0, 0, 0];
  const towards: [number, number, number] = [0, 0, 0];
  let met = 0;
  let nx = 0;
  let ny = 0;
  let nz = 0;
  const way: Way = { x: 0, y: 0, z: 0 };
  const axis: Way = { x: 0, y: 0, z: 0 };
  let panelMet = -1;
  let panelShade = 1;

  /** Distance along a ray to the first solid (met = 1) or glass (met = 2) inside the box, or `limit` (met = 0). */
  function march(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number, withGlass: boolean): number {
    met = 0;
    let t = 0;
    let far = limit;
    const ix = 1 / dx;
    const iy = 1 / dy;
    const iz = 1 / dz;
    let a = (lowX - ox) * ix;
    let b = (highX - ox) * ix;
    t = Math.max(t, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
    a = (lowY - oy) * iy;
    b = (highY - oy) * iy;
    t = Math.max(t, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
    a = (lowZ - oz) * iz;
    b = (highZ - oz) * iz;
    t = Math.max(t, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
    for (let step = 0; step < 220 && t < far; step++) {
      const x = ox + dx * t;
      const y = oy + dy * t;
      const z = oz + dz * t;
      let d = solid(x, y, z);
      if (withGlass && glass !== undefined) {
        const g = Math.abs(glass(x, y, z));
        if (g < d) {
          if (g < NEAR) {
            met = 2;
            return t;
          }
          d = g;
        }
      }
      if (d < NEAR) {
        met = 1;
        return t;
      }
      t += d;
    }
    return limit;
  }

  function slope(of: (x: number, y: number, z: number) => number, x: number, y: number, z: number): void {
    const h = 0.0005;
    const a = of(x + h, y - h, z - h);
    const b = of(x - h, y - h, z + h);
    const c = of(x - h, y + h, z - h);
    const d = of(x + h, y + h, z + h);
    nx = a - b - c + d;
    ny = -a - b + c + d;
    nz = -a + b - c + d;
    const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-30);
    nx *= scale;
    ny *= scale;
    nz *= scale;
  }

  /** Distance to the nearest panel seen from its front, nearer than `limit`; sets panelMet and panelShade. */
  function meetPanel(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number): number {
    panelMet = -1;
    let nearest = limit;
    for (let i = 0; i < panels.length; i++) {
      const panel = panels[i];
      if (panel === undefined) continue;
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
      panelMet = i;
      panelShade = fade(u, v);
    }
    return nearest;
  }

  /** Light straight from one chosen lamp onto diffuse ground at (ox, oy, oz); the answer, per unit of albedo, stands in skyLight. */
  function direct(ox: number, oy: number, oz: number, draws: Draws): void {
    skyLight.fill(0);
    let total = 0;
    for (let i = 0; i < lightCount; i++) {
      const weight = i < panels.length ? panelPreference(i, ox, oy, oz) : ballPreference(i - panels.length, ox, oy, oz);
      preference[i] = weight;
      total += weight;
    }
    const pick = draws.next() * total;
    const u = draws.next();
    const v = draws.next();
    if (total <= 0) return;
    let chosen = 0;
    let passed = preference[0] as number;
    while (chosen < lightCount - 1 && pick > passed) {
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
      const here = (lx * nx + ly * ny + lz * nz) / length;
      const there = -(lx * px + ly * py + lz * pz) / length;
      if (here <= 0 || there <= 0) return;
      march(ox, oy, oz, lx / length, ly / length, lz / length, length - 0.001, false);
      if (met !== 0) return;
      const strength = (here * there * fade(u, v)) / (square * Math.PI * odds);
      for (let c = 0; c < 3; c++) skyLight[c] = (panel.glow[c] as number) * strength;
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
    const here = way.x * nx + way.y * ny + way.z * nz;
    if (here <= 0) return;
    const reach = away * cosine - Math.sqrt(Math.max(0, ball.radius ** 2 - away * away * (1 - cosine * cosine)));
    march(ox, oy, oz, way.x, way.y, way.z, reach - 0.003, false);
    if (met !== 0) return;
    const strength = (2 * (1 - narrow) * here) / odds;
    for (let c = 0; c < 3; c++) skyLight[c] = (ball.glow[c] as number) * strength;
  }

  function panelPreference(i: number, ox: number, oy: number, oz: number): number {
    const panel = panels[i];
    if (panel === undefined) return 0;
    const [ax, ay, az] = panel.edgeA;
    const [bx, by, bz] = panel.edgeB;
    const lx = panel.corner[0] + (ax + bx) / 2 - ox;
    const ly = panel.corner[1] + (ay + by) / 2 - oy;
    const lz = panel.corner[2] + (az + bz) / 2 - oz;
    const area = Math.sqrt((ay * bz - az * by) ** 2 + (az * bx - ax * bz) ** 2 + (ax * by - ay * bx) ** 2);
    const square = lx * lx + ly * ly + lz * lz;
    const here = (lx * nx + ly * ny + lz * nz) / Math.sqrt(square);
    return (panel.glow[1] * area * Math.max(0.08, here + 0.15)) / (square + area);
  }

  function ballPreference(i: number, ox: number, oy: number, oz: number): number {
    const ball = balls[i];
    if (ball === undefined) return 0;
    const wx = ball.centre[0] - ox;
    const wy = ball.centre[1] - oy;
    const wz = ball.centre[2] - oz;
    const square = wx * wx + wy * wy + wz * wz;
    const here = (wx * nx + wy * ny + wz * nz) / Math.sqrt(square);
    return (ball.glow[1] * Math.PI * ball.radius ** 2 * Math.max(0, here + 0.3)) / square;
  }

  return (ray, { sums, at: base, draws }) => {
    let [ox, oy, oz, dx, dy, dz] = ray as unknown as [number, number, number, number, number, number];
    const [firstX, firstY, firstZ] = [dx, dy, dz];
    let red = 1;
    let green = 1;
    let blue = 1;
    let weight = 1;
    let clearSoFar = true;
    let mirrored = false;
    let seesLights = true;
    let softened = false;
    let gotRed = 0;
    let gotGreen = 0;
    let gotBlue = 0;

    for (let bounce = 0; bounce < MOST_BOUNCES; bounce++) {
      let t = march(ox, oy, oz, dx, dy, dz, 1e9, true);
      let what = met;
      if (floor !== undefined && dy < -1e-9) {
        const down = (floor.height - oy) / dy;
        if (down > 1e-4 && down < t) {
          t = down;
          what = 3;
        }
      }
      if (seesLights && bounce > 0 && !clearSoFar) {
        const lit = meetPanel(ox, oy, oz, dx, dy, dz, t);
        const panel = panels[panelMet];
        if (panel !== undefined && lit < t) {
          const most = softened || bounce > 4 ? BRIGHTEST_GLEAM : 1e9;
          gotRed += Math.min(most, red * panel.glow[0] * panelShade);
          gotGreen += Math.min(most, green * panel.glow[1] * panelShade);
          gotBlue += Math.min(most, blue * panel.glow[2] * panelShade);
          break;
        }
      }
      const unseen = scene.cutOut && clearSoFar && (what === 0 || what === 3);
      if (unseen && dx * firstX + dy * firstY + dz * firstZ > 0.985) {
        sums[base + CHANNEL.empty] = (sums[base + CHANNEL.empty] as number) + weight;
        break;
      }
      if (what === 0 || (unseen && what === 3)) {
        towards[0] = dx;
        towards[1] = dy;
        towards[2] = dz;
        scene.sky(towards, skyLight);
        gotRed += red * (skyLight[0] as number);
        gotGreen += green * (skyLight[1] as number);
        gotBlue += blue * (skyLight[2] as number);
        if (clearSoFar) sums[base + CHANNEL.solid] = (sums[base + CHANNEL.solid] as number) + weight;
        break;
      }
      ox += dx * t;
      oy += dy * t;
      oz += dz * t;

      if (what === 2 && glass !== undefined) {
        slope(glass, ox, oy, oz);
        const entering = dx * nx + dy * ny + dz * nz < 0;
        if (!entering) {
          nx = -nx;
          ny = -ny;
          nz = -nz;
        }
        const cosine = Math.min(1, -(dx * nx + dy * ny + dz * nz));
        const ratio = entering ? 1 / GLASS_INDEX : GLASS_INDEX;
        const inside = 1 - ratio * ratio * (1 - cosine * cosine);
        let bounced = 1;
        let through = 0;
        if (inside > 0) {
          through = Math.sqrt(inside);
          const s = (ratio * cosine - through) / (ratio * cosine + through);
          const p = (cosine - ratio * through) / (cosine + ratio * through);
          bounced = (s * s + p * p) / 2;
        }
        const odds = bounced >= 1 ? 1 : clearSoFar && bounce < 4 ? Math.min(0.7, Math.max(0.22, bounced)) : bounced;
        if (draws.next() < odds) {
          const gain = bounced / odds;
          red *= gain;
          green *= gain;
          blue *= gain;
          dx += 2 * cosine * nx;
          dy += 2 * cosine * ny;
          dz += 2 * cosine * nz;
          ox += nx * NEAR * 3;
          oy += ny * NEAR * 3;
          oz += nz * NEAR * 3;
          if (clearSoFar && bounced < 1) {
            clearSoFar = false;
            mirrored = true;
          }
        } else {
          const gain = (1 - bounced) / (1 - odds);
          red *= gain;
          green *= gain;
          blue *= gain;
          weight *= gain;
          const along = ratio * cosine - through;
          dx = dx * ratio + nx * along;
          dy = dy * ratio + ny * along;
          dz = dz * ratio + nz * along;
          ox -= nx * NEAR * 3;
          oy -= ny * NEAR * 3;
          oz -= nz * NEAR * 3;
        }
        continue;
      }

      if (what === 3 && floor !== undefined) {
        nx = 0;
        ny = 1;
        nz = 0;
        floor.surface(ox, oz, surface);
      } else {
        slope(solid, ox, oy, oz);
        at[0] = ox;
        at[1] = oy;
        at[2] = oz;
        scene.surface(at, surface);
      }
      if (dx * nx + dy * ny + dz * nz > 0) {
        const facing = dx * nx + dy * ny + dz * nz;
        nx -= 1.02 * facing * dx;
        ny -= 1.02 * facing * dy;
        nz -= 1.02 * facing * dz;
        const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
        nx *= scale;
        ny *= scale;
        nz *= scale;
      }
      if (clearSoFar) {
        clearSoFar = false;
        sums[base + CHANNEL.solid] = (sums[base + CHANNEL.solid] as number) + weight;
        sums[base + CHANNEL.albedo] = (sums[base + CHANNEL.albedo] as number) + surface.red;
        sums[base + CHANNEL.albedo + 1] = (sums[base + CHANNEL.albedo + 1] as number) + surface.green;
        sums[base + CHANNEL.albedo + 2] = (sums[base + CHANNEL.albedo + 2] as number) + surface.blue;
        sums[base + CHANNEL.normal] = (sums[base + CHANNEL.normal] as number) + nx;
        sums[base + CHANNEL.normal + 1] = (sums[base + CHANNEL.normal + 1] as number) + ny;
        sums[base + CHANNEL.normal + 2] = (sums[base + CHANNEL.normal + 2] as number) + nz;
      }
      if (seesLights) {
        gotRed += red * surface.glowRed;
        gotGreen += green * surface.glowGreen;
        gotBlue += blue * surface.glowBlue;
      }
      ox += nx * NEAR * 3;
      oy += ny * NEAR * 3;
      oz += nz * NEAR * 3;

      const facing = Math.min(1, Math.max(0, -(dx * nx + dy * ny + dz * nz)));
      let shiny = surface.kind === 'metal';
      if (surface.kind === 'glazed') {
        const bounced = 0.04 + 0.96 * (1 - facing) ** 5;
        const odds = softened ? bounced : Math.min(0.8, Math.max(0.25, bounced));
        shiny = draws.next() < odds;
        const gain = shiny ? bounced / odds : (1 - bounced) / (1 - odds);
        red *= gain;
        green *= gain;
        blue *= gain;
      }
      if (shiny) {
        if (surface.brushed > 0) {
          const tilt = surface.brushed * (draws.next() + draws.next() + draws.next() - 1.5) * 2;
          ny += tilt;
          const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
          nx *= scale;
          ny *= scale;
          nz *= scale;
        }
        const alpha = surface.roughness * surface.roughness;
        if (alpha > 0.0001) {
          axis.x = nx;
          axis.y = ny;
          axis.z = nz;
          roughNormal(way, axis, dx, dy, dz, alpha, draws);
        } else {
          way.x = nx;
          way.y = ny;
          way.z = nz;
        }
        const against = -(dx * way.x + dy * way.y + dz * way.z);
        dx += 2 * against * way.x;
        dy += 2 * against * way.y;
        dz += 2 * against * way.z;
        const leaving = dx * nx + dy * ny + dz * nz;
        if (leaving <= 0) break;
        const edge = (1 - Math.max(0, against)) ** 5;
        const square = alpha * alpha;
        const shade = (2 * leaving) / (leaving + Math.sqrt(square + (1 - square) * leaving * leaving));
        if (surface.kind === 'metal') {
          red *= (surface.red + (1 - surface.red) * edge) * shade;
          green *= (surface.green + (1 - surface.green) * edge) * shade;
          blue *= (surface.blue + (1 - surface.blue) * edge) * shade;
        }
        seesLights = true;
      } else {
        red *= surface.red;
        green *= surface.green;
        blue *= surface.blue;
        if (lightCount > 0) {
          direct(ox, oy, oz, draws);
          const most = softened ? BRIGHTEST_BOUNCE : 1e9;
          gotRed += Math.min(most, red * (skyLight[0] as number));
          gotGreen += Math.min(most, green * (skyLight[1] as number));
          gotBlue += Math.min(most, blue * (skyLight[2] as number));
        }
        const u = draws.next();
        turnAround(way, nx, ny, nz, Math.sqrt(1 - u), draws.next());
        dx = way.x;
        dy = way.y;
        dz = way.z;
        seesLights = false;
        softened = true;
      }
      if (bounce > 2) {
        const live = Math.min(softened ? scene.patience : 0.95, Math.max(red, green, blue));
        if (draws.next() >= live) break;
        red /= live;
        green /= live;
        blue /= live;
      }
    }
    const into = base + (mirrored ? CHANNEL.mirrored : CHANNEL.light);
    sums[into] = (sums[into] as number) + gotRed;
    sums[into + 1] = (sums[into + 1] as number) + gotGreen;
    sums[into + 2] = (sums[into + 2] as number) + gotBlue;
    const bright = 0.3 * gotRed + 0.6 * gotGreen + 0.1 * gotBlue;
    sums[base + CHANNEL.squared] = (sums[base + CHANNEL.squared] as number) + bright * bright;
    sums[base + CHANNEL.paths] = (sums[base + CHANNEL.paths] as number) + 1;
  };
}

/** Brightness across a softbox: fullest in the middle, 0.5 at the corners. */
function fade(u: number, v: number): number {
  const p = 2 * u - 1;
  const q = 2 * v - 1;
  return 0.5 + 0.5 * (1 - p * p) * (1 - q * q);
}
