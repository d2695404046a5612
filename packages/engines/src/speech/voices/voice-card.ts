import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

const kinds = ['piper', 'kokoro', 'kitten'] as const;
export type VoiceKind = (typeof kinds)[number];

/** `voice.json` of a voice folder; file names are relative to the folder. `timed` says that the model tells how long each phoneme lasts. */
export type VoiceCard = {
  readonly format: 1;
  readonly title: string;
  readonly language: string;
  readonly licence: string;
  readonly source: string;
  readonly notes: string;
  readonly kind: VoiceKind;
  readonly model: string;
  readonly tokens: string;
  readonly data: string;
  /** The speakers' vectors of a Kokoro or Kitten voice. */
  readonly voices?: string;
  readonly speaker: number;
  readonly timed: boolean;
};

/** Reads a voice folder's card; null when the folder has none, `voice-unknown` when it has one that is not right. */
export async function readVoiceCard(folder: string): Promise<VoiceCard | null> {
  const path = join(folder, 'voice.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const wrong = (what: string): never => {
    throw new FilmwrightError('voice-unknown', `${path}: ${what}. Install the voice again, or correct the file.`);
  };
  let value: Record<string, unknown> = {};
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    wrong(`is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  for (const key of ['title', 'language', 'licence', 'source', 'notes', 'model', 'tokens', 'data'] as const) {
    if (typeof value[key] !== 'string') wrong(`"${key}" is ${JSON.stringify(value[key])}, wanted a text`);
  }
  if (value['format'] !== 1) wrong(`"format" is ${JSON.stringify(value['format'])}, wanted 1`);
  if (!kinds.some((kind) => kind === value['kind'])) wrong(`"kind" is ${JSON.stringify(value['kind'])}, wanted ${kinds.join(', ')}`);
  if (!Number.isInteger(value['speaker'])) wrong(`"speaker" is ${JSON.stringify(value['speaker'])}, wanted a whole number`);
  return value as unknown as VoiceCard;
}
