import type { Token, TokenTime } from '@filmwright/contracts';

/**
 * What a voice needs of a line, one token per spoken word, without how it is written: a line whose writing changes ("34" to "thirty-four")
 * keeps its speech. The punctuation that shapes a sentence's melody stays with its last word.
 */
export function spokenTokens(tokens: readonly Token[]): readonly Token[] {
  const flat: Token[] = [];
  for (const token of tokens) {
    token.spoken.forEach((word, index) => {
      const last = index === token.spoken.length - 1;
      const mark = last
        ? (/[.,;:!?…。、，；：！？؟،؛।॥۔]+["'”’»›」』】）)\]]*$/u.exec(token.written)?.[0].replaceAll(/["'”’»›」』】）)\]]/g, '') ?? '')
        : '';
      flat.push({ written: `${word}${mark}`, start: 0, end: 0, spoken: [word], pauseAfter: last ? token.pauseAfter : 'none' });
    });
  }
  return flat;
}

/** Times of written tokens from those of their spoken words; null for a token that is not spoken. */
export function writtenTimes(tokens: readonly Token[], spokenTimes: readonly TokenTime[]): readonly TokenTime[] {
  let at = 0;
  return tokens.map((token) => {
    const words = spokenTimes.slice(at, at + token.spoken.length).filter((time) => time !== null);
    at += token.spoken.length;
    const first = words[0];
    const last = words.at(-1);
    return first === undefined || last === undefined ? null : { startMs: first.startMs, endMs: last.endMs };
  });
}
