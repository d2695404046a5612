import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmwrightError, type Token, type TokenTime } from '@filmwright/contracts';
import { languageFit } from '@filmwright/core/speech/voice-language';
import { listVoices } from '../list-voices.ts';
import { speakLine } from '../speak-line.ts';
import type { VoiceInfo } from '../voice.ts';
import { decodeSound } from './decode-sound.ts';
import { featureRate, frameMs, melFeatures } from './mel-features.ts';
import { type Region, silentRegions } from './speech-regions.ts';
import { spreadWords } from './spread-words.ts';
import { type HeardSound, warpTime } from './warp-time.ts';
import { carriedTimes, medianTimes, snapToPauses } from './word-boundaries.ts';

export type AlignRequest = {
  readonly audioPath: string;
  readonly tokens: readonly Token[];
  readonly language: string;
  readonly home: string;
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
  /** Ids of the voices to compare with; without them those of the language that tell word times. */
  readonly references?: readonly string[];
};
/** `method` says how the words were timed. */
export type Alignment = { readonly times: readonly TokenTime[]; readonly method: string };

/**
 * Times the words of given sound: voices that tell their word times say the same words, each is laid over the sound, and the median of what they
 * find counts. Where no voice of the language tells times, words are spread over the speech by their expected lengths. Throws `media-invalid` when
 * the sound is empty.
 */
export async function alignWords(request: AlignRequest): Promise<Alignment> {
  const { audioPath, tokens, ffmpegPath, signal } = request;
  const { samples } = await decodeSound({ audioPath, ffmpegPath, sampleRate: featureRate, signal });
  const lengthMs = (samples.length * 1000) / featureRate;
  if (lengthMs < 50) {
    throw new FilmwrightError('media-invalid', `The sound to time words in lasts ${Math.round(lengthMs)} ms; wanted at least 50 ms.`);
  }
  if (tokens.every((token) => token.spoken.length === 0)) return { times: tokens.map(() => null), method: 'no words' };
  const { sound, pauses } = heard(samples);
  const said: (readonly TokenTime[])[] = [];
  const voices: string[] = [];
  for await (const reference of references(request)) {
    signal?.throwIfAborted();
    said.push(carriedTimes(reference.times, warpTime(heard(reference.samples).sound, sound)));
    voices.push(reference.voice);
  }
  if (said.length === 0) return { times: spreadWords(tokens, { pauses, lengthMs }), method: 'spread over speech' };
  return { times: snapToPauses(medianTimes(said), { pauses, lengthMs }), method: `warped onto ${voices.join(', ')}` };
}

function heard(samples: Float32Array): { readonly sound: HeardSound; readonly pauses: readonly Region[] } {
  const features = melFeatures(samples);
  const pauses = silentRegions(features.energy);
  const silent = new Uint8Array(features.count);
  for (const { startMs, endMs } of pauses) silent.fill(1, Math.round(startMs / frameMs), Math.round(endMs / frameMs));
  return { sound: { features, silent }, pauses };
}

type Reference = { readonly samples: Float32Array; readonly times: readonly TokenTime[]; readonly voice: string };

/** Plain voices cost next to nothing; of espeak-ng's accents one is enough, and none where another plain voice speaks the language. */
function chosenReferences(voices: readonly VoiceInfo[], language: string): readonly VoiceInfo[] {
  const plain = voices.filter((voice) => !voice.natural && voice.engine !== 'espeak-ng');
  if (plain.length > 0) return plain;
  const accents = voices.filter((voice) => voice.engine === 'espeak-ng');
  const best = accents.toSorted((a, b) => languageFit(b.language, language) - languageFit(a.language, language))[0];
  return best === undefined ? voices : [best];
}

/** The words as each plain voice says them, which costs next to nothing; as the first natural one says them where there is no plain one. */
async function* references(request: AlignRequest): AsyncGenerator<Reference> {
  const { tokens, language, home, ffmpegPath, signal } = request;
  const ofLanguage = (await listVoices({ home })).filter((voice) =>
    request.references ? request.references.includes(voice.id) : languageFit(voice.language, language) > 0,
  );
  const voices = ofLanguage.filter((voice) => voice.installed);
  for (const { id, natural } of request.references ? voices : chosenReferences(voices, language)) {
    const folder = await mkdtemp(join(tmpdir(), 'filmwright-align-'));
    try {
      const outPath = join(folder, 'reference.wav');
      const spoken = await speakLine({ tokens, voice: id, language, speed: 1, outPath, home, ...(signal ? { signal } : {}) });
      if (spoken.times === null) continue;
      const { samples } = await decodeSound({ audioPath: outPath, ffmpegPath, sampleRate: featureRate, signal });
      yield { samples, times: spoken.times, voice: id };
      if (natural && !request.references) return;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
