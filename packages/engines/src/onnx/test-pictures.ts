import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ModelCard, OfferedModel, PlanarFrame } from '@filmwright/contracts';
import { cardOf } from '../models/model-shelf.ts';
import type { Picture, Plane } from './picture.ts';

/** A folder that goes away with the test. */
export async function testFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-onnx-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture whose pixels are given by a function of their place. */
export function drawPicture(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set(pixel(x, y), (y * width + x) * 4);
  return { width, height, rgba };
}

/** A plane whose values are given by a function of their place. */
export function drawPlane(width: number, height: number, value: (x: number, y: number) => number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(x, y);
  return { width, height, data };
}

/** A picture of even width and height as a clip has it: light and differences of BT.709, limited range, the differences each of four pixels' mean. */
export function planarFrame({ width, height, rgba }: Picture): PlanarFrame {
  const area = width * height;
  const yuv = new Uint8Array((area * 3) / 2);
  const sums = new Float64Array(area / 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [r, g, b] = rgba.subarray((y * width + x) * 4) as unknown as [number, number, number];
      const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      yuv[y * width + x] = Math.round(16 + (light * 219) / 255);
      const quarter = (y >> 1) * (width / 2) + (x >> 1);
      sums[quarter] = (sums[quarter] as number) + (b - light) / 1.8556 / 4;
      sums[area / 4 + quarter] = (sums[area / 4 + quarter] as number) + (r - light) / 1.5748 / 4;
    }
  for (let i = 0; i < sums.length; i++) yuv[area + i] = Math.round(128 + ((sums[i] as number) * 224) / 255);
  return { width, height, yuv };
}

/** The card of the one-operation model among the fixtures, with changes. */
export function invertCard(change: Partial<OfferedModel> = {}): ModelCard {
  const offered: OfferedModel = {
    format: 1,
    name: 'invert',
    title: 'Invert',
    capability: 'image-to-image',
    engine: 'onnx',
    does: 'Turns colours into their opposites.',
    licence: {
      name: 'Apache-2.0',
      url: 'https://www.apache.org/licenses/LICENSE-2.0',
      attribution: 'Filmwright',
      summary: 'A model for tests.',
      commercialUse: 'allowed',
      mustAccept: false,
    },
    source: 'npm:invert-model@1.0.0',
    needs: { tiers: [], diskMb: 1 },
    processing: {
      type: 'picture',
      file: 'model.onnx',
      input: {
        name: 'x',
        layout: 'nhwc',
        size: 'picture',
        multipleOf: 4,
        fit: 'stretch',
        scale: 1 / 255,
        mean: [0, 0, 0],
        deviation: [1, 1, 1],
      },
      output: { name: 'y', layout: 'nhwc', activation: 'none', scale: 1 },
    },
    files: [
      {
        path: 'model.onnx',
        bytes: 125,
        digest: 'sha256-5fb5af8a7c4bc93489fc89f07203d4f3c34e4b35acbe9dc16bab4b32accb7630',
        from: ['package/part-1', 'package/part-2'],
      },
    ],
    ...change,
  };
  return cardOf({ ...offered, files: offered.files ?? [] });
}
