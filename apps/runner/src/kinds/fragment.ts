import { join } from 'node:path';
import { fragmentSound } from '@filmwright/render/media/fragment-sound';
import type { KindRunner } from '../run-task.ts';

/** Lays the film's sound out for players. */
export const runFragment: KindRunner<'fragment'> = async ({ sound, samples }, { pathOf, tempDir, store, toolset }) => {
  const outPath = join(tempDir, 'sound.mp4');
  const cmaf = await fragmentSound({ soundPath: await pathOf(sound), samples, outPath, toolset });
  return { asset: await store({ path: outPath, mediaType: 'audio/mp4' }), cmaf };
};
