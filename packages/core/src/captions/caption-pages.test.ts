import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Token, TokenTime } from '@filmwright/contracts';
import { spokenWords } from '../speech/spoken-words.ts';
import { joinWords } from '../text/break-lines.ts';
import { captionPages } from './caption-pages.ts';
import { cuesOf } from './cues-of.ts';

const fps = 30;

/** Tokens and times of a text spoken evenly; `pauses` are silences after words, by index. */
const spoken = (text: string, pauses: Readonly<Record<number, number>> = {}): { tokens: Token[]; times: TokenTime[]; text: string } => {
  const tokens: Token[] = [];
  const times: TokenTime[] = [];
  let at = 200;
  for (const [index, match] of [...text.matchAll(/\S+/g)].entries()) {
    const word = match[0].replace(/^[("“]+|[.,!?:;)"”]+$/g, '');
    const start = match.index + match[0].indexOf(word);
    const after = match[0].slice(match[0].indexOf(word) + word.length);
    const pauseAfter = /[.!?]/.test(after) ? 'sentence' : /[,;:]/.test(after) ? 'comma' : 'none';
    tokens.push({ written: word, start, end: start + word.length, spoken: [word], pauseAfter });
    times.push({ startMs: at, endMs: at + 100 + word.length * 50 });
    at += 110 + word.length * 50 + (pauses[index] ?? (pauseAfter === 'sentence' ? 420 : pauseAfter === 'comma' ? 150 : 0));
  }
  return { tokens, times, text };
};
const pagesOf = (input: ReturnType<typeof spoken>, lineWidthEm = 28) =>
  captionPages({ ...input, fps, lineWidthEm, untilFrame: 9000, language: 'en' });
const textOf = (page: { readonly words: readonly { readonly text: string }[] }): string => page.words.map((word) => word.text).join(' ');

test('pages end at sentence ends and show the words with their punctuation', () => {
  const pages = pagesOf(spoken('Meet Lumo, the lamp that follows you home. It costs $1,299.50 (about the price of a phone).'));
  assert.deepEqual(pages.map(textOf), ['Meet Lumo, the lamp that follows you home.', 'It costs $1,299.50 (about the price of a phone).']);
});

test('a page ends at a long pause and at a comma before it ends inside a phrase', () => {
  const words = 'when the evening comes and all the rooms grow dark the lamp begins to glow in every corner of the house';
  const pages = pagesOf(spoken(words, { 9: 700 }));
  assert.equal(textOf(pages[0] ?? { words: [] }), 'when the evening comes and all the rooms grow dark');
});

test('a single short word does not stand alone where it can be avoided', () => {
  const pages = pagesOf(spoken('It follows you from room to room. Yes. Charge it once a week and forget about it.'));
  assert.ok(
    pages.every((page) => page.words.length > 1),
    pages.map(textOf).join(' | '),
  );
});

test('a page takes at most two lines of the width given', () => {
  for (const lineWidthEm of [9, 13, 18, 28]) {
    const pages = pagesOf(
      spoken('Charge it once a week, and it will shine for forty hours: warm, bright, or soft as a candle in the wind.'),
      lineWidthEm,
    );
    for (const page of pages)
      assert.ok(textOf(page).length <= Math.min(42, lineWidthEm * 2.1) * 2 + 2, `${lineWidthEm} em: ${textOf(page)}`);
  }
});

test('pages follow each other without overlapping, start at most 80 ms before their first word and stay at most 400 ms after their last', () => {
  const input = spoken('One sentence is here. Another one comes, and it goes on for a while! Then silence and the end.', {
    3: 2000,
    14: 900,
  });
  const pages = pagesOf(input);
  const frame = (ms: number): number => (ms * fps) / 1000;
  let word = 0;
  pages.forEach((page, i) => {
    const first = input.times[word];
    word += page.words.length;
    const last = input.times[word - 1];
    assert.ok(first && last);
    assert.ok(page.fromFrame >= frame(first.startMs - 80) - 0.51 && page.fromFrame <= frame(first.startMs) + 0.51);
    assert.ok(page.untilFrame <= frame(last.endMs + 400) + 0.51 && page.untilFrame >= frame(last.endMs) - 0.51);
    const next = pages[i + 1];
    if (!next) return;
    const gap = next.fromFrame - page.untilFrame;
    assert.ok(gap === 0 || gap >= frame(150), `a gap of ${gap} frames flickers`);
  });
});

test('each word is lit until the next one starts, and all words of a line come in order', () => {
  const pages = pagesOf(spoken('Warm light follows you from room to room, and it costs 1,299.50 dollars.'));
  for (const page of pages) {
    page.words.forEach((word, i) => {
      const next = page.words[i + 1];
      if (next) assert.equal(word.untilFrame, next.fromFrame);
      assert.ok(word.fromFrame >= page.fromFrame && word.untilFrame <= page.untilFrame && word.untilFrame > word.fromFrame);
    });
  }
  assert.equal(pages.flatMap((page) => page.words).length, 13);
});

test('a word that is not spoken is shown, never lit, and never starts a page', () => {
  const input = spoken('Order Lumo today');
  const tokens: Token[] = [...input.tokens, { written: '👍🏽', start: 17, end: 21, spoken: [], pauseAfter: 'sentence' }];
  const pages = captionPages({ tokens, times: [...input.times, null], fps, lineWidthEm: 20, untilFrame: 900, language: 'en' });
  const last = pages.at(-1)?.words.at(-1);
  assert.equal(last?.text, '👍🏽');
  assert.equal(last?.fromFrame, last?.untilFrame);
});

test('the last page of a line makes room for the line after it', () => {
  const input = spoken('Yes, it does shine.');
  const endMs = input.times.at(-1)?.endMs ?? 0;
  const until = (nextStartMs?: number): number => {
    const pages = captionPages({
      ...input,
      fps,
      lineWidthEm: 28,
      untilFrame: 900,
      language: 'en',
      ...(nextStartMs === undefined ? {} : { nextStartMs }),
    });
    return pages.at(-1)?.untilFrame ?? 0;
  };
  const frame = (ms: number): number => Math.round((ms * fps) / 1000);
  assert.equal(until(endMs + 200), frame(endMs + 120), 'it stays until the next page comes');
  assert.equal(until(Number.POSITIVE_INFINITY), frame(endMs + 400));
  assert.ok(until() <= frame(endMs + 240));
});

test('nothing is shown after the shot has ended', () => {
  const pages = captionPages({
    ...spoken('One two three four. Five six seven eight. Nine ten eleven twelve.'),
    fps,
    lineWidthEm: 20,
    untilFrame: 60,
    language: 'en',
  });
  assert.ok(pages.every((page) => page.untilFrame <= 60));
});

test('cues carry film time and the lines of their page, and never overlap', () => {
  const pages = pagesOf(spoken('Meet Lumo, the lamp that follows you home. It costs $1,299.50 (about the price of a phone).'));
  const cues = cuesOf(pages, { startFrame: 300, fps });
  assert.equal(cues.length, 2);
  assert.ok((cues[0]?.startMs ?? 0) >= 10_000);
  assert.ok((cues[0]?.endMs ?? 0) <= (cues[1]?.startMs ?? 0) - 80);
  assert.match(cues[1]?.text ?? '', /^It costs .*\n.*phone\)\.$/);
});

test('an emoji after a sentence stays on its page, and a danda ends one', () => {
  const paged = (text: string, language: string): readonly string[] => {
    let at = 0;
    const tokens = spokenWords(text, language);
    const times = tokens.map((token) => {
      if (token.spoken.length === 0) return null;
      at += 350;
      return { startMs: at - 350, endMs: at };
    });
    return captionPages({ tokens, times, fps, lineWidthEm: 28, untilFrame: 9000, language, text }).map((page) =>
      joinWords(page.words.map((word) => word.text)),
    );
  };
  assert.deepEqual(paged('你想把灯光带到哪里去？🏕️ 星光这盏小灯，重量只有680克。', 'zh-Hans'), [
    '你想把灯光带到哪里去？🏕️',
    '星光这盏小灯，重量只有680克。',
  ]);
  assert.deepEqual(paged('वह लैंप जो आपके साथ चलता है। 🏕️ इसका वज़न सिर्फ़ 680 ग्राम है।', 'hi'), [
    'वह लैंप जो आपके साथ चलता है। 🏕️',
    'इसका वज़न सिर्फ़ 680 ग्राम है।',
  ]);
});

test('Chinese subtitles break at a comma, and never between a number and its counter or before a particle', () => {
  const cueOf = (text: string): string | undefined => {
    const words = spokenWords(text, 'zh-Hans').map((token, at) => ({ text: token.written, fromFrame: at * 10, untilFrame: at * 10 + 10 }));
    return cuesOf([{ fromFrame: 0, untilFrame: 300, words }], { startFrame: 0, fps: 30 })[0]?.text;
  };
  assert.equal(cueOf('夜深了，你想把温暖的灯光带到哪里去？'), '夜深了，你想把温暖的\n灯光带到哪里去？');
  assert.equal(cueOf('它一次充电能用48小时，防雨又防尘；'), '它一次充电能用48小时，\n防雨又防尘；');
});
