import { join } from 'node:path';
import { mixSound } from '@filmwright/render/sound/mix-sound';
import type { KindRunner } from '../run-task.ts';

/** Mixes the film's sound. */
export const runMix: KindRunner<'mix'> = async ({ sound }, { pathOf, tempDir, store, toolset }) => {
  const outPath = join(tempDir, 'sound.m4a');
  const { samples, gainDb } = await mixSound({ sound, pathOf, outPath, workDir: tempDir, toolset });
  return { asset: await store({ path: outPath, mediaType: 'audio/mp4' }), samples, gainDb };
};
