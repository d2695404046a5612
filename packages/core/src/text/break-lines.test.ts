import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakLines, breakWords, joinWords } from './break-lines.ts';
import { graphemes } from './graphemes.ts';
import { mayEndLine, mayStartLine } from './kinsoku.ts';
import { isUnspaced } from './scripts.ts';

/** One unit a Latin grapheme, two a CJK one or an emoji. */
const measure = (text: string): number =>
  graphemes(text).reduce((sum, grapheme) => sum + (isUnspaced(grapheme) || /\p{Extended_Pictographic}/u.test(grapheme) ? 2 : 1), 0);
const lines = (text: string, maxWidth: number, language = 'en'): readonly string[] =>
  breakLines({ text, language, maxWidth, measure }).lines.map((line) => line.text);

test('lines are as few as they can be and even, with no single word left over', () => {
  assert.deepEqual(lines('Light that knows when you come home', 30), ['Light that knows', 'when you come home']);
  const broken = lines('The quick brown fox jumps over the lazy dog today', 45);
  assert.equal(broken.length, 2);
  assert.ok((broken[1] ?? '').split(' ').length > 2, broken.join(' / '));
});

test('a line break in the text is kept, and an empty line too', () => {
  assert.deepEqual(lines('One\nTwo three', 40), ['One', 'Two three']);
  assert.deepEqual(lines('One\n\nTwo', 40), ['One', '', 'Two']);
});

test('a number stays with its unit and its currency', () => {
  for (let width = 8; width < 30; width++)
    for (const line of lines('It lasts 40 h and weighs 12 kg for € 1.299,95 or 20 000 ריאל now', width)) {
      assert.doesNotMatch(line, /(?:^| )(?:40|12|€|20)$/, `width ${width}: ${line}`);
    }
});

test('a non-breaking space is never broken at', () => {
  for (let width = 12; width < 24; width++)
    assert.ok(lines('See chapter\u00A012 and page\u00A07 now', width).every((line) => !/(?:chapter|page)$/.test(line)));
});

test('no Chinese or Japanese line starts with closing or ends with opening punctuation', () => {
  const texts = [
    '「光が、家を知っている。」新しいランプは（最大）40時間使えます！すごい……でしょう？',
    '这款灯具（采用再生铝材）制成，一次充电可使用40小时，支持《快充》。',
  ];
  for (const text of texts)
    for (let width = 8; width < 60; width++)
      for (const line of lines(text, width, text.includes('が') ? 'ja' : 'zh-Hans')) {
        assert.ok(mayStartLine(line), `width ${width}, start: ${line}`);
        assert.ok(mayEndLine(line), `width ${width}, end: ${line}`);
      }
});

test('Chinese is broken between characters and keeps a Latin word whole', () => {
  const broken = lines('我们的iPhone手机支架今天到货', 10, 'zh');
  assert.ok(broken.some((line) => line.includes('iPhone')));
  assert.equal(broken.join(''), '我们的iPhone手机支架今天到货');
});

test('Thai is broken between words although no spaces are written', () => {
  const broken = lines('โคมไฟที่ติดตามคุณกลับบ้าน', 24, 'th');
  assert.ok(broken.length > 1);
  assert.equal(broken.join(''), 'โคมไฟที่ติดตามคุณกลับบ้าน');
});

test('an emoji sequence, a flag and a letter with marks are never cut', () => {
  const text = '👩‍👩‍👧‍👦👍🏽🇩🇪e\u0301❤️';
  const broken = breakLines({ text, language: 'en', maxWidth: 2, measure });
  assert.deepEqual(
    broken.lines.flatMap((line) => graphemes(line.text)),
    graphemes(text),
  );
  assert.equal(broken.fits, false);
});

test('a word wider than a line is cut and reported, and nothing of it is lost', () => {
  const broken = breakLines({ text: 'Straßenbahnhaltestelle', language: 'de', maxWidth: 10, measure });
  assert.equal(broken.fits, false);
  assert.equal(broken.lines.map((line) => line.text).join(''), 'Straßenbahnhaltestelle');
});

test('a soft hyphen shows only where the line ends at it', () => {
  assert.deepEqual(lines('Donau\u00ADdampf\u00ADschiff', 12), ['Donau-', 'dampfschiff']);
  assert.deepEqual(lines('Donau\u00ADdampf\u00ADschiff', 40), ['Donaudampfschiff']);
});

test('more lines than allowed are all given back, marked as not fitting', () => {
  const broken = breakLines({ text: 'one two three four five', language: 'en', maxWidth: 5, measure, maxLines: 2 });
  assert.equal(broken.fits, false);
  assert.equal(broken.lines.map((line) => line.text).join(' '), 'one two three four five');
});

test('words that are lit one by one are never cut, and their lines index them', () => {
  const words = ['我们', '的', '灯', '制成，', '一次', '充电'];
  const broken = breakWords({ words, language: 'zh', maxWidth: 12, measure });
  assert.equal(broken.lines.map((line) => line.text).join(''), words.join(''));
  assert.deepEqual(
    broken.lines.map((line) => joinWords(words.slice(line.from, line.until))),
    broken.lines.map((line) => line.text),
  );
});

test('random texts keep every character and no line is too wide', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
  console.log(`seed ${seed}`);
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const parts = [
    'light',
    'a',
    '我们',
    '、',
    '。',
    '「',
    '」',
    '40',
    'km',
    ' ',
    ' ',
    ' ',
    'مرحبا',
    '👍🏽',
    '-',
    'Haus',
    '\u00A0',
    'ไทย',
    'ー',
    '（',
    '）',
  ];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 3 + next(25) }, () => parts[next(parts.length)]).join('');
    const width = 12 + next(30);
    const broken = breakLines({ text, language: 'ja', maxWidth: width, measure });
    const bare = (value: string): string => value.replace(/ /g, '');
    assert.equal(bare(broken.lines.map((line) => line.text).join('')), bare(text), `seed ${seed}, round ${round}`);
    if (broken.fits)
      assert.ok(
        broken.lines.every((line) => line.width <= width),
        `seed ${seed}, round ${round}`,
      );
  }
});
