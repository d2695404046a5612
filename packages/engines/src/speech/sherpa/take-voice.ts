import { constants, copyFile, link, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FilmwrightError, modelFileSchema, type ShelfVoice } from '@filmwright/contracts';
import type { WeightsHome } from '../../models/add-model.ts';
import { type MakeRoom, makeRoom } from '../../models/place-revision.ts';
import type { WeightsSource } from '../../models/weights.ts';
import { voiceProblem, voiceRevision } from './check-voice.ts';
import { placeVoice } from './place-folder.ts';
import { installedVoices, parseCard, type VoiceCard } from './voice-card.ts';

export type TakeVoice = WeightsHome & {
  readonly voice: ShelfVoice;
  readonly source: WeightsSource;
  /** Which models of this machine stay, whatever room this one needs. */
  readonly keep: MakeRoom['keep'];
};

const cardName = 'voice.json';

/**
 * Puts a voice that the platform holds among those of this machine, with the bytes that `source` gives for the digests of its files. Answers null where
 * these files are here already and were not found to be damaged. Throws `digest-mismatch` where they are not what its card says, `model-unavailable` where its licence is restricted and
 * was not accepted there, `disk-full` where there is no room.
 */
export async function takeVoice({
  home,
  openWeights,
  budgetBytes,
  keepFreeBytes,
  voice,
  source,
  keep,
}: TakeVoice): Promise<VoiceCard | null> {
  const { id, accepted } = voice;
  const files = modelFileSchema.array().parse(voice.files);
  const aboutCard = files.find(({ path }) => path === cardName);
  if (!/^[a-z0-9][\w.-]{0,99}$/i.test(id) || aboutCard === undefined)
    throw new FilmwrightError('digest-mismatch', `The voice ${JSON.stringify(id)} of the platform has no card.`);
  const weights = await openWeights(source);
  const pins: { readonly release: () => Promise<void> }[] = [];
  const bring = async ({ digest }: (typeof files)[number]): Promise<string> => {
    const pin = await weights.pin(digest);
    pins.push(pin);
    return pin.path;
  };
  try {
    const card = parseCard(await readFile(await bring(aboutCard), 'utf8'));
    const there = (await installedVoices(home)).find((one) => one.card.id === id);
    if (there?.card.revision === card.revision && (await voiceProblem(there)) === null) return null;
    if (card.commercialUse !== undefined && accepted.length === 0)
      throw new FilmwrightError(
        'model-unavailable',
        `The voice ${id} was not taken from the platform: its licence ${card.licence} is not accepted there.`,
      );
    await makeRoom({
      ...{ home, budgetBytes, keepFreeBytes, keep },
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    return await placeVoice({
      home,
      id,
      fill: async ({ target }) => {
        for (const file of files) {
          if (file === aboutCard) continue;
          const [from, to] = [await bring(file), join(target, file.path)];
          await mkdir(dirname(to), { recursive: true });
          // What has another name is not evicted.
          await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
        }
        const found = await voiceRevision(target, card);
        if (found === card.revision) return { ...card, id };
        throw new FilmwrightError(
          'digest-mismatch',
          `The files of the voice ${id} together have ${found}; its card wants ${card.revision}.`,
        );
      },
    });
  } finally {
    await Promise.all(pins.map(({ release }) => release()));
    await weights.close();
  }
}
