import type { Way } from './make-example-directions.ts';
import type { Scene } from './make-example-scene.ts';

/** A ray that is nearer to a surface than this, in the scene's unit, has met it. */
export const NEAR = 0.0003;

/** What a march can meet. */
export const NOTHING = 0;
export const SOLID = 1;
export const GLASS = 2;

/** Walks along rays by the distances of one scene; `met` is what the last walk ended at. */
export type March = {
  met: number;
  /** Distance along a ray (origin, unit direction) to the first solid, or glass if asked, inside the box of the scene; `limit` where there is none. */
  readonly to: (ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number, withGlass: boolean) => number;
};

/** A march through one scene. */
export function createMarch({ solid, glass, box }: Scene): March {
  const [[lowX, lowY, lowZ], [highX, highY, highZ]] = box;
  const march: March = { met: NOTHING, to };

  function to(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number, withGlass: boolean): number {
    march.met = NOTHING;
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
            march.met = GLASS;
            return t;
          }
          d = g;
        }
      }
      if (d < NEAR) {
        march.met = SOLID;
        return t;
      }
      t += d;
    }
    return limit;
  }

  return march;
}

/** Sets `into` to the unit normal of a surface, the direction in which the distance to it grows fastest. */
export function slope(into: Way, of: (x: number, y: number, z: number) => number, x: number, y: number, z: number): void {
  const h = 0.0005;
  const a = of(x + h, y - h, z - h);
  const b = of(x - h, y - h, z + h);
  const c = of(x - h, y + h, z - h);
  const d = of(x + h, y + h, z + h);
  const nx = a - b - c + d;
  const ny = -a - b + c + d;
  const nz = -a + b - c + d;
  const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-30);
  into.x = nx * scale;
  into.y = ny * scale;
  into.z = nz * scale;
}
