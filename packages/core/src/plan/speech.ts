import type { Credit, Film, Line, RunnerOffer, Shot, Token, TokenTime } from '@filmwright/contracts';
import { voiceAskedFor } from '../film/figures.ts';
import { millisecondsOf } from '../film/frames.ts';
import { linesOf } from '../film/lines-of.ts';
import { estimateSpeechMs } from '../speech/estimate-speech.ts';
import { spokenWords } from '../speech/spoken-words.ts';
import { type OfferedVoice, pickVoice } from './pick-voice.ts';
import { type Planner, ranks } from './planner.ts';
import { setWordTimes } from './set-word-times.ts';
import { spokenTokens, writtenTimes } from './spoken-tokens.ts';
import type { Uploads } from './uploads.ts';

/** A line of narration: its words, and once spoken its audio and when each word is said. */
export type SpokenLine = {
  readonly say: string;
  readonly tokens: readonly Token[];
  readonly lengthMs: number;
  readonly pauseMs: number;
  /** Null until the line was spoken and timed. */
  readonly audio: { readonly asset: string; readonly times: readonly TokenTime[] } | null;
  readonly credit: Credit | null;
  readonly natural: boolean;
};

export type SpeechInput = {
  readonly film: Film;
  readonly shot: Shot;
  readonly index: number;
  readonly address: string;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly voices: RunnerOffer['voices'];
  /** Factor on the pace of lines that are spoken; 1 when left out. */
  readonly tempo?: number;
};

const defaultPauseMs = 320;

/** The lines of a shot, spoken or taken from recordings. */
export function planSpeech(input: SpeechInput): readonly SpokenLine[] {
  return linesOf(input.shot).map((line, number) => planLine(input, { line, number }));
}

function planLine(
  { film, shot, index, address, planner, uploads, voices, tempo = 1 }: SpeechInput,
  { line, number }: { readonly line: Line; readonly number: number },
): SpokenLine {
  const tokens = spokenWords(line.say, film.language);
  const spokenLine = spokenTokens(tokens);
  const voice = voiceOf({ film, shot, line, voices });
  const speed = (line.speed ?? voice.speed) * takeTempo(shot.take ?? 1) * tempo;
  const timesOf = (times: readonly TokenTime[]) => setWordTimes(writtenTimes(tokens, times), { words: line.words, fps: film.format.fps });
  const estimatedMs = estimateSpeechMs(tokens, { language: film.language, speed });
  const at = { stage: 'speak', shot: index, rank: ranks.awaited } as const;
  const pauseMs = line.pause === undefined ? voice.pauseMs : millisecondsOf(line.pause, film.format.fps);
  const pending: SpokenLine = { say: line.say, tokens, lengthMs: estimatedMs, pauseMs, audio: null, credit: null, natural: true };
  if (line.recording !== undefined) {
    const sound = uploads.media(line.recording, 'sound');
    const aligned = planner.ask({
      ...at,
      address: `${address}/line/${number}/words`,
      kind: 'align',
      estimateMs: 200 + estimatedMs * 0.05,
      payload: sound && { audio: sound.asset.digest, tokens: spokenLine, language: film.language },
    });
    if (sound === undefined) return pending;
    const lengthMs = (sound.samples * 1000) / sound.sampleRate;
    return { ...pending, lengthMs, audio: aligned ? { asset: sound.asset.digest, times: timesOf(aligned.times) } : null };
  }
  const spoken = planner.ask({
    ...at,
    address: `${address}/line/${number}/speech`,
    kind: 'speak',
    estimateMs: 150 + estimatedMs * 0.15,
    payload:
      voice.found === null
        ? undefined
        : { tokens: spokenLine, language: film.language, voice: voice.found.id, revision: voice.found.revision, speed },
  });
  if (spoken === undefined) return pending;
  const times =
    spoken.times ??
    planner.ask({
      ...at,
      address: `${address}/line/${number}/words`,
      kind: 'align',
      estimateMs: 200 + estimatedMs * 0.05,
      payload: { audio: spoken.asset.digest, tokens: spokenLine, language: film.language },
    })?.times;
  const lengthMs = (spoken.samples * 1000) / spoken.sampleRate;
  return {
    ...pending,
    lengthMs,
    credit: spoken.credit,
    natural: spoken.natural,
    audio: times === undefined ? null : { asset: spoken.asset.digest, times: timesOf(times) },
  };
}

/** Takes after the first are read a little faster and slower in turn, by which voices that are always the same find another reading. */
function takeTempo(take: number): number {
  return take === 1 ? 1 : 1 + (take % 2 === 0 ? 1 : -1) * (0.035 + 0.012 * (((take - 2) >> 1) % 4));
}

type VoiceInput = { readonly film: Film; readonly shot: Shot; readonly line: Line; readonly voices: RunnerOffer['voices'] };
type ChosenVoice = { readonly found: OfferedVoice | null; readonly speed: number; readonly pauseMs: number };

function voiceOf({ film, shot, line, voices }: VoiceInput): ChosenVoice {
  const { name } = voiceAskedFor(film, { shot, line });
  const entry = name === undefined ? undefined : film.voices[name];
  const wanted = entry?.use ?? name;
  const pauseMs = entry?.pause === undefined ? defaultPauseMs : millisecondsOf(entry.pause, film.format.fps);
  return { found: pickVoice({ wanted, language: film.language, voices }), speed: entry?.speed ?? 1, pauseMs };
}
