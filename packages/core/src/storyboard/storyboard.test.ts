import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writtenStoryboardSchema } from '@filmwright/contracts';
import { readDocument } from '../film/read-document.ts';
import { breakDownScript, titleOf } from './break-down-script.ts';
import { filmOfStoryboard } from './film-of-storyboard.ts';
import { cutByRhythm } from './shot-rhythm.ts';
import { textLanguage } from './text-language.ts';

const script = `# The lamp that waits

Evenings are getting shorter. **Aurora** is a lamp that knows it: for 48 hours it keeps its light.

## What it can do

Three things, mostly:
- It dims with one turn
- Rain does not matter
- It folds flat

[A workshop at night]

ANNA: Do you ever get tired of it?
BEN: Of the heat, yes.
ANNA: Then show me one more.

> A small light is enough.
> — Ida Orlune

In 1998 we sold our first lamp. Last year it was 30,000 of them. That is a lot of light.

Come and see it.`;

const voice = (id: string) => ({ id, language: 'en-US', natural: false, licence: '', engine: 'flite', revision: '' });

test('a script becomes shots by what its parts are, and every word of it is said in its order', () => {
  const storyboard = breakDownScript(script);
  assert.ok(storyboard);
  assert.deepEqual(
    storyboard.shots.map(({ kind, heading }) => [kind, heading]),
    [
      ['opening', 'The lamp that waits'],
      ['points', 'What it can do'],
      ['plain', null],
      ['quote', 'Ida Orlune'],
      ['plain', '30,000'],
      ['closing', 'The lamp that waits'],
    ],
  );
  assert.deepEqual(storyboard.shots[1]?.points, ['It dims with one turn', 'Rain does not matter', 'It folds flat']);
  assert.deepEqual(
    storyboard.shots[2]?.lines.map(({ speaker }) => speaker),
    ['Anna', 'Ben', 'Anna'],
  );
  const said = storyboard.shots.flatMap(({ lines }) => lines.map(({ text }) => text)).join(' ');
  const written = script
    .replace(/^(?:#.*|\[.*|> —.*)$/gm, '')
    .replace(/^(?:- |> |[A-Z]+: )/gm, '')
    .replaceAll('**', '');
  const words = (text: string) => text.match(/[\p{L}\d,]+/gu);
  assert.deepEqual(words(said), words(written));
  assert.deepEqual(writtenStoryboardSchema.parse(storyboard), storyboard);
  assert.deepEqual(breakDownScript(script), storyboard);
});

test('a storyboard becomes a film that can be made: a voice for each speaker, cards, points, a quotation that is written once', () => {
  const storyboard = breakDownScript(script);
  assert.ok(storyboard);
  const film = filmOfStoryboard(storyboard, { language: 'en', voices: ['flite-slt', 'flite-rms', 'flite-awb'].map(voice) });
  assert.deepEqual(readDocument(film).issues, []);
  assert.deepEqual(film.voices, { anna: { use: 'flite-rms' }, ben: { use: 'flite-awb' } });
  assert.deepEqual(film.storyboard[2]?.narration, [
    { say: 'Do you ever get tired of it?', voice: 'anna' },
    { say: 'Of the heat, yes.', voice: 'ben' },
    { say: 'Then show me one more.', voice: 'anna' },
  ]);
  assert.equal(film.storyboard[3]?.captions, false);
  assert.deepEqual(
    film.storyboard.map(({ id }) => id),
    ['opening', 'what-it-can-do', 'shot-3', 'ida-orlune', '30-000', 'closing'],
  );
});

test('pictures go to the shots that speak of them, directions name theirs, and none is shown twice while others are unseen', () => {
  const media = ['art/harbour.jpg', 'art/lighthouse.png', 'clips/waves.mp4', 'art/other.jpg'].map((file) => ({
    file,
    kind: file.endsWith('mp4') ? ('clip' as const) : ('picture' as const),
    note: '',
  }));
  const storyboard = breakDownScript(
    'The lighthouses of the coast are old.\n\n[other]\nNobody remembers who built them.\n\nThe waves do not care.',
    {
      media,
    },
  );
  assert.deepEqual(
    storyboard?.shots.slice(0, 3).map(({ visual }) => visual),
    [
      { show: 'picture', file: 'art/lighthouse.png' },
      { show: 'picture', file: 'art/other.jpg' },
      { show: 'picture', file: 'clips/waves.mp4' },
    ],
  );
  assert.ok(storyboard);
  const film = filmOfStoryboard(storyboard, { language: 'en', media });
  assert.deepEqual(film.storyboard[2]?.visual, { clip: 'clips/waves.mp4', loop: true });
  assert.deepEqual(readDocument(film).issues, []);
});

test('sentences are cut into shots of a calm rhythm, whole and in order', () => {
  const sentences = [1, 9, 2, 2, 2, 6, 1, 12, 3, 3].map((seconds, said) => ({ said, ms: seconds * 1000 }));
  const shots = cutByRhythm(sentences);
  assert.deepEqual(
    shots.flat().map(({ said }) => said),
    sentences.map(({ said }) => said),
  );
  for (const shot of shots) assert.ok(shot.length === 1 || shot.reduce((sum, { ms }) => sum + ms, 0) <= 11_000);
  assert.ok(shots.length <= 6);
  assert.deepEqual(cutByRhythm([]), []);
});

test('a sentence that would never end is cut at its clauses, and no word is lost', () => {
  const sentence = `${'and so the long road went on through the valley, '.repeat(20)}until it ended.`;
  const shots = breakDownScript(sentence)?.shots ?? [];
  assert.ok(shots.length > 4);
  const said = shots.flatMap(({ lines }) => lines.map(({ text }) => text)).join(' ');
  assert.equal(said, sentence);
});

test('speakers are told from notes, and scripts in other languages are read as theirs', () => {
  const noted = breakDownScript('Note: this is a note. It stands alone.\n\nNote: here is another one of them.');
  assert.ok(noted?.shots.every(({ lines }) => lines.every(({ speaker }) => speaker === null)));
  const chinese = breakDownScript('小明：你好吗？\n小红：我很好。\n小明：那我们走吧。');
  assert.deepEqual([...new Set(chinese?.shots.flatMap(({ lines }) => lines.map(({ speaker }) => speaker)))], ['小明', '小红']);
  assert.deepEqual(
    [
      'Das ist die Lampe, und sie ist nicht neu.',
      'C’est la lampe que nous avons faite pour vous.',
      '这是一盏灯。',
      'これは灯りです。',
      'A lamp.',
      '1 2 3',
    ].map(textLanguage),
    ['de', 'fr', 'zh', 'ja', 'en', 'en'],
  );
});

test('a first line by itself is the title, and screenplays are read by their cues, scenes and manners', () => {
  assert.deepEqual(
    breakDownScript('A day at sea\n\nThe alarm rings early.\n\nJan gets up.')?.shots.map(({ kind, heading }) => [kind, heading]),
    [
      ['opening', 'A day at sea'],
      ['plain', null],
    ],
  );
  const played = breakDownScript(
    'FADE IN.\n\nEXT. A VALLEY - DAY\n\nTICK\nI am never late.\n\nTOCK: (sighing) You are early.\n\nTICK\nSomebody has to be!\n\nTHE END',
    {
      drawings: true,
    },
  );
  assert.deepEqual(
    played?.shots.slice(0, 3).map(({ lines }) => lines),
    [
      [{ speaker: 'Tick', text: 'I am never late.' }],
      [{ speaker: 'Tock', text: 'You are early.' }],
      [{ speaker: 'Tick', text: 'Somebody has to be!' }],
    ],
  );
  assert.match(JSON.stringify(played?.shots[0]?.visual), /a valley - day; /);
});

test('what has no words is no storyboard, and a title is made of the first words', () => {
  assert.equal(breakDownScript(' \n---\n'), null);
  assert.equal(titleOf('[a picture]\n\nOne lamp, many evenings. And more.'), 'One lamp, many evenings');
});

test('a script of 200,000 characters becomes a film that can be read, with no word lost', () => {
  const long = 'Every word of this long script is kept, whatever its length may be.\n\n'.repeat(2900);
  const storyboard = breakDownScript(long);
  assert.ok(storyboard);
  const said = storyboard.shots.flatMap(({ lines }) => lines.map(({ text }) => text)).join(' ');
  assert.equal(said, long.trim().replaceAll(/\s+/g, ' '));
  assert.deepEqual(readDocument(filmOfStoryboard(storyboard, { language: 'en' })).issues, []);
});

test('what stands out is a figure that people remember: with its unit before a bare one, never a small number or a year beside it', () => {
  const shown = (text: string) =>
    breakDownScript(`One thing was said before this.\n\n${text}\n\nAnd the rest follows here.`)?.shots[1]?.heading ?? null;
  assert.deepEqual(
    [
      'In 1998 we sold 30,000 lamps.',
      'It runs for 48 hours.',
      'Paragraph 12 says nothing.',
      'It costs $4,000 in 3 shops.',
      'It grew by 12 % in 2020.',
    ].map(shown),
    ['30,000', '48 hours', null, '$4,000', '12 %'],
  );
});

test('lines that wrap go on with the one before, also where they say the same', () => {
  const shots = breakDownScript('Row, row,\nrow your boat.\nRow, row,\nrow your boat.')?.shots;
  assert.deepEqual(
    shots?.map(({ lines }) => lines.map(({ text }) => text)),
    [['Row, row, row your boat. Row, row, row your boat.']],
  );
});

test('scripts that people paste are read as they mean them: headlines without a mark, boxes to tick, labels, tags, sourced quotations', () => {
  const pitch = breakDownScript(
    'Brisk: the kettle that listens\n\nEvery morning kitchens wait for water. Most of that water was boiled twice.\n\n' +
      '"I used to burn through two kettles a year." – Maya L., barista\n\n' +
      'How it works\nPour. Tap. Done. A ring of light shows the temperature, from 60 °C for green tea to 100 °C for pasta.\n\n#brisk #tea',
  );
  assert.deepEqual(
    pitch?.shots.map(({ kind, heading }) => [kind, heading]),
    [
      ['opening', 'Brisk: the kettle that listens'],
      ['quote', 'Maya L., barista'],
      ['part', 'How it works'],
      ['closing', 'Brisk: the kettle that listens'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(pitch), /#|"text":"How it works/);
  const moving = breakDownScript(
    'Der Umzug ist am 3.11. um 6:30 Uhr.\n\nWICHTIG\n1. Strom ummelden\n- [ ] Internet -> Termin\n☐ Gläser\n\nKisten: 37 von 60\nHelfer: Jonas und Mia\n\nDer Wagen wiegt 7,5 t, also 100,5 in Zahlen.',
  );
  assert.deepEqual(
    moving?.shots.map(({ heading, points }) => [heading, points]),
    [
      [null, []],
      ['WICHTIG', ['Strom ummelden', 'Internet – Termin', 'Gläser']],
      [null, []],
      ['7,5 t', []],
    ],
  );
  assert.equal(moving?.shots[2]?.lines[0]?.text, 'Kisten: 37 von 60. Helfer: Jonas und Mia');
});

test('a first line by itself is a title though it begins like a line of talk, unless that speaker comes again', () => {
  const kinds = (text: string) => breakDownScript(text)?.shots.map(({ heading, lines }) => heading ?? lines[0]?.speaker);
  const talk = 'ANNA: You are late again.\nBEN: I know.';
  assert.deepEqual(kinds(`INTERVIEW: THE LAST KEEPER\n\n${talk}`), ['INTERVIEW: THE LAST KEEPER']);
  assert.deepEqual(kinds(`ANNA: Hello there\n\n${talk}`), ['Anna', 'Anna']);
});
