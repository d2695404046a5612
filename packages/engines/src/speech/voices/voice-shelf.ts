import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { VoiceInfo } from '../speech-engine.ts';
import { readVoiceCard } from './voice-card.ts';
import { voiceCatalogue } from './voice-catalogue.ts';

/** Where voice folders lie: `<home>/voices`. */
export function voicesFolder(home: string): string {
  return join(home, 'voices');
}

/** The voice in a folder that has a card; null where there is none. Installed means that sherpa-onnx, which speaks it, is there too. */
export async function folderVoice(folder: string): Promise<VoiceInfo | null> {
  const card = await readVoiceCard(folder);
  if (card === null) return null;
  const { title, language, licence, source, notes } = card;
  return {
    id: basename(folder),
    name: title,
    language,
    licence,
    source,
    engine: 'sherpa-onnx',
    natural: true,
    notes,
    installed: hasSherpa(),
  };
}

/** Voices under `<home>/voices`, then those of the catalogue that can be installed. */
export async function shelfVoices(home: string): Promise<readonly VoiceInfo[]> {
  const names = await readdir(voicesFolder(home)).catch(() => [] as string[]);
  const found: VoiceInfo[] = [];
  for (const name of names.filter((each) => !each.startsWith('.')).sort()) {
    const voice = await folderVoice(join(voicesFolder(home), name));
    if (voice !== null) found.push(voice);
  }
  const offered = hasSherpa() ? voiceCatalogue.filter((voice) => found.every((each) => each.id !== voice.id)) : [];
  return [
    ...found,
    ...offered.map(
      ({ id, title, language, licence, source, notes }): VoiceInfo => ({
        id,
        name: title,
        language,
        licence,
        source,
        engine: 'sherpa-onnx',
        natural: true,
        notes,
        installed: false,
      }),
    ),
  ];
}

/** Whether the optional package sherpa-onnx-node was installed on this machine. */
function hasSherpa(): boolean {
  try {
    createRequire(import.meta.url).resolve('sherpa-onnx-node');
    return true;
  } catch {
    return false;
  }
}
