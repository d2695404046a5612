import { join, resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { creditOfModel } from '../../models/credit-of-model.ts';
import { type ShelvedModel, shelvedModels } from '../../models/model-shelf.ts';
import type { VoiceCard } from './voice-card.ts';

/** Where a voice's files lie, and what the card of the model says that they are of. */
export type ShelvedVoice = {
  readonly folder: string;
  readonly about: Pick<VoiceCard, 'id' | 'name' | 'licence' | 'source' | 'notes' | 'commercialUse' | 'fromModel'> &
    Partial<Pick<VoiceCard, 'language'>>;
};

/** The voice among this home's models that is meant by the folder of its files or, with `byName`, by a name, or a name and a revision; null where none is. Throws `model-unavailable` for one that speaks nothing or cannot be used. */
export async function shelvedVoice(
  wanted: string,
  { home, byName }: { readonly home: string; readonly byName: boolean },
): Promise<ShelvedVoice | null> {
  const found = (await shelvedModels({ home })).find(
    ({ card, ref, folder }) => resolve(folder) === resolve(wanted) || (byName && (card.name === wanted || ref === wanted)),
  );
  if (found === undefined) return null;
  const { card, ref, state, present } = found;
  if (card.capability !== 'speech' || card.engine !== 'sherpa-onnx')
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${ref} is no voice: its capability is ${card.capability} on the engine ${card.engine}, wanted speech on sherpa-onnx.`,
    );
  if (!present || state.broken !== null)
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${ref} is ${state.broken === null ? 'not here any more' : `broken: ${state.broken}`}. Add it again with \`filmwright models add ${card.name}\`, then say the same.`,
    );
  return { folder: voiceFiles(found), about: aboutOf(found) };
}

/** The folder of the files among which the network is: repositories may keep it in one of their own. */
function voiceFiles({ card, folder }: ShelvedModel): string {
  const paths = card.files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
  const [first = ''] = paths.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
  return join(folder, ...first.split('/').slice(0, -1));
}

function aboutOf({ card }: ShelvedModel): ShelvedVoice['about'] {
  const { licence, source, revision, note = '', commercialUse } = creditOfModel(card);
  const [language, ...others] = card.limits?.languages ?? [];
  return {
    id: card.name,
    name: card.title,
    licence,
    source: source || card.source,
    notes: note,
    ...(revision === undefined ? {} : { fromModel: revision }),
    ...(commercialUse === undefined ? {} : { commercialUse }),
    ...(language === undefined || others.length > 0 ? {} : { language }),
  };
}
