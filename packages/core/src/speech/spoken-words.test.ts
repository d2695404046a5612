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

test('emoji are never spoken: joined, flagged, keyed or at the end of a word', () => {
  assert.equal(said('Camp 🏕️ at 48🔋 1️⃣ 👩🏽‍🚀! 🇩🇪 home👨‍👩‍👧‍👦.'), 'camp at forty eight home');
  assert.equal(said('去哪里？🏕️星光👍🏽', 'zh-Hans').replaceAll(' ', ''), '去哪里星光');
  assert.deepEqual(
    spokenWords('去？🏕️星光', 'zh-Hans').map((token) => token.written),
    ['去？', '🏕️', '星光'],
  );
});

test('Chinese says numbers in characters, one spoken word each', () => {
  assert.equal(
    said('2026年11月21日，仅售¥1,299.00，便宜15%', 'zh-Hans'),
    '二零二六 年 十一 月 二十一 日 仅 售 一千二百九十九元 便宜 百分之十五',
  );
  assert.equal(said('2个灯，重2.5kg', 'zh'), '两 个 灯 重 二 点 五 公斤');
  assert.equal(said('10203 100001 1000000 110 15 20', 'zh'), '一万零二百零三 十万零一 一百万 一百一十 十五 二十');
  assert.equal(said('10-20人，18:30，2026年', 'zh'), '十到二十 人 十八点三十分 二零二六 年');
});

test('Hindi and Arabic leave digits to the voice and say signs and units', () => {
  assert.equal(said('₹9,999 में 15% कम, 680 g', 'hi'), '9999 रुपये में 15 प्रतिशत कम 680 ग्राम');
  assert.equal(said('129 ر.س أو 15٪، 3.5 km؟', 'ar'), '129 ريال أو 15 بالمئة 3 فاصلة 5 كيلومتر');
});

test('a danda, a full stop of Urdu and a wide question mark end a sentence', () => {
  for (const [text, language] of [
    ['चलता है। अब', 'hi'],
    ['ہے۔ اب', 'ur'],
    ['吗？是', 'zh'],
    ['هدية؟ نعم', 'ar'],
  ] as const)
    assert.ok(
      spokenWords(text, language)
        .slice(0, -1)
        .some((token) => token.pauseAfter === 'sentence'),
      text,
    );
});

test('a number in a language without rules keeps its decimals and its sign for the voice', () => {
  assert.equal(said('Kosztuje 25,50 zł, czyli 15% mniej niż €30', 'pl'), 'kosztuje 25,50 zł czyli 15% mniej niż €30');
});

test('German says units and times of day', () => {
  assert.equal(
    said('680 g, 5 km/h, 5kg um 14:30 Uhr', 'de'),
    'sechshundertachtzig Gramm fünf Kilometer pro Stunde fünf Kilogramm um vierzehn Uhr dreißig',
  );
});
