/**
 * Makes the places of the sample film: a lake at dusk (painted), a table at a window in the evening, a shelf in the morning, a studio sweep,
 * and the lamp in two of them. Names on the command line choose some; `--samples=6` makes a quick proof.
 */
import { mkdirSync } from 'node:fs';
import { paintCamp } from './make-example-camp.ts';
import { writeJpeg } from './make-example-jpeg.ts';
import type { Camera, Shot } from './make-example-scene.ts';
import { BLOOM, readWishes, traceShot } from './make-example-trace.ts';

const WIDTH = 2560;
const TABLE: Camera = { eye: [0, 3.2, 13], target: [0, 2.25, 0], viewDegrees: 25, lens: 0.13, focus: 12.8 };
const SHELF: Camera = { eye: [0, 2.5, 15], target: [0, 1.75, 0], viewDegrees: 21, lens: 0.05 };
const SWEEP: Camera = { eye: [0, 2.7, 13.6], target: [0, 1.75, 0], viewDegrees: 21, lens: 0.03 };

/** Soft places are traced smaller than they are stored: nothing in them is finer than the smaller grid. */
const ORDERS: Readonly<Record<string, Shot>> = {
  'studio-sweep.jpg': { scene: 'sweep', camera: SWEEP, width: 1600, height: 900, samples: 16 },
  'evening-window.jpg': { scene: 'evening', camera: TABLE, width: 1600, height: 900, samples: 14 },
  'aurora-evening.jpg': { scene: 'evening-lamp', camera: TABLE, width: 1600, height: 900, samples: 28 },
  'morning-shelf.jpg': { scene: 'morning', camera: SHELF, width: 1280, height: 720, samples: 12 },
  'aurora-pair.jpg': { scene: 'sweep-pair', camera: SWEEP, width: 1600, height: 900, samples: 22 },
};

const { folder, wants, samples } = readWishes();
mkdirSync(folder, { recursive: true });
if (wants('camp-dusk.jpg')) writeJpeg(paintCamp(WIDTH, (WIDTH * 9) / 16), { path: `${folder}/camp-dusk.jpg`, quality: 2 });
for (const [name, order] of Object.entries(ORDERS)) {
  if (!wants(name)) continue;
  const picture = await traceShot({ ...order, samples: samples ?? order.samples }, BLOOM);
  writeJpeg(picture, { path: `${folder}/${name}`, quality: 2, width: WIDTH });
  console.log(`${name} traced at ${order.width}x${order.height}`);
}
