import { fileURLToPath } from 'node:url';
import { addBloom, type Bloom } from './make-example-bloom.ts';
import { denoise } from './make-example-denoise.ts';
import { develop, type Picture } from './make-example-develop.ts';
import { renderShot } from './make-example-render.ts';
import type { Shot } from './make-example-scene.ts';
import { sceneNamed } from './make-example-scenes.ts';

/** The glow around what is brighter than a white card, as the pictures of the lamp have it. */
export const BLOOM: Bloom = {
  above: 0.9,
  widths: [
    [0.006, 0.12],
    [0.025, 0.15],
    [0.07, 0.17],
  ],
};

/** What the command line asks for: pictures by name (none: all) and samples per pixel instead of the ordered ones; EXAMPLE_ART names another folder. */
export function readWishes(): { readonly folder: string; readonly wants: (name: string) => boolean; readonly samples: number | undefined } {
  const words = process.argv.slice(2);
  const chosen = words.filter((word) => !word.startsWith('--'));
  return {
    folder: process.env['EXAMPLE_ART'] ?? fileURLToPath(new URL('../examples/art/', import.meta.url)),
    wants: (name) => chosen.length === 0 || chosen.includes(name),
    samples: Number(words.find((word) => word.startsWith('--samples='))?.slice(10) ?? 0) || undefined,
  };
}

/** Traces, denoises and develops one shot; its scene says whether it has alpha. */
export async function traceShot(shot: Shot, bloom?: Bloom): Promise<Picture> {
  const { width, height } = shot;
  const { exposure, cutOut } = sceneNamed(shot.scene);
  const sums = denoise(await renderShot(shot), { width, height, strength: 4 });
  if (bloom !== undefined) addBloom(sums, { width, height, bloom });
  return develop(sums, { width, height, exposure, cutOut });
}
