import type { Draws } from './make-example-draws.ts';

/** A direction that functions fill in, so that nothing is allocated along a path. */
export type Way = { x: number; y: number; z: number };

/** Sets `into` to a direction whose angle to the axis has the given cosine, turned around the axis by `turn` of a circle. */
export function turnAround(into: Way, axisX: number, axisY: number, axisZ: number, cosine: number, turn: number): void {
  const sign = axisZ >= 0 ? 1 : -1;
  const a = -1 / (sign + axisZ);
  const b = axisX * axisY * a;
  const sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
  const p = Math.cos(2 * Math.PI * turn) * sine;
  const q = Math.sin(2 * Math.PI * turn) * sine;
  into.x = p * (1 + sign * axisX * axisX * a) + q * b + axisX * cosine;
  into.y = p * sign * b + q * (sign + axisY * axisY * a) + axisY * cosine;
  into.z = -p * sign * axisX - q * axisY + axisZ * cosine;
}

/** Sets `into` to a normal of rough ground, of those its viewer along -(dx, dy, dz) can see (GGX, E. Heitz 2018); alpha is the squared roughness. */
export function roughNormal(into: Way, normal: Way, dx: number, dy: number, dz: number, alpha: number, draws: Draws): void {
  const { x: nx, y: ny, z: nz } = normal;
  const sign = nz >= 0 ? 1 : -1;
  const a = -1 / (sign + nz);
  const b = nx * ny * a;
  const tx = 1 + sign * nx * nx * a;
  const ty = sign * b;
  const tz = -sign * nx;
  const bx = b;
  const by = sign + ny * ny * a;
  const bz = -ny;
  let vx = -(dx * tx + dy * ty + dz * tz) * alpha;
  let vy = -(dx * bx + dy * by + dz * bz) * alpha;
  let vz = Math.max(1e-4, -(dx * nx + dy * ny + dz * nz));
  const scale = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
  vx *= scale;
  vy *= scale;
  vz *= scale;
  const flat = vx * vx + vy * vy;
  const e1x = flat > 1e-12 ? -vy / Math.sqrt(flat) : 1;
  const e1y = flat > 1e-12 ? vx / Math.sqrt(flat) : 0;
  const e2x = -vz * e1y;
  const e2y = vz * e1x;
  const e2z = vx * e1y - vy * e1x;
  const radius = Math.sqrt(draws.next());
  const phi = 2 * Math.PI * draws.next();
  const p = radius * Math.cos(phi);
  const half = 0.5 * (1 + vz);
  const q = (1 - half) * Math.sqrt(Math.max(0, 1 - p * p)) + half * radius * Math.sin(phi);
  const up = Math.sqrt(Math.max(0, 1 - p * p - q * q));
  const hx = (p * e1x + q * e2x + up * vx) * alpha;
  const hy = (p * e1y + q * e2y + up * vy) * alpha;
  const hz = Math.max(1e-5, q * e2z + up * vz);
  const size = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz);
  into.x = (tx * hx + bx * hy + nx * hz) * size;
  into.y = (ty * hx + by * hy + ny * hz) * size;
  into.z = (tz * hx + bz * hy + nz * hz) * size;
}
