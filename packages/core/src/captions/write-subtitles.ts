import type { Cue } from '@filmwright/contracts';
import { languageDirection } from '../text/bidi.ts';

/** Cues in order of time, with no empty text, no blank line inside one, and none running into the next. */
const orderly = (cues: readonly Cue[]): readonly Cue[] => {
  const clean = cues
    .map((cue) => ({
      startMs: Math.max(0, Math.round(cue.startMs)),
      endMs: Math.round(cue.endMs),
      text: cue.text
        .replace(/\0/g, '\uFFFD')
        .split(/[\r\n\v\f\u0085\u2028\u2029]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join('\n'),
    }))
    .filter((cue) => cue.text !== '' && cue.endMs > cue.startMs)
    .sort((a, b) => a.startMs - b.startMs);
  return clean.map((cue, i) => ({ ...cue, endMs: Math.max(cue.startMs + 1, Math.min(cue.endMs, clean[i + 1]?.startMs ?? cue.endMs)) }));
};

const time = (ms: number, point: '.' | ','): string => {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${point}${String(ms % 1000).padStart(3, '0')}`;
};

/** Lines of a language written from right to left start with a mark (U+200F), so that players set them so also where a foreign name or a number comes first. */
const directed = (cues: readonly Cue[], language: string): readonly Cue[] =>
  languageDirection(language) === 'ltr' ? cues : cues.map((cue) => ({ ...cue, text: cue.text.replace(/^(?!\u200f)(?=.)/gmu, '\u200f') }));

/** WebVTT (W3C) as UTF-8 text: `&`, `<` and `>` are escaped, so no text can end a cue or start a tag; `language` is noted in the header. */
export const writeVtt = (cues: readonly Cue[], language: string): string => {
  const blocks = directed(orderly(cues), language).map(
    (cue, i) =>
      `${i + 1}\n${time(cue.startMs, '.')} --> ${time(cue.endMs, '.')}\n${cue.text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}\n`,
  );
  return `WEBVTT\n\nNOTE Language: ${language.replace(/[^A-Za-z0-9-]/g, '')}\n\n${blocks.join('\n')}`;
};

/** SubRip as UTF-8 text: numbered from 1, CRLF line ends, no markup; `-->` inside a text is written with an arrow, since nothing can escape it there. */
export const writeSrt = (cues: readonly Cue[], language = 'en'): string =>
  directed(orderly(cues), language)
    .map(
      (cue, i) =>
        `${i + 1}\r\n${time(cue.startMs, ',')} --> ${time(cue.endMs, ',')}\r\n${cue.text.replace(/-->/g, '→').replace(/\n/g, '\r\n')}\r\n`,
    )
    .join('\r\n');
