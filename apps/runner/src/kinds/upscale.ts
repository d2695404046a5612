import { join } from 'node:path';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { upscaleFile } from '@filmwright/engines/upscale/upscale-file';
import type { KindRunner } from '../run-task.ts';

/** Enlarges a still. */
export const runUpscale: KindRunner<'upscale'> = async ({ picture, model: name, factor, clean }, context) => {
  const model = await installedModel({ name, home: context.home });
  const outPath = join(context.tempDir, 'large.png');
  const size = await upscaleFile({
    picturePath: await context.pathOf(picture),
    outPath,
    factor,
    clean,
    model,
    pool: await context.pictureModels(),
    onTile: (done, of) => context.progress(Math.min(99, (done * 100) / of)),
  });
  const asset = await context.store({ path: outPath, mediaType: 'image/png' });
  return { asset, ...size, credit: creditOfModel(model.card), notices: [] };
};
