import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reviewTexts } from './review-texts.ts';

const look = (text: string, language = 'en') => reviewTexts({ texts: [{ path: 'storyboard[0].narration', text, language }] });
const words = (text: string, language?: string) => look(text, language).findings.map((finding) => finding.words);

test('words that offend are found with their place, also where letters are swapped, and nothing is held', () => {
  assert.deepEqual(look('What a sh1tty day').findings, [
    { path: 'storyboard[0].narration', words: 'sh1t', start: 7, end: 11, list: 'obscenity', sure: 0.9, verdict: 'doubtful' },
  ]);
});

test('places, names and words that only hold such a word are left alone', () => {
  for (const text of ['Scunthorpe and Essex', 'a class of assassins', 'Dickens drank a cocktail', 'an analysis of the bass'])
    assert.deepEqual(words(text), [], text);
});

test('other languages are read by their own lists, at the bounds of words, whatever the region', () => {
  assert.deepEqual(words('So ein Arschloch!', 'de-AT'), ['Arschloch']);
  assert.deepEqual(words('Barsch und Arscholle', 'de'), []);
  assert.deepEqual(words('¡Gilipollas!', 'es-MX'), ['Gilipollas']);
  // On one of two lists only.
  assert.deepEqual(words('una cerveja e um boniato', 'pt'), []);
  assert.deepEqual(words('他妈的天气', 'zh'), ['他妈的']);
  // An English word in another language may be harmless there.
  assert.deepEqual(words('Das Brett ist dick', 'de'), []);
});

test('words whose letters and marks are written apart are found at their places', () => {
  const text = 'Schön, du Möse! Schön.'.normalize('NFD');
  const [found] = look(text, 'de').findings;
  assert.ok(found);
  assert.deepEqual([found.words.normalize('NFC'), text.slice(found.start, found.end)], ['Möse', found.words]);
});

test('a language without a list is named as not looked at', () => {
  assert.deepEqual(look('Ένα κείμενο', 'el'), { findings: [], unread: ['el'] });
});
