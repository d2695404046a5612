import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { drawingText, readDocument } from '@filmwright/core';
import {
  clearWordTimes,
  drawnAlone,
  edgeLimits,
  hasWordTimes,
  type ShotView,
  setShotFrames,
  setTake,
  setTakes,
  setWordEdge,
  takeAlone,
} from './timeline-edits.ts';

const film: FilmDocument = {
  title: 'Timed',
  storyboard: [{ id: 'zero' }, { id: 'one', narration: 'Every word has its place.', transition: 'dissolve' }],
};
const line: ShotView['lines'][number] = {
  text: 'Every word has its place.',
  startMs: 2000,
  endMs: 4000,
  sound: null,
  words: ['Every', 'word', 'has'].map((text, index) => ({ index, text, startMs: 2000 + index * 500, endMs: 2400 + index * 500 })),
};

test('an edge that is dragged is written from the start of its line, within what its neighbours leave', () => {
  const moved = setWordEdge(film, { at: { shot: 1, line: 0, word: 1, edge: 'start' }, line, toMs: 2450 });
  assert.deepEqual(moved.storyboard[1]?.narration, { say: 'Every word has its place.', words: { '1': ['450ms', '900ms'] } });
  assert.deepEqual(edgeLimits(line, { word: 1, edge: 'start' }), { min: 2200, max: 2860 });
  const far = setWordEdge(moved, { at: { shot: 1, line: 0, word: 1, edge: 'end' }, line, toMs: 99_000 });
  assert.deepEqual(far.storyboard[1]?.narration, { say: 'Every word has its place.', words: { '1': ['500ms', '1200ms'] } });
  assert.deepEqual(readDocument(far).issues, []);
  assert.equal(hasWordTimes(far, 1), true);
  assert.deepEqual(clearWordTimes(far, 1), film);
});

test('a cut is written in frames, a take as its number, and the first take as none', () => {
  assert.equal(setShotFrames(film, { shot: 1, frames: 0 }).storyboard[1]?.length, '1f');
  const second = setTake(film, { shot: 1, take: 2 });
  assert.equal(second.storyboard[1]?.take, 2);
  assert.deepEqual(setTake(second, { shot: 1, take: 1 }), film);
  assert.equal(setTakes(film, { shot: 1, takes: 3 }).storyboard[1]?.takes, 3);
  assert.equal(takeAlone(setTakes(film, { shot: 1, takes: 3 }), { shot: 1, take: 2 }).storyboard[0]?.takes, undefined);
  assert.deepEqual(takeAlone(second, { shot: 1, take: 3 }).storyboard, [{ id: 'one', narration: 'Every word has its place.', take: 3 }]);
});

test('looking at takes that a model draws asks for nothing but the drawing, of the same shot and words', () => {
  const generate = { prompt: 'waves', take: 2 };
  const visual = { background: { generate, upscale: 4 as const, interpolate: true }, subject: { picture: 'a.png' } };
  const film: FilmDocument = { title: 'Drawn', storyboard: [{ id: 'one' }, { id: 'two', narration: 'Hello.', take: 3, visual }] };
  assert.deepEqual(drawnAlone(film, { shot: 1, takes: 4 }).storyboard, [
    { id: 'two', take: 3, length: '500ms', visual: { generate: { ...generate, takes: 4 } } },
  ]);
  const other = (changed: Readonly<Record<string, unknown>>): FilmDocument => ({
    ...film,
    storyboard: [{ id: 'one' }, { id: 'two', visual: { generate: { ...generate, ...changed } } }],
  });
  const textOf = ({ storyboard, format }: FilmDocument, index: number) => drawingText({ shot: storyboard[index] ?? {}, format });
  const text = textOf(film, 1);
  assert.ok(text !== undefined);
  assert.equal(text, textOf(other({ take: 1, takes: 5 }), 1));
  assert.equal(text, textOf(drawnAlone(film, { shot: 1, takes: 4 }), 0));
  assert.notEqual(text, textOf(other({ prompt: 'other waves' }), 1));
  assert.notEqual(text, textOf({ ...film, format: { aspect: '9:16' } }, 1));
  assert.equal(textOf(film, 0), undefined);
  const read = readDocument(other({ prompt: ' waves' }));
  assert.ok(read.film);
  assert.equal(drawingText({ shot: read.film.storyboard[1] ?? {}, format: read.film.format }), text, 'as the planner says it');
});
