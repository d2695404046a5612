import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import type { VoiceInfo } from '../voice.ts';

/** `voice.json` of an installed voice; paths are relative to its folder. `hop` is the samples of a duration frame where the model tells durations, else null. */
export type VoiceCard = {
  readonly format: 1;
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly source: string;
  readonly notes: string;
  readonly family: 'piper' | 'kokoro' | 'kitten';
  readonly model: string;
  readonly voices: string | null;
  readonly speaker: number;
  readonly noiseScale: number;
  readonly noiseScaleW: number;
  readonly hop: number | null;
  /** Said where its licence forbids commercial use, or leaves it unclear. */
  readonly commercialUse?: 'forbidden' | 'unclear';
  /** The model that it was taken over from, as `name@0123456789ab`. */
  readonly fromModel?: string;
  /** First 16 hexadecimal digits of a SHA-256 over the voice's files, taken when they were put in place. */
  readonly revision: string;
};

/** A card from its JSON; throws when it is damaged or of a later format. */
export function parseCard(text: string): VoiceCard {
  const card = JSON.parse(text) as VoiceCard;
  const texts = [card.id, card.name, card.language, card.licence, card.source, card.notes, card.model, card.revision];
  const numbers = [card.speaker, card.noiseScale, card.noiseScaleW];
  const sound =
    card.format === 1 &&
    ['piper', 'kokoro', 'kitten'].includes(card.family) &&
    texts.every((each) => typeof each === 'string') &&
    numbers.every(Number.isFinite) &&
    [undefined, 'forbidden', 'unclear'].includes(card.commercialUse) &&
    ['undefined', 'string'].includes(typeof card.fromModel);
  if (!sound || !/^[\w.-]+$/.test(card.model) || (card.voices !== null && !/^[\w.-]+$/.test(card.voices)))
    throw new Error('a field is missing or of the wrong kind');
  return card;
}

/** A card and the folder that it lies in. */
export type InstalledVoice = { readonly card: VoiceCard; readonly folder: string };

/** Folder of a voice: `<home>/voices/<id>`. */
export function voiceFolder(home: string, id: string): string {
  return join(home, 'voices', id);
}

/** Every voice under `<home>/voices` that has a card; a damaged card is an error that names it. */
export async function installedVoices(home: string): Promise<readonly InstalledVoice[]> {
  const names = await readdir(join(home, 'voices')).catch(() => [] as string[]);
  const voices: InstalledVoice[] = [];
  for (const name of names.filter((each) => !each.startsWith('.')).sort()) {
    const folder = voiceFolder(home, name);
    const text = await readFile(join(folder, 'voice.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    try {
      voices.push({ card: parseCard(text), folder });
    } catch (cause) {
      throw new FilmwrightError(
        'speech-unavailable',
        `The card ${join(folder, 'voice.json')} of a voice is damaged. Remove the folder and install the voice again.`,
        { cause },
      );
    }
  }
  return voices;
}

/** What a list of voices shows of a card. */
export function infoOfCard(card: VoiceCard, installed: boolean): VoiceInfo {
  const { id, name, language, licence, source, notes, revision } = card;
  return { id, name, language, licence, source, notes, revision, engine: 'sherpa-onnx', natural: true, installed };
}
