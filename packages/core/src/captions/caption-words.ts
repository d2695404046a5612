import type { Token, TokenTime } from '@filmwright/contracts';

/** A displayed word with when it is spoken, in milliseconds; `ends` is what closes it. */
export type TimedWord = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly ends: 'none' | 'comma' | 'sentence';
  readonly spoken: boolean;
};

const opening = /[\p{Ps}\p{Pi}¿¡"'#@]+$/u;

/** The text shown for a token: as written, with the marks that stand against it in the line (quotes, brackets, stops) and a space where unspaced writing has one. */
const shownText = (tokens: readonly Token[], index: number, line: string | undefined): string => {
  const token = tokens[index];
  if (!token) return '';
  if (line === undefined) return token.written;
  const before = line.slice(tokens[index - 1]?.end ?? 0, token.start);
  const after = line.slice(token.end, tokens[index + 1]?.start ?? line.length);
  const lead = index === 0 ? before.trimStart() : (opening.exec(before)?.[0] ?? '');
  const room = /\s/.exec(after);
  const tail = room ? after.slice(0, room.index) : index === tokens.length - 1 ? after : after.replace(opening, '');
  return (lead + line.slice(token.start, token.end) + tail).replace(/\s+/g, ' ').trim() || token.written;
};

/** Tokens of a line with their times; a token that is not spoken (an emoji) takes the moment where the word before it ends. */
export const captionWords = (options: {
  readonly tokens: readonly Token[];
  readonly times: readonly TokenTime[];
  readonly text?: string;
}): readonly TimedWord[] => {
  const { tokens, times } = options;
  const firstSpoken = times.find((time) => time !== null);
  let at = firstSpoken?.startMs ?? 0;
  const words = tokens.flatMap((token, index): readonly TimedWord[] => {
    const text = shownText(tokens, index, options.text);
    if (text.trim() === '') return [];
    const time = times[index] ?? null;
    const startMs = Math.max(at, time?.startMs ?? at);
    const endMs = Math.max(startMs, time?.endMs ?? startMs);
    at = time === null ? at : endMs;
    return [{ text, startMs, endMs, ends: token.pauseAfter, spoken: time !== null }];
  });
  // A picture behind a sentence belongs to it: the sentence ends after the picture.
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    if (word.spoken || word.ends !== 'none' || before === undefined || before.ends === 'none') continue;
    words[index] = { ...word, ends: before.ends };
    words[index - 1] = { ...before, ends: 'none' };
  }
  return words;
};
