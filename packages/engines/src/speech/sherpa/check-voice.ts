import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { FilmwrightError, voiceName } from '@filmwright/contracts';
import { writeWhole } from '@filmwright/process/write-whole';
import { tellShelf } from '../../models/model-state.ts';
import type { InstalledVoice, VoiceCard } from './voice-card.ts';

/** Digest over the files of a folder, but for a card that it may bring, and over the settings of the card to be; a licence that films must tell of counts too. */
export async function voiceRevision(folder: string, card: VoiceCard): Promise<string> {
  const told = card.commercialUse === undefined ? [] : [card.licence, card.commercialUse];
  const hash = createHash('sha256').update(JSON.stringify([card.speaker, card.noiseScale, card.noiseScaleW, ...told]));
  for (const path of await filesOf(folder)) {
    hash.update(`\n${relative(folder, path)}\n`);
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  }
  return hash.digest('hex').slice(0, 16);
}

/** What reading the files of a voice found: `state` says which files they were by size and time, `problem` is null where they are as its card says. */
type Checked = { readonly state: string; readonly problem: string | null };

const notesOf = (shelf: string, id: string): string => join(shelf, `.checked-${id}.json`);

/**
 * Reads the files of a voice and compares them with its card, once for as long as none of them changes in size or time. Throws `digest-mismatch` for one
 * that was changed, which is noted beside the voices: it is offered no more until its files change again.
 */
export async function checkVoice(voice: InstalledVoice): Promise<void> {
  const { card, folder } = voice;
  const shelf = dirname(folder);
  const state = await stateOf(voice);
  const known = await readNote(notesOf(shelf, card.id));
  const found = known?.state === state ? known : { state, problem: await problemOf(voice) };
  if (found !== known) await writeWhole(notesOf(shelf, card.id), `${JSON.stringify(found)}\n`);
  if (found.problem === null) return;
  if (found !== known) await tellShelf(dirname(shelf));
  throw damagedVoice(voice, brokenText(card, found.problem));
}

/** Why a voice whose files were changed cannot speak, though its copy elsewhere may. */
export function damagedVoice({ card }: InstalledVoice, problem: string): FilmwrightError {
  return new FilmwrightError('digest-mismatch', problem, { retryable: false, copyOf: voiceName(card) });
}

/** What was found wrong with a voice whose files are still those that were looked at, in words for people; null where nothing was. */
export async function voiceProblem(voice: InstalledVoice): Promise<string | null> {
  const known = await readNote(notesOf(dirname(voice.folder), voice.card.id));
  if (known === null || known.problem === null || known.state !== (await stateOf(voice))) return null;
  return brokenText(voice.card, known.problem);
}

function brokenText({ id }: VoiceCard, problem: string): string {
  return `The files of the voice ${id} are not what its card says: ${problem}. Remove its folder among the voices of the home, then install or add it again.`;
}

async function problemOf({ card, folder }: InstalledVoice): Promise<string | null> {
  const found = await voiceRevision(folder, card);
  return found === card.revision ? null : `together they have ${found}, the first digits of a SHA-256, wanted ${card.revision}`;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'voice.json')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function stateOf({ card, folder }: InstalledVoice): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(card));
  for (const path of await filesOf(folder)) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`\n${relative(folder, path)} ${size} ${mtimeMs}`);
  }
  return hash.digest('hex');
}

async function readNote(path: string): Promise<Checked | null> {
  try {
    const { state, problem } = JSON.parse(await readFile(path, 'utf8')) as Partial<Checked>;
    return typeof state === 'string' && (typeof problem === 'string' || problem === null) ? { state, problem } : null;
  } catch {
    return null;
  }
}
