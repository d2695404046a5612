import { sentencesOf } from '../edit/sentences.ts';
import { estimateSpeechMs } from '../speech/estimate-speech.ts';
import { spokenWords } from '../speech/spoken-words.ts';
import type { Timed } from './shot-rhythm.ts';
import type { ScriptLine } from './speaker-lines.ts';

/** A breath after a sentence. */
const breathMs = 420;
/** A sentence that is said for longer than this is cut where its clauses end. */
const mostSentenceMs = 13_000;
const longestLine = 20_000;
/** Nothing longer is said within a shot's time, in any language. */
const surelyLong = 400;
const endlessWord = /[\p{Lu}\p{Ll}\p{N}]{80}/u;
const letterMs = 70;
/** Ends of clauses, with what closes them. */
const clauseEnd = /(?:[;:—–]|[,،、，](?=\s|\p{Script=Han}))["”’»)]*\s*/gu;

/** Sentences of lines, each with its speaker and about how long it takes to say; those that would never end are cut at their clauses. */
export function timedSentences(lines: readonly ScriptLine[], language: string): readonly Timed<ScriptLine>[] {
  return lines.flatMap(({ speaker, text }) =>
    sentencesOf(text, language).flatMap((sentence) =>
      pieces(sentence, language).map((piece) => ({ said: { speaker, text: piece }, ms: sayingMs(piece, language) })),
    ),
  );
}

/** About how long a text takes to say, with the breath after it, in milliseconds. */
export function sayingMs(text: string, language: string): number {
  // What is no word is spelt by nobody; how it would be is not worked out.
  if (endlessWord.test(text)) return text.length * letterMs + breathMs;
  return estimateSpeechMs(spokenWords(text, language), { language, speed: 1 }) + breathMs;
}

function pieces(sentence: string, language: string): readonly string[] {
  const short = sentence.length <= 60 || (sentence.length < surelyLong && sayingMs(sentence, language) <= mostSentenceMs);
  if (short) return sentence.length <= longestLine ? [sentence] : blunt(sentence);
  const ends = Array.from(sentence.matchAll(clauseEnd), (match) => match.index + match[0].length).filter(
    (end) => end > sentence.length * 0.25 && end < sentence.length * 0.75,
  );
  const middle = sentence.length / 2;
  const end = ends.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  if (end === undefined) return sentence.length <= longestLine ? [sentence] : blunt(sentence);
  return [sentence.slice(0, end).trim(), sentence.slice(end).trim()].flatMap((piece) => pieces(piece, language));
}

function blunt(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / longestLine) }, (_, at) => text.slice(at * longestLine, (at + 1) * longestLine));
}
