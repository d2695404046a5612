/**
 * Makes the places of the sample film: a lake at dusk (painted), a table at a window in the evening, a shelf in the morning, a studio sweep,
 * and the lamp in two of them. Names on the command line choose some; `--samples=6` makes a quick proof.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addBloom, type Bloom } from './make-example-bloom.ts';
import { paintCamp } from './make-example-camp.ts';
import { denoise } from './make-example-denoise.ts';
import { develop } from './make-example-develop.ts';
import { writeJpeg } from './make-example-jpeg.ts';
import { renderShot } from './make-example-render.ts';
import type { Camera, Shot } from './make-example-scene.ts';
import { sceneNamed } from './make-example-scenes.ts';

const WIDTH = 2560;
const OUT = process.env['EXAMPLE_ART'] ?? fileURLToPath(new URL('../examples/art/', import.meta.url));
const TABLE: Camera = { eye: [0, 3.2, 13], target: [0, 2.25, 0], viewDegrees: 25, lens: 0.13, focus: 12.8 };
const SHELF: Camera = { eye: [0, 2.5, 15], target: [0, 1.75, 0], viewDegrees: 21, lens: 0.05 };
const SWEEP: Camera = { eye: [0, 2.7, 13.6], target: [0, 1.75, 0], viewDegrees: 21, lens: 0.03 };
const BLOOM: Bloom = {
  above: 0.9,
  widths: [
    [0.006, 0.12],
    [0.025, 0.15],
    [0.07, 0.17],
  ],
};

/** Soft places are traced smaller than they are stored: nothing in them is finer than the smaller grid. */
const ORDERS: Readonly<Record<string, Shot>> = {
  'studio-sweep.jpg': { scene: 'sweep', camera: SWEEP, width: 1600, height: 900, samples: 16 },
  'evening-window.jpg': { scene: 'evening', camera: TABLE, width: 1600, height: 900, samples: 14 },
  'aurora-evening.jpg': { scene: 'evening-lamp', camera: TABLE, width: 1600, height: 900, samples: 28 },
  'morning-shelf.jpg': { scene: 'morning', camera: SHELF, width: 1280, height: 720, samples: 12 },
  'aurora-pair.jpg': { scene: 'sweep-pair', camera: SWEEP, width: 1600, height: 900, samples: 22 },
};

mkdirSync(OUT, { recursive: true });
const words = process.argv.slice(2);
const samples = Number(words.find((word) => word.startsWith('--samples='))?.slice(10) ?? 0);
const chosen = words.filter((word) => !word.startsWith('--'));
const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
if (wanted('camp-dusk.jpg')) writeJpeg(paintCamp(WIDTH, (WIDTH * 9) / 16), { path: `${OUT}/camp-dusk.jpg`, quality: 2 });
for (const [name, order] of Object.entries(ORDERS)) {
  if (!wanted(name)) continue;
  const { width, height } = order;
  const sums = denoise(await renderShot({ ...order, samples: samples || order.samples }), { width, height, strength: 4 });
  addBloom(sums, { width, height, bloom: BLOOM });
  const picture = develop(sums, { width, height, exposure: sceneNamed(order.scene).exposure, cutOut: false });
  writeJpeg(picture, { path: `${OUT}/${name}`, quality: 2, width: WIDTH });
  console.log(`${name} traced at ${width}x${height}`);
}
