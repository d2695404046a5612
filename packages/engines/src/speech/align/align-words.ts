import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmwrightError, type Token, type TokenTime } from '@filmwright/contracts';
import { listVoices } from '../list-voices.ts';
import { speakLine } from '../speak-line.ts';
import { decodeSound } from './decode-sound.ts';
import { featureRate, frameMs, melFeatures } from './mel-features.ts';
import { type Region, silentRegions } from './speech-regions.ts';
import { spreadWords } from './spread-words.ts';
import { warpTime } from './warp-time.ts';
import { carriedTimes, snapToPauses } from './word-boundaries.ts';

export type AlignRequest = {
  readonly audioPath: string;
  readonly tokens: readonly Token[];
  readonly language: string;
  readonly home: string;
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
  /** Id of the voice to compare with; without it a plain one of the language that tells word times. */
  readonly reference?: string;
};
/** `method` says how the words were timed. */
export type Alignment = { readonly times: readonly TokenTime[]; readonly method: string };

/**
 * Times the words of given sound: the same words are spoken by a voice that tells their times, and both sounds are laid over each other. Where no
 * voice of the language tells times, words are spread over the speech by their expected lengths. Throws `media-invalid` when the sound is empty.
 */
export async function alignWords(request: AlignRequest): Promise<Alignment> {
  const { audioPath, tokens, language, ffmpegPath, signal } = request;
  const { samples } = await decodeSound({ audioPath, ffmpegPath, sampleRate: featureRate, signal });
  const lengthMs = (samples.length * 1000) / featureRate;
  if (lengthMs < 50) {
    throw new FilmwrightError('media-invalid', `The sound to time words in lasts ${Math.round(lengthMs)} ms; wanted at least 50 ms.`);
  }
  if (tokens.every((token) => token.spoken.length === 0)) return { times: tokens.map(() => null), method: 'no words' };
  const sound = melFeatures(samples);
  const pauses = silentRegions(sound.energy);
  const reference = await speakReference(request);
  if (reference === null) return { times: spreadWords(tokens, { pauses, lengthMs, language }), method: 'spread over speech' };
  const warp = warpTime(melFeatures(reference.samples), { sound, silent: silentFrames(pauses, sound.count) });
  return { times: snapToPauses(carriedTimes(reference.times, warp), { pauses, lengthMs }), method: `warped onto ${reference.voice}` };
}

function silentFrames(pauses: readonly Region[], count: number): Uint8Array {
  const silent = new Uint8Array(count);
  for (const { startMs, endMs } of pauses) silent.fill(1, Math.round(startMs / frameMs), Math.round(endMs / frameMs));
  return silent;
}

type Reference = { readonly samples: Float32Array; readonly times: readonly TokenTime[]; readonly voice: string };

/** The words said by a voice that tells their times: plain voices first, which cost next to nothing. */
async function speakReference({ tokens, language, home, ffmpegPath, reference, signal }: AlignRequest): Promise<Reference | null> {
  const base = language.split('-')[0];
  const voices = (await listVoices({ home })).filter(
    (voice) =>
      voice.installed &&
      (reference === undefined ? voice.engine !== 'espeak-ng' && voice.language.split(/[-_]/)[0] === base : voice.id === reference),
  );
  for (const { id } of voices.sort((a, b) => Number(a.natural) - Number(b.natural))) {
    const folder = await mkdtemp(join(tmpdir(), 'filmwright-align-'));
    try {
      const outPath = join(folder, 'reference.wav');
      const spoken = await speakLine({ tokens, voice: id, language, speed: 1, outPath, home, ...(signal ? { signal } : {}) });
      if (spoken.times === null) continue;
      const { samples } = await decodeSound({ audioPath: outPath, ffmpegPath, sampleRate: featureRate, signal });
      return { samples, times: spoken.times, voice: id };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return null;
}
