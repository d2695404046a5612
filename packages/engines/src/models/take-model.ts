import { type AcceptedLicence, FilmwrightError, type ModelCard, modelCardSchema, modelRef } from '@filmwright/contracts';
import { isWhole, presentBytes, type WeightsHome } from './add-model.ts';
import { removeLeftOvers } from './left-overs.ts';
import { acceptedLicences, LicenceWanted, lacksAcceptance, licenceText, rememberLicences, stricterLicence } from './licences.ts';
import { withModelLock } from './model-lock.ts';
import { offeredModels, parseCard, revisionOf, shelvedModels } from './model-shelf.ts';
import { tellShelf } from './model-state.ts';
import { type LocalFile, type MakeRoom, makeRoom, placeRevision } from './place-revision.ts';
import type { WeightsSource } from './weights.ts';

export type TakeModel = WeightsHome & {
  /** The card as a platform has it; it is held against its schema and its revision. */
  readonly card: unknown;
  /** What was accepted on that platform of its licence: this machine works for whoever did. */
  readonly accepted: readonly AcceptedLicence[];
  readonly source: WeightsSource;
  /** Which models of this machine stay, whatever room this one needs. */
  readonly keep: MakeRoom['keep'];
  readonly now: Date;
};

/** A model is marked broken here though its bytes are what they should be: fetching it again would mend nothing. */
export class FaultyModel extends FilmwrightError {
  constructor(message: string) {
    super('model-unavailable', message);
    this.name = 'FaultyModel';
  }
}

/**
 * Puts a revision that the platform holds on this machine's shelf, with the bytes that `source` gives for the digests of its card; what broke off goes on
 * with the next call. Answers null where it is here already. Throws `FaultyModel` where it is and was found to be at fault itself, `LicenceWanted` where its licence must be accepted and was not in these terms,
 * `disk-full` where weights have no room, `digest-mismatch` for a card that is not of its revision.
 */
export async function takeModel(options: TakeModel): Promise<ModelCard | null> {
  const { home, openWeights, budgetBytes, keepFreeBytes, source, keep, now } = options;
  const sent = parseCard(options.card, { schema: modelCardSchema, where: 'of the platform' });
  if (revisionOf(sent) !== sent.revision)
    throw new FilmwrightError('digest-mismatch', `The card of ${modelRef(sent)} does not match its revision: it has ${revisionOf(sent)}.`);
  const { builtIn: _, ...card } = sent;
  return withModelLock({ home, name: card.name }, async () => {
    const there = (await shelvedModels({ home, named: card.name })).find(({ ref }) => ref === modelRef(card));
    if (there !== undefined && (await isWhole(there))) return null;
    await removeLeftOvers(home);
    const [offer] = await offeredModels({ named: card.name });
    const own = { ...card, licence: stricterLicence(card.licence, offer?.licence) };
    await acceptAs(own, options);
    const bytes = card.files.reduce((sum, file) => sum + file.bytes, 0) - (await presentBytes(home, card));
    await makeRoom({ home, bytes, budgetBytes, keepFreeBytes, keep });
    let fetched = false;
    const weights = await openWeights((wanted) => {
      fetched = true;
      return source(wanted);
    });
    const pins: { readonly release: () => Promise<void> }[] = [];
    try {
      const files: LocalFile[] = [];
      for (const file of card.files) {
        const pin = await weights.pin(file.digest);
        pins.push(pin);
        files.push({ ...file, localPath: pin.path });
      }
      if (there?.present && there.state.broken !== null && !fetched)
        throw new FaultyModel(
          `The model ${there.ref} is marked broken here, and its bytes are what they should be: ${there.state.broken}. \`filmwright models add ${card.name}\` takes the mark away.`,
        );
      await placeRevision(own, { home, files, pinned: false, now });
      await tellShelf(home);
      return own;
    } finally {
      await Promise.all(pins.map(({ release }) => release()));
      await weights.close();
    }
  });
}

/** Keeps what was accepted elsewhere of a licence that must be; throws `LicenceWanted` where that was other terms, or none. */
async function acceptAs(card: ModelCard, { home, accepted }: Pick<TakeModel, 'home' | 'accepted'>): Promise<void> {
  if (!lacksAcceptance(card, await acceptedLicences(home))) return;
  const [entry] = accepted.filter((one) => !lacksAcceptance(card, [one]));
  if (entry === undefined)
    throw new LicenceWanted(
      `The model ${modelRef(card)} was not taken from the platform: its licence is not accepted there in these terms.\n${licenceText(card.licence)}\nAccept it there with \`filmwright models add ${card.name} --accept-licence\`.`,
    );
  await rememberLicences(home, [entry]);
}
