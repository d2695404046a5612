import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { cutOut } from '@filmwright/engines/onnx/cut-out';
import type { KindRunner } from '../run-task.ts';

/** Cuts the subject out of a still; model `alpha` takes the picture's own alpha only. */
export const runCutout: KindRunner<'cutout'> = async ({ picture, model }, { pathOf, tempDir, store, home, pictureModels }) => {
  const outPath = join(tempDir, 'cutout.png');
  const named = model === 'alpha' ? {} : { model };
  const cut = await cutOut({ picturePath: await pathOf(picture), outPath, home, pool: await pictureModels(), ...named });
  if (model === 'alpha' && !cut.usedOwnAlpha) {
    throw new FilmwrightError(
      'subject-not-found',
      'The picture has no transparent ground of its own. Write `cutOut: auto` to have its subject cut out by a model, or give a picture with alpha.',
    );
  }
  const credit = cut.model === null ? null : await creditOf(cut.model, home);
  return {
    asset: await store({ path: outPath, mediaType: 'image/png' }),
    width: cut.width,
    height: cut.height,
    subject: cut.bbox,
    coverage: cut.coverage,
    credit,
  };
};

async function creditOf(name: string, home: string) {
  const { card } = await installedModel({ name, home });
  return creditOfModel(card);
}
