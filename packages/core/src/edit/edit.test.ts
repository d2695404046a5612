import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { readDocument } from '../film/read-document.ts';
import { changesBetween } from './changes-between.ts';
import { joinShots, moveShot, splitShot } from './edit-shots.ts';
import { plainText } from './plain-text.ts';
import { productFromText } from './product-from-text.ts';

const film: FilmDocument = {
  title: 'Three shots',
  storyboard: [
    { id: 'one', narration: 'The first thing is said here. And a second one.', length: '10s', text: { text: 'First' } },
    { id: 'two', narration: [{ say: 'Now the other.', speed: 1.1 }, 'It has two lines.'], transition: 'dissolve' },
    { id: 'three', visual: { backdrop: 'halo' }, length: '2s' },
  ],
};

test('a shot split at a place says the same words in two shots and shares its length', () => {
  const split = splitShot(film, { shot: 0, line: 0, offset: 29 });
  const [first, second] = split.storyboard;
  assert.equal(first?.narration, 'The first thing is said here.');
  assert.equal(second?.narration, 'And a second one.');
  assert.equal(second?.id, 'one-2');
  assert.equal(second?.text, undefined);
  assert.deepEqual([first?.length, second?.length], ['6.3s', '3.7s']);
  assert.deepEqual(readDocument(split).issues, []);
  assert.equal(joinShots(split, 0).storyboard.length, 3);
  assert.equal(joinShots(split, 0).storyboard[0]?.length, '10s');
});

test('a split between two lines keeps each line as it is, and one before the first word is none', () => {
  const [, , second] = splitShot(film, { shot: 1, line: 0, offset: 14 }).storyboard;
  assert.deepEqual(second?.narration, 'It has two lines.');
  assert.equal(splitShot(film, { shot: 1, line: 0, offset: 0 }), film);
  assert.equal(splitShot(film, { shot: 2, line: 0, offset: 0 }), film);
});

test('a line that is cut loses its recording and its set times, one that stays whole keeps them', () => {
  const line = { say: 'One two. Three four.', recording: 'own.wav', words: { '0': ['0ms', '300ms'] } } as const;
  const told: FilmDocument = {
    title: 'Told',
    storyboard: [{ id: 'a', narration: ['Before.', { ...line, words: { '0': ['0ms', '300ms'] } }] }],
  };
  const cut = splitShot(told, { shot: 0, line: 1, offset: 8 }).storyboard;
  assert.deepEqual(cut[1]?.narration, { say: 'Three four.' });
  const [, whole] = splitShot(told, { shot: 0, line: 1, offset: 0 }).storyboard;
  assert.deepEqual(whole?.narration, line);
});

test('shots change places, and a place that does not exist changes nothing', () => {
  assert.deepEqual(
    moveShot(film, { from: 2, to: 0 }).storyboard.map((shot) => shot.id),
    ['three', 'one', 'two'],
  );
  assert.equal(moveShot(film, { from: 3, to: 0 }), film);
});

test('what a dub keeps of its original, and what is said of other shapes, follow the shots that are moved, split and joined', () => {
  const shots = [
    { id: 'a', narration: ['One.', 'Two.'], aspects: { '9:16': { narration: 'One and two.', logo: false } } },
    { id: 'b', narration: 'Three.' },
  ] as const;
  const lines = [[{ say: 'Eins.' }, { say: 'Zwei.' }], [{ say: 'Drei.' }]];
  const film = { title: 'T', storyboard: shots, dub: { of: 'de', lines } } as unknown as FilmDocument;
  assert.deepEqual(moveShot(film, { from: 0, to: 1 }).dub?.lines, [lines[1], lines[0]]);
  const split = splitShot(film, { shot: 0, line: 1, offset: 0 });
  assert.deepEqual(split.dub?.lines, [[{ say: 'Eins.' }], [{ say: 'Zwei.' }], [{ say: 'Drei.' }]]);
  assert.deepEqual(
    split.storyboard.map(({ narration, aspects }) => [narration, aspects]),
    [
      ['One.', { '9:16': { logo: false } }],
      ['Two.', { '9:16': { logo: false } }],
      ['Three.', undefined],
    ],
  );
  const joined = joinShots(split, 1);
  assert.deepEqual(joined.dub?.lines, [[{ say: 'Eins.' }], [{ say: 'Zwei.' }, { say: 'Drei.' }]]);
  assert.deepEqual(joined.storyboard[1]?.aspects, { '9:16': { logo: false } });
});

test('changes are told shot by shot, and a shot that only moved is told as moved', () => {
  const after: FilmDocument = {
    ...film,
    title: 'Four shots',
    storyboard: [
      film.storyboard[2] ?? {},
      { ...film.storyboard[0], narration: 'The first thing is said there. And a second one.' },
      { id: 'new', narration: 'Something new.' },
    ],
  };
  assert.deepEqual(
    changesBetween(film, after).map(({ kind, path }) => `${kind} ${path}`),
    ['changed title', 'moved storyboard[0]', 'changed storyboard[1].narration', 'added storyboard[2]', 'removed storyboard[1]'],
  );
  assert.match(changesBetween(film, after)[2]?.message ?? '', /Shot one: narration: “.*here\..*” became “.*there\..*”/);
  assert.deepEqual(changesBetween(film, structuredClone(film)), []);
  assert.deepEqual(changesBetween(null, { storyboard: 'x' }), []);
});

test('pasted markup and control characters become plain text, and text with a "<" stays as it is', () => {
  const pasted = plainText(
    '<div><h1>Aurora &amp; friends</h1><script>alert(1)</script><p>One<br>two</p><ul><li>a</li><li>b</li></ul></div>',
  );
  assert.deepEqual(pasted, { text: 'Aurora & friends\n\nOne\ntwo\n\n• a\n• b', dropped: 0, markup: true });
  assert.deepEqual(plainText('a\u0000b\u200b <3 1 < 2\r\nend\ud800'), { text: 'ab <3 1 < 2\nend', dropped: 3, markup: false });
  assert.equal(plainText('👨‍👩‍👧 नमस्ते 你好').text, '👨‍👩‍👧 नमस्ते 你好');
});

test('a text of nothing but blanks or digits is read as fast as any other', () => {
  const run = 150_000;
  assert.equal(plainText(`a${' '.repeat(run)}b`).text, `a${' '.repeat(run)}b`);
  assert.equal(productFromText('1'.repeat(run), 'en').price, '');
});

test('pages of nothing but tags that are never closed are read as fast as any other, and of those that are closed nothing stays', () => {
  for (const tag of ['<script>', '<b> ']) assert.equal(plainText(`<p>a</p>${tag.repeat(100_000)}`).text, 'a', tag);
  assert.equal(plainText(`<p>a</p>${'<!-- '.repeat(100_000)}`).text, 'a');
  assert.equal(plainText('<p>a</p><STYLE>b<script>c</style >d<!-- e <p> --><script>f').text, 'a\nd f');
});

test("name, prices and features are read out of a product page's text", () => {
  const found = productFromText(
    'Home\nAurora Lamp | Orlune\nThe light that travels with you.\n★ 4.8 stars\n$129.00 $159.00\nAdd to cart\n• 48 hours on one charge\n• Rain proof\nA hand blown dome, a brass ring that dims with one turn, and a cover woven from recycled wool.',
    'en',
  );
  assert.equal(found.product, 'Aurora Lamp');
  assert.equal(found.tagline, 'The light that travels with you.');
  assert.deepEqual([found.price, found.oldPrice], ['$129.00', '$159.00']);
  assert.deepEqual(found.features, ['48 hours on one charge', 'Rain proof']);
  assert.equal(found.sentences.length, 1);
  assert.deepEqual(productFromText('', 'en').features, []);
});

test('a measure at the start of a line is not taken for the mark of a list', () => {
  const { features } = productFromText(
    'Trail Lamp\nFor every way\n1) Rain proof\n2. Folds flat\n1.5 kg light\n-20 °C and below\n- Dims\n49 €',
    'en',
  );
  assert.deepEqual(features, ['Rain proof', 'Folds flat', 'Dims']);
});
