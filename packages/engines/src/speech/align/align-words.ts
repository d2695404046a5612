import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmwrightError, type Token, type TokenTime } from '@filmwright/contracts';
import { listVoices } from '../list-voices.ts';
import { runProgram } from '../run-program.ts';
import { speakLine } from '../speak-line.ts';
import { featureRate, melFeatures } from './mel-features.ts';
import { silentRegions } from './speech-regions.ts';
import { spreadWords } from './spread-words.ts';
import { warpPath } from './warp-path.ts';
import { carriedTimes, snapToPauses } from './word-boundaries.ts';

export type AlignRequest = {
  readonly audioPath: string;
  readonly tokens: readonly Token[];
  readonly language: string;
  readonly home: string;
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal;
  /** Id of the voice to compare with; without it one of the language that tells word times, natural ones first. */
  readonly reference?: string;
};
/** `method` says against what the words were timed; `confidence` from 0 to 1 is how alike the sounds were, null where nothing was compared. */
export type AlignedWords = { readonly times: readonly TokenTime[]; readonly method: string; readonly confidence: number | null };

/**
 * Times the words of given sound: the same words are spoken by a voice that tells their times, and both sounds are laid over each other. Where no
 * voice of the language tells times, words are spread over the speech by their expected lengths. Throws `media-invalid` when the sound is empty.
 */
export async function alignWords(request: AlignRequest): Promise<AlignedWords> {
  const { audioPath, tokens, language, ffmpegPath, signal } = request;
  const target = await monoSound(audioPath, { ffmpegPath, signal });
  const lengthMs = (target.length * 1000) / featureRate;
  const features = melFeatures(target);
  const pauses = silentRegions(features.energyDb);
  if (tokens.every((token) => token.spoken.length === 0)) return { times: tokens.map(() => null), method: 'no words', confidence: null };
  const reference = await speakReference(request);
  if (reference === null)
    return { times: spreadWords(tokens, { pauses, lengthMs, language }), method: 'spread over speech', confidence: null };
  const warp = warpPath(melFeatures(reference.samples), features);
  const times = snapToPauses(carriedTimes(reference.times, warp), { pauses, lengthMs });
  const mean = warp.distance.reduce((sum, each) => sum + each, 0) / warp.distance.length;
  // Two sounds of the same words are about 3 apart in these features, of different words about 5.
  const confidence = Math.min(1, Math.max(0, (5.5 - mean) / 2.5));
  return { times, method: `warped onto ${reference.voice}`, confidence };
}

async function monoSound(
  path: string,
  { ffmpegPath, signal }: { readonly ffmpegPath: string; readonly signal?: AbortSignal | undefined },
): Promise<Float32Array> {
  const args = ['-nostdin', '-v', 'error', '-i', path, '-map', '0:a:0', '-ac', '1', '-ar', String(featureRate), '-f', 'f32le', '-'];
  const bytes = await runProgram(ffmpegPath, { args, signal });
  const samples = new Float32Array(Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % 4))).buffer);
  if (samples.length < featureRate / 20) {
    throw new FilmwrightError(
      'media-invalid',
      `The sound to time words in lasts ${Math.round((samples.length * 1000) / featureRate)} ms; wanted at least 50 ms.`,
    );
  }
  return samples;
}

type Reference = { readonly samples: Float32Array; readonly times: readonly TokenTime[]; readonly voice: string };

async function speakReference({ tokens, language, home, ffmpegPath, reference, signal }: AlignRequest): Promise<Reference | null> {
  const base = language.split('-')[0];
  const voices = (await listVoices({ home })).filter(
    (voice) =>
      voice.installed &&
      (reference === undefined ? voice.engine !== 'espeak-ng' && voice.language.split(/[-_]/)[0] === base : voice.id === reference),
  );
  for (const { id } of voices) {
    const folder = await mkdtemp(join(tmpdir(), 'filmwright-align-'));
    try {
      const outPath = join(folder, 'reference.wav');
      const spoken = await speakLine({ tokens, voice: id, language, speed: 1, outPath, home, ...(signal ? { signal } : {}) });
      if (spoken.times === null) continue;
      return { samples: await monoSound(outPath, { ffmpegPath, signal }), times: spoken.times, voice: id };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return null;
}
