import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patchPiper, phonemeProbe } from '../onnx/patch-piper.ts';

type PiperSettings = {
  readonly audio: { readonly sample_rate: number };
  readonly espeak: { readonly voice: string };
  readonly inference?: { readonly noise_scale?: number; readonly noise_w?: number };
  readonly phoneme_id_map: Readonly<Record<string, readonly number[]>>;
  readonly num_speakers: number;
};
/** What a Piper voice's own settings say of how it speaks. */
export type PiperFacts = { readonly noiseScale: number; readonly noiseScaleW: number; readonly espeakVoice: string };

/** Writes `model.onnx` (patched to tell durations), `probe.onnx` and `tokens.txt` into `target` from a Piper voice and its `.json` settings. */
export async function writePiperFolder({
  modelPath,
  target,
}: {
  readonly modelPath: string;
  readonly target: string;
}): Promise<PiperFacts> {
  const settings = JSON.parse(await readFile(`${modelPath}.json`, 'utf8')) as PiperSettings;
  const metadata = {
    model_type: 'vits',
    comment: 'piper',
    language: settings.espeak.voice.startsWith('en') ? 'English' : settings.espeak.voice,
    voice: settings.espeak.voice,
    has_espeak: '1',
    n_speakers: String(settings.num_speakers),
    sample_rate: String(settings.audio.sample_rate),
  };
  await writeFile(join(target, 'model.onnx'), patchPiper(await readFile(modelPath), metadata));
  await writeFile(join(target, 'probe.onnx'), phonemeProbe(metadata));
  const tokens = Object.entries(settings.phoneme_id_map).map(([symbol, ids]) => `${symbol} ${ids[0]}\n`);
  await writeFile(join(target, 'tokens.txt'), tokens.join(''));
  return {
    noiseScale: settings.inference?.noise_scale ?? 0.667,
    noiseScaleW: settings.inference?.noise_w ?? 0.8,
    espeakVoice: settings.espeak.voice,
  };
}
