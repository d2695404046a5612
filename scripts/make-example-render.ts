import os from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createDraws } from './make-example-draws.ts';
import type { Shot } from './make-example-scene.ts';
import { sceneNamed } from './make-example-scenes.ts';
import { CHANNEL, CHANNELS, createTracer } from './make-example-tracer.ts';

type Work = { readonly shot: Shot; readonly sums: SharedArrayBuffer; readonly row: SharedArrayBuffer };

const FIRST_LOOK = 12;

/** Traces a shot on two threads at the lowest priority and returns its raw sums, CHANNELS numbers per pixel, row by row from the top. */
export async function renderShot(shot: Shot): Promise<Float32Array> {
  os.setPriority(19);
  const sums = new SharedArrayBuffer(shot.width * shot.height * CHANNELS * 4);
  const row = new SharedArrayBuffer(4);
  const work: Work = { shot, sums, row };
  await Promise.all(
    [0, 1].map(
      () =>
        new Promise<void>((resolve, reject) => {
          const thread = new Worker(new URL(import.meta.url), { workerData: work });
          thread.on('error', reject);
          thread.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a drawing thread ended with ${code}`))));
        }),
    ),
  );
  return new Float32Array(sums);
}

/** Takes rows until none are left: rays through a small tent around each pixel, through every point of the lens. */
function drawRows({ shot, sums: shared, row }: Work): void {
  const { camera, width, height } = shot;
  const scene = sceneNamed(shot.scene);
  const trace = createTracer(scene);
  const sums = new Float32Array(shared);
  const next = new Int32Array(row);
  const draws = createDraws(1);
  const ray = new Float64Array(6);
  const [ex, ey, ez] = camera.eye;
  let [fx, fy, fz] = [camera.target[0] - ex, camera.target[1] - ey, camera.target[2] - ez];
  const away = Math.sqrt(fx * fx + fy * fy + fz * fz);
  [fx, fy, fz] = [fx / away, fy / away, fz / away];
  const focus = camera.focus ?? away;
  const flat = Math.sqrt(fx * fx + fz * fz);
  const [rx, rz] = [-fz / flat, fx / flat];
  const [ux, uy, uz] = [-rz * fy, rz * fx - rx * fz, rx * fy];
  const unit = (2 * Math.tan((camera.viewDegrees * Math.PI) / 360)) / height;
  const tent = (value: number): number => (value < 0.5 ? Math.sqrt(2 * value) - 1 : 1 - Math.sqrt(2 - 2 * value));
  for (let y = Atomics.add(next, 0, 1); y < height; y = Atomics.add(next, 0, 1)) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * CHANNELS;
      const pixel = { sums, at, draws };
      for (let path = 0; path < shot.samples; path++) {
        if (path === FIRST_LOOK && scene.cutOut && (sums[at + CHANNEL.empty] as number) >= FIRST_LOOK) break;
        draws.begin(y * width + x, path);
        const px = (x + 0.5 + tent(draws.next()) - width / 2) * unit;
        const py = (height / 2 - y - 0.5 + tent(draws.next())) * unit;
        let [ox, oy, oz] = [ex, ey, ez];
        let [dx, dy, dz] = [fx + rx * px + ux * py, fy + uy * py, fz + rz * px + uz * py];
        if (camera.lens > 0) {
          const radius = camera.lens * Math.sqrt(draws.next());
          const turn = 2 * Math.PI * draws.next();
          const [lx, ly] = [radius * Math.cos(turn), radius * Math.sin(turn)];
          ox += rx * lx + ux * ly;
          oy += uy * ly;
          oz += rz * lx + uz * ly;
          [dx, dy, dz] = [ex + dx * focus - ox, ey + dy * focus - oy, ez + dz * focus - oz];
        }
        const scale = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
        ray[0] = ox;
        ray[1] = oy;
        ray[2] = oz;
        ray[3] = dx * scale;
        ray[4] = dy * scale;
        ray[5] = dz * scale;
        trace(ray, pixel);
      }
    }
  }
}

if (!isMainThread && parentPort !== null) drawRows(workerData as Work);
