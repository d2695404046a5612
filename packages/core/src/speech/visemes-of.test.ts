import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visemesOf } from './visemes-of.ts';

const shapes = (word: string, language = 'en'): string =>
  visemesOf(word, language)
    .map(({ viseme, kind }) => (kind === 'vowel' ? viseme.toUpperCase() : viseme))
    .join(' ');

test('English words show the mouths they are spoken with: digraphs, long vowels, silent letters', () => {
  const wanted: Readonly<Record<string, string>> = {
    mouth: 'mbp A U l',
    phone: 'fv O U l',
    home: 'e O U mbp',
    baked: 'mbp E I e l',
    night: 'l A I l',
    knife: 'l A I fv',
    through: 'l u O U',
    my: 'mbp A I',
    city: 's I l I',
    nation: 'l A s O l',
    three: 'l u I',
    queen: 'e u I l',
    comb: 'e O mbp',
    bubble: 'mbp A mbp E l',
  };
  for (const [word, mouths] of Object.entries(wanted)) assert.equal(shapes(word), mouths, word);
});

test('lips close for m, b and p and touch the teeth for f and v in every language that writes them', () => {
  const closed = [
    ['Abend', 'de'],
    ['problème', 'fr'],
    ['también', 'es'],
    ['bambino', 'it'],
    ['мама', 'ru'],
    ['εμπρός', 'el'],
    ['dobrze', 'pl'],
  ] as const;
  for (const [word, language] of closed)
    assert.ok(
      visemesOf(word, language).some(({ viseme }) => viseme === 'mbp'),
      word,
    );
  for (const [word, language] of [
    ['Wasser', 'de'],
    ['Vogel', 'de'],
    ['avec', 'fr'],
    ['φως', 'el'],
    ['вода', 'ru'],
  ] as const)
    assert.ok(
      visemesOf(word, language).some(({ viseme }) => viseme === 'fv'),
      word,
    );
});

test('German reads ei, eu and sch, and a French ending is silent', () => {
  assert.equal(shapes('schreiben', 'de'), 's u A I mbp E l');
  assert.equal(shapes('Häuser', 'de').includes('O I'), true);
  assert.equal(shapes('parlent', 'fr'), 'mbp A u l');
});

test('scripts whose sounds are not written out open and close the mouth once for each character', () => {
  for (const [word, language, times] of [
    ['你好世界', 'zh', 4],
    ['नमस्ते', 'hi', 4],
    ['مرحبا', 'ar', 5],
    ['こんにちは', 'ja', 5],
  ] as const) {
    const shut = visemesOf(word, language).map(({ kind }) => kind !== 'vowel');
    assert.deepEqual(
      shut,
      Array.from({ length: times * 2 }, (_, at) => at % 2 === 0),
      `${word}: ${shapes(word, language)}`,
    );
  }
});

test('what has no letters has no mouth', () => {
  assert.deepEqual(visemesOf('—', 'en'), []);
  assert.deepEqual(visemesOf('🙂', 'en'), []);
});
