import { join } from 'node:path';
import { assemble } from '@filmwright/render/media/assemble';
import { takePoster } from '@filmwright/render/media/take-poster';
import type { KindRunner } from '../run-task.ts';

/** Joins spans and sound into the master, and takes its poster from the first span where one is wanted. */
export const runAssemble: KindRunner<'assemble'> = async (
  { spans, sound, fps, title, language, poster },
  { pathOf, tempDir, store, toolset },
) => {
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
  const [first] = parts;
  const asset = await store({ path: outPath, mediaType: 'video/mp4' });
  if (poster == null || first === undefined) return { asset, frames, poster: null };
  const posterPath = join(tempDir, 'poster.jpg');
  await takePoster({ path: first.path, frame: poster, outPath: posterPath, toolset });
  return { asset, frames, poster: await store({ path: posterPath, mediaType: 'image/jpeg' }) };
};
