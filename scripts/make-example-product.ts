/**
 * Renders the pictures of the sample film's product, "Aurora" by orlune, a portable lamp and speaker. Names on the command line choose
 * some of them; `--samples=8` makes a quick proof. The same bytes come out every time.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addBloom, type Bloom } from './make-example-bloom.ts';
import { denoise } from './make-example-denoise.ts';
import { develop } from './make-example-develop.ts';
import { writeJpeg } from './make-example-jpeg.ts';
import { encodePng } from './make-example-png.ts';
import { renderShot } from './make-example-render.ts';
import type { Camera, Shot } from './make-example-scene.ts';
import { sceneNamed } from './make-example-scenes.ts';

const JPEG_WIDTH = 1800;

type Order = Shot & { readonly bloom?: Bloom };

const OUT = process.env['EXAMPLE_ART'] ?? fileURLToPath(new URL('../examples/art/', import.meta.url));
const FRONT: Camera = { eye: [0, 2, 10.5], target: [0, 1.27, 0], viewDegrees: 14.9, lens: 0 };
const FRONT_WIDE: Camera = { eye: [0, 2, 10.5], target: [0, 1.35, 0], viewDegrees: 16.6, lens: 0 };
const SIDE: Camera = { eye: [6.2, 3.6, 8.2], target: [0, 1.24, 0], viewDegrees: 14.9, lens: 0 };
const CLOSE: Camera = { eye: [1.9, 2.35, 3.6], target: [0.05, 1.36, 0.42], viewDegrees: 15, lens: 0.045, focus: 3.75 };
const BLOOM: Bloom = {
  above: 0.9,
  widths: [
    [0.006, 0.12],
    [0.025, 0.15],
    [0.07, 0.17],
  ],
};

const ORDERS: Readonly<Record<string, Order>> = {
  'aurora-front.png': { scene: 'sand', camera: FRONT, width: 992, height: 1600, samples: 64 },
  'aurora-lit.png': { scene: 'sand-lit', camera: FRONT_WIDE, width: 1280, height: 1600, samples: 48, bloom: BLOOM },
  'aurora-side.png': { scene: 'sand', camera: SIDE, width: 1056, height: 1600, samples: 64 },
  'aurora-midnight.png': { scene: 'midnight', camera: SIDE, width: 1056, height: 1600, samples: 64 },
  'aurora-detail.jpg': { scene: 'sand-close', camera: CLOSE, width: 1350, height: 900, samples: 16, bloom: BLOOM },
};

mkdirSync(OUT, { recursive: true });
const words = process.argv.slice(2);
const samples = Number(words.find((word) => word.startsWith('--samples='))?.slice(10) ?? 0);
const chosen = words.filter((word) => !word.startsWith('--'));
for (const [name, order] of Object.entries(ORDERS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const { width, height, bloom } = order;
  const scene = sceneNamed(order.scene);
  const sums = denoise(await renderShot({ ...order, samples: samples || order.samples }), { width, height, strength: 4 });
  if (bloom !== undefined) addBloom(sums, { width, height, bloom });
  const picture = develop(sums, { width, height, exposure: scene.exposure, cutOut: scene.cutOut });
  if (name.endsWith('.jpg')) writeJpeg(picture, { path: `${OUT}/${name}`, quality: 2, width: JPEG_WIDTH });
  else writeFileSync(`${OUT}/${name}`, encodePng(picture));
  console.log(`${name} traced at ${width}x${height}`);
}
