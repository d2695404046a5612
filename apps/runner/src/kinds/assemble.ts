import { join } from 'node:path';
import { assemble } from '@filmwright/render';
import type { KindRunner } from '../run-task.ts';

/** Joins spans and sound into the master. */
export const runAssemble: KindRunner<'assemble'> = async ({ spans, sound, fps, title, language }, { pathOf, tempDir, store, toolset }) => {
  const outPath = join(tempDir, 'master.mp4');
  const parts = await Promise.all(spans.map(async ({ asset, frames }) => ({ path: await pathOf(asset), frames })));
  const { frames } = await assemble({
    spans: parts,
    soundPath: sound === null ? null : await pathOf(sound),
    fps,
    title,
    language,
    outPath,
    workDir: tempDir,
    toolset,
  });
  return { asset: await store({ path: outPath, mediaType: 'video/mp4' }), frames };
};
