import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Film } from '@filmwright/contracts';
import { aspectsOf, inAspect } from './aspects.ts';
import { readDocument } from './read-document.ts';
import { product } from './testing/product.ts';

const document = {
  title: 'Shapes',
  format: { fps: 25 },
  storyboard: [
    {
      id: 'one',
      narration: 'Hello.',
      visual: { background: { backdrop: 'halo' }, subject: { picture: 'lamp.png', at: [0.7, 0.5], height: 0.6 } },
      text: [{ text: 'A lamp', position: 'left', width: 0.4 }],
      aspects: { '9:16': { visual: { subject: { height: 0.4 } }, text: { text: 'Tall', style: 'subtitle' } }, '1:1': { text: null } },
    },
    { narration: 'There.', visual: { picture: 'lake.jpg' }, aspects: { '9:16': { visual: { backdrop: 'arc' }, length: '4s' } } },
  ],
  outputs: { aspects: ['9:16', '16:9', '1:1'] },
};

function filmIn(aspect: Parameters<typeof inAspect>[1], from: unknown = document): Film {
  const { film, issues } = readDocument(inAspect(from, aspect));
  assert.ok(film, JSON.stringify(issues));
  return film;
}

test('a film is made in its own shape first, and each shape once', () => {
  const { film } = readDocument(document);
  assert.ok(film);
  assert.deepEqual(aspectsOf(film), ['16:9', '9:16', '1:1']);
});

test('in its own shape a film is as it is written, whatever its shots say of other shapes', () => {
  const [one] = filmIn('16:9').storyboard;
  assert.deepEqual(one?.visual && 'subject' in one.visual ? [one.visual.subject.at, one.visual.subject.height] : null, [[0.7, 0.5], 0.6]);
  assert.equal(Array.isArray(one?.text) ? one.text[0]?.text : null, 'A lamp');
});

test('another shape keeps no places of the first one, and takes what the shot says of it, key by key', () => {
  const film = filmIn('9:16');
  assert.equal(film.format.aspect, '9:16');
  assert.equal(film.format.fps, 25);
  const [one, two] = film.storyboard;
  assert.deepEqual(one?.visual && 'subject' in one.visual ? [one.visual.subject.at, one.visual.subject.height] : null, [undefined, 0.4]);
  assert.deepEqual(one?.text && !Array.isArray(one.text) ? [one.text.text, one.text.style, one.text.position] : null, [
    'Tall',
    'subtitle',
    undefined,
  ]);
  assert.deepEqual([two?.visual, two?.length], [{ backdrop: 'arc' }, '4s'], 'a visual of another kind is not merged');
  assert.deepEqual(film.outputs.aspects, []);
  assert.equal(filmIn('1:1').storyboard[0]?.text, undefined, 'null takes a key away');
});

test('what is wrong in any shape is told at once, where it stands', () => {
  const wrong = structuredClone(document) as { storyboard: { aspects: Record<string, unknown> }[] };
  (wrong.storyboard[0] as (typeof wrong.storyboard)[number]).aspects = {
    '9:16': { visual: { subject: { height: 9 } } },
    '1:1': { txt: 1 },
    '3:2': {},
  };
  const { film, issues } = readDocument(wrong);
  assert.equal(film, null);
  assert.deepEqual(issues.map(({ path }) => path).sort(), [
    'storyboard[0].aspects.1:1.txt',
    'storyboard[0].aspects.3:2',
    'storyboard[0].aspects.9:16.visual.subject.height',
  ]);
  assert.match(
    issues.find(({ path }) => path.endsWith('height'))?.message ?? '',
    /^storyboard\[0\]\.aspects\.9:16\.visual\.subject\.height is 9/,
  );
});

test('files that only another shape names are told under it', () => {
  const changed = {
    ...document,
    storyboard: [{ narration: 'Hi.', visual: { picture: 'a.jpg' }, aspects: { '4:5': { visual: { picture: 'b.jpg' } } } }],
  };
  assert.deepEqual(
    readDocument(changed).files.map(({ file }) => file),
    ['a.jpg'],
  );
  assert.deepEqual(
    readDocument(inAspect(changed, '4:5')).files.map(({ file, path }) => [file, path]),
    [['b.jpg', 'storyboard[0].aspects.4:5.visual.picture']],
  );
});

test('a template is filled in for each shape', () => {
  const use = {
    ...product,
    title: 'Cup',
    overrides: { format: { aspect: '16:9', fps: 24 }, outputs: { aspects: ['4:5'] } },
  };
  const { film } = readDocument(use);
  assert.deepEqual(film === null ? [] : aspectsOf(film), ['16:9', '4:5']);
  const own = filmIn('16:9', use).storyboard[0]?.visual;
  const tall = filmIn('4:5', use);
  assert.deepEqual([tall.format.aspect, tall.format.fps], ['4:5', 24]);
  assert.deepEqual(own && 'subject' in own ? own.subject.at : null, [0.7, 0.44]);
  const visual = tall.storyboard[0]?.visual;
  assert.equal(visual && 'subject' in visual ? visual.subject.at : null, undefined);
});
