import { access, cp, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import type { VoiceInfo } from '../voice.ts';
import { bringEspeakData } from './espeak-data.ts';
import { writePiperFolder } from './piper-folder.ts';
import { placeVoice } from './place-folder.ts';
import { shelvedVoice } from './shelved-voice.ts';
import { sherpaInstalled } from './sherpa-voice.ts';
import { infoOfCard, parseCard, type VoiceCard } from './voice-card.ts';

const languages: Readonly<Record<string, string>> = { kokoro: '*', kitten: 'en-US' };

/**
 * Copies a voice (Piper, Kokoro or Kitten as sherpa-onnx lays them out) to `<home>/voices`: a folder under its own name, or a model that was added to this home
 * under the model's, with its licence. A Piper voice with its `.onnx.json`
 * is patched to tell exact word times; others are timed by alignment. Throws `speech-unavailable` when
 * there is no such voice.
 */
export async function addVoice({
  home,
  folder,
  signal,
}: {
  readonly home: string;
  /** A folder, or the name of a model of this home; a folder of that name, where there is one, goes before it. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}): Promise<VoiceInfo> {
  const shelved = await shelvedVoice(folder, { home, byName: !(await isThere(folder)) });
  const found = await voiceFolder(shelved?.folder ?? folder);
  const { source } = found;
  const id = shelved?.about.id ?? found.id;
  const card = await placeVoice({
    home,
    id,
    fill: async ({ target, scratch }) => {
      const own = await finishedCard(source);
      if (own !== null) {
        await cp(source, target, { recursive: true });
        return { ...own, id, ...shelved?.about };
      }
      const data = join(source, 'espeak-ng-data');
      if (await isThere(join(data, 'phontab'))) await cp(data, join(target, 'espeak-ng-data'), { recursive: true });
      else await bringEspeakData({ target: join(target, 'espeak-ng-data'), scratch, signal });
      return { ...(await copyVoice(found, target)), ...shelved?.about };
    },
  });
  return infoOfCard(card, await sherpaInstalled());
}

/** A folder with a voice: its files, and which of them is the model. */
type VoiceFolder = {
  readonly source: string;
  readonly id: string;
  readonly files: readonly string[];
  readonly model: string;
  readonly family: VoiceCard['family'];
};

async function voiceFolder(folder: string): Promise<VoiceFolder> {
  const source = resolve(folder);
  const files = await readdir(source).catch(() => null);
  if (files === null)
    throw new FilmwrightError(
      'speech-unavailable',
      `There is no voice folder ${folder}, and no model of that name was added here. Check the path, or add the model with \`filmwright models add\` first.`,
    );
  const model = files.find((file) => file.endsWith('.onnx') && file !== 'probe.onnx');
  if (model === undefined)
    throw new FilmwrightError(
      'speech-unavailable',
      `The folder ${folder} holds no voice: no .onnx file among ${files.slice(0, 10).join(', ') || 'no files'}.`,
    );
  if (!files.includes(`${model}.json`) && !files.includes('tokens.txt'))
    throw new FilmwrightError(
      'speech-unavailable',
      `The folder ${folder} holds ${model} but neither ${model}.json nor tokens.txt; a voice needs one of them.`,
    );
  const id =
    basename(source)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '') || 'voice';
  const family = !files.includes('voices.bin') ? 'piper' : /kitten/i.test(`${id} ${model}`) ? 'kitten' : 'kokoro';
  return { source, id, files, model, family };
}

/** Copies the files of a voice as its family needs them, and gives its card. */
async function copyVoice({ source, id, files, model, family }: VoiceFolder, target: string): Promise<VoiceCard> {
  const base: VoiceCard = {
    format: 1,
    id,
    name: id,
    language: languages[family] ?? (/^([a-z]{2})[_-]([A-Z]{2})/.exec(model)?.slice(1).join('-') || 'en-US'),
    licence: 'as its owner says',
    source: `folder ${basename(source)}`,
    notes: 'Added by hand; its licence was not checked.',
    family,
    model: 'model.onnx',
    voices: family === 'piper' ? null : 'voices.bin',
    speaker: 0,
    noiseScale: 0.667,
    noiseScaleW: 0.8,
    hop: null,
    revision: '',
  };
  if (family === 'piper' && files.includes(`${model}.json`)) {
    const { noiseScale, noiseScaleW, espeakVoice } = await writePiperFolder({ modelPath: join(source, model), target });
    return { ...base, noiseScale, noiseScaleW, hop: 256, language: espeakVoice };
  }
  await cp(join(source, model), join(target, 'model.onnx'));
  await cp(join(source, 'tokens.txt'), join(target, 'tokens.txt'));
  if (family !== 'piper') await cp(join(source, 'voices.bin'), join(target, 'voices.bin'));
  // Kokoro of many languages finds English and Chinese words in lists of its own.
  for (const file of files.filter((name) => name === 'dict' || /^lexicon.*\.txt$/.test(name)))
    await cp(join(source, file), join(target, file), { recursive: true });
  return { ...base, ...(await ownCard(source)) };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The card of a folder that already is as `<home>/voices` wants it; null for any other. */
async function finishedCard(folder: string): Promise<VoiceCard | null> {
  const text = await readFile(join(folder, 'voice.json'), 'utf8').catch(() => null);
  try {
    return text === null ? null : parseCard(text);
  } catch {
    return null;
  }
}

/** Name, language, licence and speaker from a `voice.json` that the folder may bring. */
async function ownCard(folder: string): Promise<Partial<Pick<VoiceCard, 'name' | 'language' | 'licence' | 'notes' | 'speaker'>>> {
  const path = join(folder, 'voice.json');
  if (!(await isThere(path))) return {};
  const card = readJson(await readFile(path, 'utf8'), path);
  const speaker = card['speaker'];
  return {
    ...Object.fromEntries(
      ['name', 'language', 'licence', 'notes'].flatMap((key) => (typeof card[key] === 'string' ? [[key, card[key]]] : [])),
    ),
    ...(typeof speaker === 'number' && Number.isInteger(speaker) && speaker >= 0 ? { speaker } : {}),
  };
}

function readJson(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'not JSON';
    throw new FilmwrightError('speech-unavailable', `${path} is no JSON (${why}). Put it right, or remove it.`, { cause });
  }
}
