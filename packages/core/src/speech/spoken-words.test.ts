import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateSpeechMs } from './estimate-speech.ts';
import { spokenWords } from './spoken-words.ts';

const said = (text: string, language = 'en'): string =>
  spokenWords(text, language)
    .flatMap((token) => token.spoken)
    .join(' ');

test('a grouped decimal number is one token of nine spoken words', () => {
  const [token] = spokenWords('1,299.50', 'en');
  assert.deepEqual(token?.spoken, 'one thousand two hundred ninety nine point five zero'.split(' '));
});

test('punctuation stays with its word and sets the pause', () => {
  const tokens = spokenWords('Well, (yes). Go', 'en');
  assert.deepEqual(
    tokens.map(({ written, start, end, pauseAfter }) => [written, start, end, pauseAfter]),
    [
      ['Well,', 0, 5, 'comma'],
      ['(yes).', 6, 12, 'sentence'],
      ['Go', 13, 15, 'none'],
    ],
  );
});

test('an emoji is shown and not spoken; control characters are neither', () => {
  const tokens = spokenWords('Nice 🎉\u0007 day 👩‍🚀!', 'en');
  assert.deepEqual(
    tokens.map((token) => token.written),
    ['Nice', '🎉', 'day', '👩‍🚀!'],
  );
  assert.deepEqual(
    tokens.map((token) => token.spoken.length),
    [1, 0, 1, 0],
  );
});

test('scripts without spaces are cut at words, marks attached', () => {
  const tokens = spokenWords('今日は晴れです。「はい」', 'ja');
  assert.equal(tokens.map((token) => token.written).join(''), '今日は晴れです。「はい」');
  assert.ok(tokens.length >= 4);
  assert.ok(tokens.some((token) => token.written.endsWith('。') && token.pauseAfter === 'sentence'));
  assert.ok(tokens.some((token) => token.written.startsWith('「は')));
});

test('an estimate grows with the words and shrinks with speed', () => {
  const tokens = spokenWords('The lamp that lights the whole room for twelve hours, at home.', 'en');
  const ms = estimateSpeechMs(tokens, { language: 'en', speed: 1 });
  assert.ok(ms > 2400 && ms < 5000, String(ms));
  assert.equal(estimateSpeechMs(tokens, { language: 'en', speed: 2 }), ms / 2);
});

test('an empty line has no words', () => {
  assert.deepEqual(spokenWords(' \n', 'en'), []);
  assert.equal(said('“Don’t—stop”'), "don't stop");
});

test('German, French and Spanish say numbers, money and percent', () => {
  assert.equal(said('1.299,50 €', 'de'), 'eintausendzweihundertneunundneunzig Komma fünf null Euro');
  assert.equal(said('€1.299,50', 'de-AT'), 'eintausendzweihundertneunundneunzig Euro und fünfzig Cent');
  assert.equal(said('21 Tage & 101 %', 'de'), 'einundzwanzig tage und einhunderteins Prozent');
  assert.equal(
    said('1\u202f000 71 80 81 99 200', 'fr'),
    'mille soixante-et-onze quatre-vingts quatre-vingt-un quatre-vingt-dix-neuf deux cents',
  );
  assert.equal(said('3,5%', 'fr'), 'trois virgule cinq pour cent');
  assert.equal(said('21 31 100 115 1.500', 'es'), 'veintiuno treinta y uno cien ciento quince mil quinientos');
  assert.equal(said('€1.000.000', 'es'), 'un millón euros');
});

test('a language without numerals leaves digits to the voice', () => {
  assert.equal(said('Cena: 25 zł', 'pl'), 'cena 25 zł');
});
