import { rm } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { addingProblem } from './add-model.ts';
import { withModelLock } from './model-lock.ts';
import { isOwn, modelFolder, shelvedModels, unreadableModels } from './model-shelf.ts';
import { tellShelf } from './model-state.ts';
import { isHeld } from './place-revision.ts';
import type { OpenWeights } from './weights.ts';

export type RemovedModel = { readonly refs: readonly string[]; readonly freedBytes: number };

/** Removes a revision, or all of a name, and those of its weights that no other revision has. Refuses while a running engine has it open, and for what comes along. */
export async function removeModel(
  wanted: string,
  { home, openWeights }: { readonly home: string; readonly openWeights: OpenWeights },
): Promise<RemovedModel> {
  const shelf = await shelvedModels({ home });
  const going = shelf.filter(({ card, ref }) => ref === wanted || card.name === wanted);
  const [first] = going;
  if (first === undefined) {
    const unreadable = (await unreadableModels({ home })).some(({ name }) => name === wanted);
    if (!unreadable && (await addingProblem(home, wanted)) === null)
      throw new FilmwrightError('not-found', `There is no model ${wanted} here; \`filmwright models\` lists what there is.`);
    await rm(modelFolder(home, wanted), { recursive: true, force: true });
    return { refs: [], freedBytes: 0 };
  }
  for (const model of going) {
    if (!isOwn(model)) throw new FilmwrightError('request-invalid', `${model.ref} comes with Filmwright and stays.`);
    if (await isHeld(model))
      throw new FilmwrightError(
        'unavailable',
        `${model.ref} is in use by a running engine. Wait until its tasks are done, then try again.`,
      );
  }
  return withModelLock({ home, name: first.card.name }, async () => {
    const damaged = (await unreadableModels({ home })).filter(({ name }) => name === wanted);
    for (const { place } of [...going, ...damaged]) await rm(place, { recursive: true, force: true });
    await tellShelf(home);
    const still = new Set(
      (await shelvedModels({ home })).flatMap(({ card, present }) => (present ? card.files.map(({ digest }) => digest) : [])),
    );
    const files = new Map(going.flatMap(({ card }) => card.files.map((file) => [file.digest, file.bytes] as const)));
    const weights = await openWeights(async function* () {});
    let freedBytes = 0;
    try {
      for (const [digest, bytes] of files) {
        if (still.has(digest)) continue;
        await weights.drop(digest);
        freedBytes += bytes;
      }
    } finally {
      await weights.close();
    }
    return { refs: going.map(({ ref }) => ref), freedBytes };
  });
}
