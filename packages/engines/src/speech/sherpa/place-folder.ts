import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { voiceRevision } from './check-voice.ts';
import { type VoiceCard, voiceFolder } from './voice-card.ts';

export type FillFolder = (folders: { readonly target: string; readonly scratch: string }) => Promise<VoiceCard>;

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
    const card = { ...filled, revision: await voiceRevision(target, filled) };
    await writeFile(join(target, 'voice.json'), `${JSON.stringify(card, null, 2)}\n`);
    await rm(voiceFolder(home, id), { recursive: true, force: true });
    await rename(target, voiceFolder(home, id));
    return card;
  } finally {
    await rm(target, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}
