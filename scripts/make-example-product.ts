/**
 * Renders the pictures of the sample film's product, "Aurora" by orlune, a portable lamp and speaker. Names on the command line choose
 * some of them; `--samples=8` makes a quick proof. The same bytes come out every time.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Bloom } from './make-example-bloom.ts';
import { writeJpeg } from './make-example-jpeg.ts';
import { encodePng } from './make-example-png.ts';
import type { Camera, Shot } from './make-example-scene.ts';
import { BLOOM, readWishes, traceShot } from './make-example-trace.ts';

const JPEG_WIDTH = 1800;

type Order = Shot & { readonly bloom?: Bloom };

const FRONT: Camera = { eye: [0, 2, 10.5], target: [0, 1.27, 0], viewDegrees: 14.9, lens: 0 };
const FRONT_WIDE: Camera = { eye: [0, 2, 10.5], target: [0, 1.35, 0], viewDegrees: 16.6, lens: 0 };
const SIDE: Camera = { eye: [6.2, 3.6, 8.2], target: [0, 1.24, 0], viewDegrees: 14.9, lens: 0 };
const CLOSE: Camera = { eye: [1.9, 2.35, 3.6], target: [0.05, 1.36, 0.42], viewDegrees: 15, lens: 0.045, focus: 3.75 };

const ORDERS: Readonly<Record<string, Order>> = {
  'aurora-front.png': { scene: 'sand', camera: FRONT, width: 992, height: 1600, samples: 64 },
  'aurora-lit.png': { scene: 'sand-lit', camera: FRONT_WIDE, width: 1280, height: 1600, samples: 48, bloom: BLOOM },
  'aurora-side.png': { scene: 'sand', camera: SIDE, width: 1056, height: 1600, samples: 64 },
  'aurora-midnight.png': { scene: 'midnight', camera: SIDE, width: 1056, height: 1600, samples: 64 },
  'aurora-detail.jpg': { scene: 'sand-close', camera: CLOSE, width: 1350, height: 900, samples: 16, bloom: BLOOM },
};

const { folder, wants, samples } = readWishes();
mkdirSync(folder, { recursive: true });
for (const [name, order] of Object.entries(ORDERS)) {
  if (!wants(name)) continue;
  const picture = await traceShot({ ...order, samples: samples ?? order.samples }, order.bloom);
  if (name.endsWith('.jpg')) writeJpeg(picture, { path: `${folder}/${name}`, quality: 2, width: JPEG_WIDTH });
  else writeFileSync(`${folder}/${name}`, encodePng(picture));
  console.log(`${name} traced at ${order.width}x${order.height}`);
}
