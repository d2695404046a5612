import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { patchPiper, phonemeProbe } from '../onnx/patch-piper.ts';

/** What we read of a Piper voice's `.onnx.json`. */
export type PiperConfig = {
  readonly audio: { readonly sample_rate: number };
  readonly espeak: { readonly voice: string };
  readonly num_speakers?: number;
  readonly phoneme_id_map: Readonly<Record<string, readonly number[]>>;
  readonly language?: { readonly code?: string; readonly name_english?: string };
};

/** Reads a Piper configuration; throws `voice-unknown` when it is none. */
export async function readPiperConfig(path: string): Promise<PiperConfig> {
  const config = JSON.parse(await readFile(path, 'utf8')) as Partial<PiperConfig>;
  if (!config.audio?.sample_rate || !config.espeak?.voice || !config.phoneme_id_map) {
    throw new FilmwrightError(
      'voice-unknown',
      `${path} is no Piper configuration: it lacks audio.sample_rate, espeak.voice or phoneme_id_map.`,
    );
  }
  return config as PiperConfig;
}

/** Writes what sherpa-onnx needs of a Piper voice into `folder`: the model that tells its timing, the phoneme probe and the list of phonemes. */
export async function writePiperFolder(
  folder: string,
  { model, config }: { readonly model: Uint8Array; readonly config: PiperConfig },
): Promise<void> {
  const metadata = {
    model_type: 'vits',
    comment: 'piper',
    language: config.language?.name_english ?? config.espeak.voice,
    voice: config.espeak.voice,
    has_espeak: '1',
    n_speakers: String(config.num_speakers ?? 1),
    sample_rate: String(config.audio.sample_rate),
  };
  const symbols = Object.entries(config.phoneme_id_map).map(([symbol, ids]) => `${symbol} ${ids[0]}\n`);
  await writeFile(join(folder, 'model.onnx'), patchPiper(model, metadata));
  await writeFile(join(folder, 'phonemes.onnx'), phonemeProbe(metadata));
  await writeFile(join(folder, 'tokens.txt'), symbols.join(''));
}
