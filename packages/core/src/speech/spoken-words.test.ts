import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateSpeechMs } from './estimate-speech.ts';
import { spokenWords } from './spoken-words.ts';

const say = (text: string, language = 'en'): string => spokenWords(text, language).flatMap((token) => token.spoken).join(' ');

const cases: readonly (readonly [written: string, spoken: string])[] = [
  ['1,299.50', 'one thousand two hundred ninety nine point five zero'],
  ['$129.00', 'one hundred twenty nine dollars'],
  ['$1,299.50', 'one thousand two hundred ninety nine dollars and fifty cents'],
  ['$1', 'one dollar'],
  ['$5M', 'five million dollars'],
  ['€0.99', 'ninety nine cents'],
  ['the 1st and 22nd', 'the first and twenty second'],
  ['in 1999 and 2024', 'in nineteen ninety nine and twenty twenty four'],
  ['in 2005', 'in two thousand five'],
  ['2026-11-21', 'november twenty first twenty twenty six'],
  ['11/21/2026', 'november twenty first twenty twenty six'],
  ['21 November', 'twenty first November'],
  ['Nov 21, 2026', 'Nov twenty first twenty twenty six'],
  ['14:30', 'fourteen thirty'],
  ['9am', 'nine A M'],
  ['50%', 'fifty percent'],
  ['5kg', 'five kilograms'],
  ['10km/h', 'ten kilometers per hour'],
  ['4K 1080p 30fps 16GB', 'four K ten eighty P thirty frames per second sixteen gigabytes'],
  ['20°C', 'twenty degrees celsius'],
  ['5-10', 'five to ten'],
  ['1/2', 'one half'],
  ['Dr. Smith', 'doctor Smith'],
  ['e.g. this', 'for example this'],
  ['USB and NASA', 'U S B and NASA'],
  ['salt & pepper', 'salt and pepper'],
  ['orlune.com', 'orlune dot com'],
  ['well-known', 'well known'],
  ['48 hours', 'forty eight hours'],
  ['100', 'one hundred'],
  ['-5', 'minus five'],
  ['3.14', 'three point one four'],
  ['007', 'zero zero seven'],
];

for (const [written, spoken] of cases) test(`"${written}" is said "${spoken}"`, () => assert.equal(say(written), spoken));

test('1,299.50 is one written word and nine spoken ones', () => {
  const tokens = spokenWords('It costs 1,299.50 today.', 'en');
  assert.equal(tokens.length, 4);
  assert.equal(tokens[2]?.spoken.length, 9);
});

test('an emoji is shown and not said; control characters are neither', () => {
  const tokens = spokenWords('Hi 🙂 \u0007there\u0000!', 'en');
  assert.deepEqual(tokens.map((token) => token.written), ['Hi', '🙂', 'there!']);
  assert.deepEqual(tokens[1]?.spoken, []);
});

test('Chinese and Japanese are cut into words, punctuation staying with the word before', () => {
  const tokens = spokenWords('你好，世界。', 'zh');
  assert.equal(tokens.map((token) => token.written).join(''), '你好，世界。');
  assert.ok(tokens.length >= 2);
  assert.equal(tokens.at(-1)?.pauseAfter, 'sentence');
});

test('commas and sentence ends are pauses, abbreviations are not', () => {
  assert.deepEqual(spokenWords('Yes, Dr. Watson.', 'en').map((token) => token.pauseAfter), ['comma', 'none', 'sentence']);
});

test('an estimate grows with the words and shrinks with the speed', () => {
  const tokens = spokenWords('A warm light for every evening.', 'en');
  const ms = estimateSpeechMs(tokens, { language: 'en', speed: 1 });
  assert.ok(ms > 1200 && ms < 4000, String(ms));
  assert.equal(estimateSpeechMs(tokens, { language: 'en', speed: 2 }), ms / 2);
});
