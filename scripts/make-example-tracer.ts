/**
 * A small path tracer. It follows one light path at a time from the camera: clear glass (exact Fresnel), rough metal (GGX with
 * visible-normal sampling, Heitz 2018), coats over diffuse ground, cloth; rectangular and ball lights are sampled directly from
 * diffuse ground and met by chance from shiny ground, so that no light counts twice. All state lives in the closures of
 * `createTracer`, its march and its lights, so nothing is allocated along a path.
 */

import { roughNormal, turnAround, type Way } from './make-example-directions.ts';
import type { Draws } from './make-example-draws.ts';
import { createLights } from './make-example-lights.ts';
import { createMarch, GLASS, NEAR, NOTHING, slope } from './make-example-march.ts';
import type { Scene, Surface } from './make-example-scene.ts';

/** Numbers that one path adds to a pixel; the order is that of `CHANNEL`. */
export const CHANNELS = 16;
/** Where in a pixel's numbers what stands: light of solids (3), weight of solids, weight of emptiness, light mirrored by glass (3), albedo (3), normal (3), squared brightness, paths. */
export const CHANNEL = { light: 0, solid: 3, empty: 4, mirrored: 5, albedo: 8, normal: 11, squared: 14, paths: 15 } as const;

const FLOOR = 3;
const MOST_BOUNCES = 14;
const GLASS_INDEX = 1.48;
const BRIGHTEST_BOUNCE = 5;
const BRIGHTEST_GLEAM = 2.5;

/** A tracer of one scene: adds the light that arrives along a ray (origin, unit direction) to `pixel` at `at`. */
export function createTracer(
  scene: Scene,
): (ray: Float64Array, pixel: { readonly sums: Float32Array; readonly at: number; readonly draws: Draws }) => void {
  const { solid, glass, floor } = scene;
  const march = createMarch(scene);
  const lights = createLights(scene, march);
  const skyLight = new Float64Array(3);
  const surface: Surface = { kind: 'cloth', red: 0, green: 0, blue: 0, roughness: 1, brushed: 0, glowRed: 0, glowGreen: 0, glowBlue: 0 };
  const at: [number, number, number] = [0, 0, 0];
  const towards: [number, number, number] = [0, 0, 0];
  const way: Way = { x: 0, y: 0, z: 0 };
  const normal: Way = { x: 0, y: 0, z: 0 };

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
      let t = march.to(ox, oy, oz, dx, dy, dz, 1e9, true);
      let what = march.met;
      if (floor !== undefined && dy < -1e-9) {
        const down = (floor.height - oy) / dy;
        if (down > 1e-4 && down < t) {
          t = down;
          what = FLOOR;
        }
      }
      if (seesLights && bounce > 0 && !clearSoFar) {
        const lit = lights.meet(ox, oy, oz, dx, dy, dz, t);
        const { panel, shade } = lights;
        if (panel !== undefined && lit < t) {
          const most = softened || bounce > 4 ? BRIGHTEST_GLEAM : 1e9;
          gotRed += Math.min(most, red * panel.glow[0] * shade);
          gotGreen += Math.min(most, green * panel.glow[1] * shade);
          gotBlue += Math.min(most, blue * panel.glow[2] * shade);
          break;
        }
      }
      const unseen = scene.cutOut && clearSoFar && (what === NOTHING || what === FLOOR);
      if (unseen && dx * firstX + dy * firstY + dz * firstZ > 0.985) {
        sums[base + CHANNEL.empty] = (sums[base + CHANNEL.empty] as number) + weight;
        break;
      }
      if (what === NOTHING || (unseen && what === FLOOR)) {
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

      if (what === GLASS && glass !== undefined) {
        slope(normal, glass, ox, oy, oz);
        let { x: nx, y: ny, z: nz } = normal;
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

      if (what === FLOOR && floor !== undefined) {
        normal.x = 0;
        normal.y = 1;
        normal.z = 0;
        floor.surface(ox, oz, surface);
      } else {
        slope(normal, solid, ox, oy, oz);
        at[0] = ox;
        at[1] = oy;
        at[2] = oz;
        scene.surface(at, surface);
      }
      let { x: nx, y: ny, z: nz } = normal;
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
          normal.x = nx;
          normal.y = ny;
          normal.z = nz;
          roughNormal(way, normal, dx, dy, dz, alpha, draws);
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
        if (lights.count > 0) {
          normal.x = nx;
          normal.y = ny;
          normal.z = nz;
          lights.direct(skyLight, normal, ox, oy, oz, draws);
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
