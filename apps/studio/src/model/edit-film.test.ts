import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { readDocument, splitShot } from '@filmwright/core';
import { addShot, duplicateShot, placeOf, removeShot, setAt, setInShot, setShotText, shotText, withShotIds } from './edit-film.ts';

const film: FilmDocument = {
  title: 'Four',
  storyboard: [
    { id: 'one', narration: 'First words.' },
    { id: 'two', narration: [{ say: 'Who speaks?', who: 'voice-over', words: { '0': ['0ms', '300ms'] } }, 'Somebody does.'] },
    { id: 'three', visual: { backdrop: 'halo' } },
    { narration: { say: 'Slow words.', speed: 0.8 } },
  ],
};

test('a key set and taken away again leaves the document as it was, and untouched parts are the same objects', () => {
  const set = setAt(film, ['brand', 'colors', 'accent'], '#112233');
  assert.deepEqual(set.brand, { colors: { accent: '#112233' } });
  assert.equal(set.storyboard, film.storyboard);
  assert.deepEqual(setAt(set, ['brand', 'colors', 'accent'], undefined), film);
  assert.equal(setAt(film, ['title'], 'Four'), film);
  const longer = setInShot(film, { shot: 2, path: ['length'], value: '3s' });
  assert.equal(longer.storyboard[0], film.storyboard[0]);
  assert.equal(longer.storyboard[2]?.length, '3s');
});

test('the lines of a shot are edited as lines of text; who says them stays, times of words that changed go', () => {
  assert.equal(shotText(film.storyboard[1] ?? {}), 'Who speaks?\nSomebody does.');
  const edited = setShotText(film, { shot: 1, text: 'Who is it?\nSomebody does.\nA third.' });
  assert.deepEqual(edited.storyboard[1]?.narration, [{ say: 'Who is it?', who: 'voice-over' }, 'Somebody does.', 'A third.']);
  assert.deepEqual(setShotText(film, { shot: 3, text: 'Slower words.' }).storyboard[3]?.narration, { say: 'Slower words.', speed: 0.8 });
  assert.equal(setShotText(film, { shot: 0, text: ' ' }).storyboard[0]?.narration, undefined);
  assert.equal(setShotText(film, { shot: 0, text: 'First words.' }), film);
});

test('a place in the text of a shot is found again in its lines, so that it splits there', () => {
  const shot = film.storyboard[1] ?? {};
  assert.deepEqual(placeOf(shot, 'Who speaks?\nSomebody'.length), { line: 1, offset: 8 });
  const split = splitShot(film, { shot: 1, ...placeOf(shot, 'Who speaks?\nSomebody'.length) });
  assert.equal(split.storyboard.length, 5);
  assert.equal(shotText(split.storyboard[2] ?? {}), 'does.');
});

test('shots that are added, doubled and removed keep names that differ; a film keeps at least one shot', () => {
  const more = duplicateShot(addShot(withShotIds(film), 1), 0);
  const ids = more.storyboard.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => id !== undefined));
  assert.deepEqual(readDocument(more).issues, []);
  const last = [5, 4, 3, 2, 1, 0].reduce(removeShot, more);
  assert.deepEqual(last.storyboard.length, 1);
});
