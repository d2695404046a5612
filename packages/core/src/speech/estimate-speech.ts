import type { Token } from '@filmwright/contracts';

/** Milliseconds a syllable takes at speed 1, and pauses; means of read speech. */
const syllableMs = 205;
const pausesMs = { none: 0, comma: 180, sentence: 420 } as const;

export type SpeechPace = { readonly language: string; readonly speed: number };

/** How long a line will take to say, for planning before it is spoken; within about a fifth of what voices do. */
export function estimateSpeechMs(tokens: readonly Token[], { language, speed }: SpeechPace): number {
  let ms = 120;
  tokens.forEach((token, index) => {
    for (const word of token.spoken) ms += syllables(word, language) * syllableMs;
    if (index < tokens.length - 1) ms += pausesMs[token.pauseAfter];
  });
  return Math.max(200, ms / speed);
}

function syllables(word: string, language: string): number {
  if (/^(zh|ja|ko)/.test(language)) return [...word].length * (language.startsWith('zh') ? 1.15 : 0.8);
  const digits = word.replace(/\D/g, '').length;
  if (digits > 0) return digits * 2;
  if (/\p{Script=Arabic}/u.test(word)) return Math.max(1, word.replace(/[^\p{Script=Arabic}]|\p{M}/gu, '').length * 0.55);
  if (/[\p{Script=Devanagari}\p{Script=Hebrew}\p{Script=Thai}]/u.test(word))
    return Math.max(1, (word.match(/\p{L}(?!\u094d)/gu)?.length ?? 1) * 0.75);
  if (/^[A-Z]$/.test(word)) return word === 'W' ? 3 : 1;
  const groups = word.toLowerCase().match(/[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýÿаеёиоуыэюя]+/gu)?.length ?? 0;
  return Math.max(1, groups - (/[^l]e$/.test(word) && groups > 1 ? 1 : 0));
}
