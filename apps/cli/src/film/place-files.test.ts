import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeFiles } from './place-files.ts';

const film = (...pictures: readonly string[]) => ({ title: 'x', storyboard: pictures.map((picture) => ({ visual: { picture } })) });
const placed = (...names: readonly string[]) => {
  const { document, places } = placeFiles(film(...names), names);
  assert.deepEqual(document, film(...places.map(({ to }) => to)), 'the document names every file where it lies');
  return places.map(({ to }) => to);
};

test('files below the folder stay where the document has them', () => {
  assert.deepEqual(placed('a.png', 'art/b.png', './art/c.png', 'art/../d.png'), ['a.png', 'art/b.png', 'art/c.png', 'd.png']);
});

test('files elsewhere come below media, as they lay to each other', () => {
  assert.deepEqual(placed('/home/ada/art/a.png', '/home/ada/rigs/anna/b.png'), ['media/art/a.png', 'media/rigs/anna/b.png']);
  assert.deepEqual(placed('../a.png', 'C:\\art\\b.png'), ['media/a.png', 'media/C-/art/b.png']);
  assert.deepEqual(placed('media/a.png', '/home/a.png'), ['media/a.png', 'media/2/a.png']);
});

test('no name leads out of the folder, or onto the document', () => {
  const hostile = [
    '/etc/passwd',
    '../../../x',
    'a/../../b',
    '..',
    '/',
    'film.yaml',
    './FILM.JSON',
    'film.yaml/clip.mp4',
    'a\u0000b',
    '..\\..\\w',
    `${'l'.repeat(300)}.png`,
  ];
  const places = placed(...hostile);
  assert.equal(new Set(places).size, hostile.length);
  for (const place of places) {
    assert.match(place, /^media\/(?!\.\.)(?!.*\/\.\.)[^\\:]+$/);
    assert.ok(!place.includes('\0'), place);
  }
});
