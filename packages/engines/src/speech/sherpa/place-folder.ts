import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type VoiceCard, voiceFolder } from './voice-card.ts';

export type FillFolder = (folders: { readonly target: string; readonly scratch: string }) => Promise<VoiceCard>;

/** Digest over the files of a folder, but for a card that it may bring, and over the settings of the card to be; a licence that films must tell of counts too. */
async function revisionOf(folder: string, card: VoiceCard): Promise<string> {
  const told = card.commercialUse === undefined ? [] : [card.licence, card.commercialUse];
  const hash = createHash('sha256').update(JSON.stringify([card.speaker, card.noiseScale, card.noiseScaleW, ...told]));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile() && entry.name !== 'voice.json').map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) hash.update(`\n${relative(folder, path)}\n`).update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

/** Puts a voice in place whole: `fill` writes its files into a hidden folder beside, the card is written last, then the folder is renamed over the old one. */
export async function placeVoice({
  home,
  id,
  fill,
}: {
  readonly home: string;
  readonly id: string;
  readonly fill: FillFolder;
}): Promise<VoiceCard> {
  const target = join(home, 'voices', `.${id}.${randomUUID()}.part`);
  await mkdir(target, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), 'filmwright-voice-'));
  try {
    const filled = await fill({ target, scratch });
    const card = { ...filled, revision: await revisionOf(target, filled) };
    await writeFile(join(target, 'voice.json'), `${JSON.stringify(card, null, 2)}\n`);
    await rm(voiceFolder(home, id), { recursive: true, force: true });
    await rename(target, voiceFolder(home, id));
    return card;
  } finally {
    await rm(target, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}
