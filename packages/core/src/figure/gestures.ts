import type { Token, TokenTime } from '@filmwright/contracts';
import { seeded } from './seeded.ts';

/** A sentence of a line with when it is said, in milliseconds of the shot. */
export type Sentence = {
  readonly startMs: number;
  readonly endMs: number;
  readonly mark: '.' | '?' | '!';
  readonly words: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
};

/** The sentences of a line; words that are not spoken are left out. */
export function sentencesIn(
  tokens: readonly Token[],
  { times, startMs }: { readonly times: readonly TokenTime[]; readonly startMs: number },
): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let words: Sentence['words'][number][] = [];
  tokens.forEach((token, index) => {
    const time = times[index];
    if (time) words.push({ text: token.written, startMs: startMs + time.startMs, endMs: startMs + time.endMs });
    if ((token.pauseAfter !== 'sentence' && index < tokens.length - 1) || words.length === 0) return;
    const mark = /[?？؟]/.test(token.written) ? '?' : /[!！]/.test(token.written) ? '!' : '.';
    sentences.push({ startMs: words[0]?.startMs ?? 0, endMs: words.at(-1)?.endMs ?? 0, mark, words });
    words = [];
  });
  return sentences;
}

/** A pose that is taken at a moment and left again, in milliseconds of the shot. */
export type Gesture = { readonly pose: string; readonly fromMs: number; readonly untilMs: number; readonly screen?: boolean };

const counted: readonly (readonly [pose: string, words: RegExp])[] = [
  ['one', /^(first(ly)?|erstens|zuerst|premièrement|d'abord|primero|primo|1\.|一|第一)$/],
  ['two', /^(second(ly)?|two|zweitens|zwei|deuxièmement|deux|segundo|dos|secondo|due|2|2\.|二|两|第二)$/],
  ['three', /^(third(ly)?|three|drittens|drei|troisièmement|trois|tercero|tres|terzo|tre|3|3\.|三|第三)$/],
];
const greeting = /^(hello|hi|welcome|hallo|willkommen|bonjour|bienvenue|hola|bienvenidos?|ciao|benvenuti)$/;
const farewell = /^(bye|goodbye|tschüss|wiedersehen|ciao|adiós)$/;
const shown = /^(here|screen|picture|pictures|chart|image|look|see|hier|bild|bilder|schauen|sehen|voici|regardez|aquí|mira|ecco)$/;
const explaining = ['explain-right', 'explain', 'explain-left', 'emphasis'] as const;

/** A gesture is held so long at least before another one takes its place. */
const shownMs = 700;

export type GestureInput = {
  readonly sentences: readonly Sentence[];
  /** Loudness 0..1 at a moment of the shot. */
  readonly loud: (ms: number) => number;
  readonly seed: number;
  /** Poses that the rig has. */
  readonly poses: readonly string[];
  readonly hasScreen: boolean;
};

/** Gestures that go with what is said: counting on fingers, showing, greeting, asking, and open hands at the stressed word of a sentence; never one upon another. */
export function gesturesFor({ sentences, loud, seed, poses, hasScreen }: GestureInput): readonly Gesture[] {
  const found: Gesture[] = [];
  let turn = Math.floor(seeded(seed, 1) * 4);
  const add = (gesture: Gesture): void => {
    const before = found.at(-1);
    if (!poses.includes(gesture.pose)) return;
    if (before !== undefined && gesture.fromMs < before.untilMs - 150) {
      // One that was seen long enough gives way to the next.
      if (gesture.fromMs - before.fromMs < shownMs) return;
      found[found.length - 1] = { ...before, untilMs: gesture.fromMs };
    }
    found.push(gesture);
  };
  sentences.forEach((sentence, index) => {
    const { startMs, endMs, mark, words } = sentence;
    const told = found.length;
    for (const [at, word] of words.entries()) {
      const text = plain(word.text);
      const pose = counted.find(([, pattern]) => pattern.test(text))?.[0];
      const hold = { fromMs: word.startMs - 220, untilMs: Math.min(endMs + 200, word.startMs + 1700) };
      if (pose !== undefined) add({ pose, ...hold });
      else if (greeting.test(text) && index === 0 && at < 6) add({ pose: 'welcome', ...hold });
      else if (farewell.test(text) || (text === 'night' && plain(words[at - 1]?.text ?? '') === 'good')) add({ pose: 'wave', ...hold });
      else if (hasScreen && shown.test(text)) add({ pose: 'point', ...hold, screen: true });
    }
    if (found.length > told || endMs - startMs < 700) return;
    const untilMs = Math.min(endMs + 150, startMs + 2600);
    if (mark === '?') add({ pose: seeded(seed, index + 40) < 0.5 ? 'think' : 'welcome', fromMs: startMs - 100, untilMs: endMs + 500 });
    else if (mark === '!') add({ pose: 'emphasis', fromMs: startMs - 150, untilMs });
    else if (seeded(seed, index + 80) < 0.82) {
      const stress = stressed(sentence, loud);
      add({ pose: explaining[turn++ % explaining.length] as string, fromMs: stress - 260, untilMs: Math.max(untilMs, stress + 900) });
      // A long sentence has a second one, past its middle.
      if (endMs - startMs > 4600)
        add({ pose: explaining[turn++ % explaining.length] as string, fromMs: startMs + (endMs - startMs) * 0.62, untilMs: endMs + 150 });
    }
  });
  return found;
}

/** A word without the marks around it, in small letters. */
function plain(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.]+$/gu, '')
    .replace(/(?<=\p{L})\.$/u, '');
}

/** Start of the loudest longer word in the first part of a sentence. */
function stressed({ startMs, endMs, words }: Sentence, loud: (ms: number) => number): number {
  const early = words.filter((word) => word.startMs < startMs + (endMs - startMs) * 0.55);
  const weight = (word: Sentence['words'][number]): number =>
    loud((word.startMs + word.endMs) / 2) * Math.min(8, plain(word.text).length) ** 0.5;
  return early.reduce((best, word) => (weight(word) > weight(best) ? word : best), early[0] ?? { text: '', startMs, endMs }).startMs;
}

/** Moments of stress within sentences, in milliseconds of the shot, at least 0.9 s apart: the head goes down with them. */
export function stresses(sentences: readonly Sentence[], loud: (ms: number) => number): readonly number[] {
  const found: number[] = [];
  for (const word of sentences.flatMap((sentence) => sentence.words)) {
    const long = plain(word.text).length >= 5 && word.endMs - word.startMs >= 220;
    if (long && loud(word.startMs + (word.endMs - word.startMs) * 0.4) > 0.72 && word.startMs - (found.at(-1) ?? -Infinity) > 900)
      found.push(word.startMs);
  }
  return found;
}
