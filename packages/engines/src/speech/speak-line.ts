import type { Credit, Token, TokenTime } from '@filmwright/contracts';
import { FilmwrightError } from '@filmwright/contracts';
import { espeakVoice } from './espeak-voice.ts';
import { fliteVoice } from './flite/flite-voice.ts';
import { listVoices } from './list-voices.ts';
import { damagedVoice, voiceProblem } from './sherpa/check-voice.ts';
import { sherpaVoice } from './sherpa/sherpa-voice.ts';
import { installedVoices } from './sherpa/voice-card.ts';
import { joinSentences, type SpokenSentence } from './sound/join-sentences.ts';
import { writeWav } from './sound/wav.ts';
import { sentencesOf, type Voice } from './voice.ts';

export type SpeakLineRequest = {
  readonly tokens: readonly Token[];
  /** Id of a voice as `listVoices` names it. */
  readonly voice: string;
  /** The revision that the voice must have; any when left out. */
  readonly revision?: string;
  readonly language: string;
  /** 1 is the voice's own pace; 0.5 to 2. */
  readonly speed: number;
  /** Where the line is written: mono 16-bit WAVE at the voice's own rate. */
  readonly outPath: string;
  readonly home: string;
  readonly signal?: AbortSignal;
  /** How long the voice may take to load, and for each sentence. */
  readonly deadlineMs?: number;
};
export type SpokenLine = {
  readonly samples: number;
  readonly sampleRate: number;
  /** When each token is said, in milliseconds of the written sound; null as a whole where the engine cannot tell. */
  readonly times: readonly TokenTime[] | null;
  readonly credit: Credit;
  readonly natural: boolean;
};

/** Speaks one line, sentence by sentence. Throws `voice-unknown` with what is installed, `digest-mismatch` where the voice's files were changed, or `speech-unavailable` when there is nothing to say or no voice at all. */
export async function speakLine({
  tokens,
  voice: id,
  revision,
  language,
  speed,
  outPath,
  home,
  signal,
  deadlineMs,
}: SpeakLineRequest): Promise<SpokenLine> {
  signal?.throwIfAborted();
  if (!(speed >= 0.25 && speed <= 4))
    throw new FilmwrightError('request-invalid', `A voice cannot speak at speed ${speed}; wanted 0.25 to 4.`);
  if (!tokens.some((token) => token.spoken.length > 0))
    throw new FilmwrightError('speech-unavailable', 'The line has no word that can be spoken; give it words or leave it out.');
  const voice = await openVoice({ id, language, home });
  if (revision !== undefined && voice.info.revision !== revision)
    throw new FilmwrightError(
      'voice-unknown',
      `The voice ${id} is not the one that the film was planned with: found revision ${voice.info.revision}, wanted ${revision}. Make the film again.`,
    );
  const sentences: SpokenSentence[] = [];
  let timed = true;
  for (const sentence of sentencesOf(tokens)) {
    const spoken = await voice.speak({ tokens: sentence, speed, signal, deadlineMs });
    timed &&= spoken.times !== null;
    sentences.push({ ...spoken, times: spoken.times ?? sentence.map(() => null) });
  }
  const line = joinSentences(sentences, { speed });
  if (line.samples.length === 0)
    throw new FilmwrightError(
      'speech-unavailable',
      `The voice ${id} said nothing for this line; it may not speak its language (${language}).`,
    );
  await writeWav(outPath, line);
  return {
    samples: line.samples.length,
    sampleRate: line.sampleRate,
    times: timed ? line.times : null,
    credit: voice.credit,
    natural: voice.info.natural,
  };
}

async function openVoice({
  id,
  language,
  home,
}: {
  readonly id: string;
  readonly language: string;
  readonly home: string;
}): Promise<Voice> {
  const voices = await listVoices({ home });
  const info = voices.find((each) => each.id === id && each.installed);
  if (info === undefined) {
    const own = (await installedVoices(home)).find(({ card }) => card.id === id);
    const problem = own === undefined ? null : await voiceProblem(own);
    if (own !== undefined && problem !== null) throw damagedVoice(own, problem);
    const installed = voices.filter((each) => each.installed).map((each) => each.id);
    if (installed.length === 0) {
      throw new FilmwrightError(
        'speech-unavailable',
        `No speech program can speak this (language ${language}, voice ${id}): none is installed. Run \`filmwright voices install joe\`, or install the program flite.`,
      );
    }
    const known = voices.some((each) => each.id === id) ? 'is known but not installed' : 'is not known';
    throw new FilmwrightError(
      'voice-unknown',
      `The voice ${JSON.stringify(id)} ${known}; installed are ${installed.slice(0, 20).join(', ')}. Choose one of them, or see \`filmwright voices\`.`,
    );
  }
  if (info.engine === 'flite') return fliteVoice(info);
  if (info.engine === 'espeak-ng') return espeakVoice(info);
  const installed = (await installedVoices(home)).find(({ card }) => card.id === id);
  if (installed === undefined) throw new FilmwrightError('voice-unknown', `The voice ${id} was removed just now; install it again.`);
  return sherpaVoice(installed, language);
}
