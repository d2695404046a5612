import { makeThumbnails } from '@filmwright/render/media/thumbnails';
import type { KindRunner } from '../run-task.ts';

/** Takes the poster and the thumbnails of a film. */
export const runThumbnails: KindRunner<'thumbnails'> = async (payload, { pathOf, tempDir, store, toolset }) => {
  const spans = await Promise.all(payload.spans.map(async ({ asset, frames }) => ({ path: await pathOf(asset), frames })));
  const poster = { path: await pathOf(payload.poster.asset), frame: payload.poster.frame };
  const { posterPath, sheetPaths, tiles } = await makeThumbnails({ ...payload, spans, poster, workDir: tempDir, toolset });
  const picture = (path: string) => store({ path, mediaType: 'image/jpeg' });
  const sheets = [];
  for (const path of sheetPaths) sheets.push(await picture(path));
  return { poster: await picture(posterPath), sheets, tiles };
};
