import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core';
import { groundToFront, removeSubject, setSubject } from './shot-subject.ts';
import { landFile } from './upload-goal.ts';

const filmOf = (visual: unknown): FilmDocument =>
  ({ filmwright: 1, title: 'x', storyboard: [{ id: 'one', ...(visual === undefined ? {} : { visual }) }] }) as FilmDocument;
const visualOf = (film: FilmDocument): unknown => film.storyboard[0]?.visual;

test('what fills a shot becomes what stands before a new background, with all that is said of the clip', () => {
  const clip = { clip: 'a.mp4', from: '1s', to: '3s', speed: 0.5, interpolate: true, sound: 'duck', fit: 'contain', upscale: 2 };
  const moved = groundToFront(filmOf(clip), 0);
  const { fit: _fit, upscale: _upscale, ...subject } = clip;
  assert.deepEqual(visualOf(moved), { background: { backdrop: 'halo' }, subject });
  assert.deepEqual(readDocument(moved).issues, []);
  const plain = filmOf({ backdrop: 'waves' });
  assert.equal(groundToFront(plain, 0), plain);
});

test('a subject is set before any ground, keeps its place when it becomes another kind, and is taken away again', () => {
  const grounds = [{ picture: 'b.jpg', fit: 'contain' }, { clip: 'b.mp4', sound: 'keep' }, { generate: { prompt: 'waves' } }];
  for (const ground of grounds) {
    const staged = setSubject(filmOf(ground), { shot: 0, kind: 'clip', file: 'a.mp4' });
    assert.deepEqual(visualOf(staged), { background: ground, subject: { clip: 'a.mp4' } });
    assert.deepEqual(readDocument(staged).issues, []);
    assert.deepEqual(visualOf(removeSubject(staged, 0)), ground);
  }
  const subject = { clip: 'a.mp4', speed: 0.5, height: 0.5, at: [0.3, 0.6], cutOut: 'u2netp', shadow: 'soft' };
  const placed = filmOf({ background: { backdrop: 'arc' }, subject });
  const other = { picture: 'c.png', height: 0.5, at: [0.3, 0.6], shadow: 'soft' };
  assert.deepEqual(visualOf(setSubject(placed, { shot: 0, kind: 'picture', file: 'c.png' })), {
    background: { backdrop: 'arc' },
    subject: other,
  });
  assert.deepEqual(visualOf(setSubject(placed, { shot: 0, kind: 'clip', file: 'd.mp4' })), {
    background: { backdrop: 'arc' },
    subject: { ...subject, clip: 'd.mp4' },
  });
  assert.deepEqual(visualOf(setSubject(filmOf(undefined), { shot: 0, kind: 'picture', file: 'c.png' })), {
    background: { backdrop: 'halo' },
    subject: { picture: 'c.png' },
  });
});

test('a shot with figures keeps them', () => {
  const drawn = filmOf({ background: { backdrop: 'halo' }, figures: ['mara'] });
  assert.equal(setSubject(drawn, { shot: 0, kind: 'clip', file: 'a.mp4' }), drawn);
  assert.equal(removeSubject(drawn, 0), drawn);
});

test('an upload comes to the place that it was sent to, and nowhere where that is gone', () => {
  const land = (visual: unknown, use: 'sketch' | 'subject' | 'subject-clip'): unknown =>
    visualOf(
      landFile(filmOf(visual), {
        goal: { to: 'shot', film: 'f', shot: 'one', use },
        path: 'new',
        kind: use === 'subject-clip' ? 'clip' : 'picture',
      }),
    );
  const drawn = { generate: { prompt: 'waves' } };
  assert.deepEqual(land(drawn, 'sketch'), { generate: { prompt: 'waves', picture: 'new' } });
  assert.deepEqual(land({ background: drawn, subject: { picture: 'a.png' } }, 'sketch'), {
    background: { generate: { prompt: 'waves', picture: 'new' } },
    subject: { picture: 'a.png' },
  });
  assert.deepEqual(land({ backdrop: 'halo' }, 'sketch'), { backdrop: 'halo' });
  assert.deepEqual(land(drawn, 'subject-clip'), { background: drawn, subject: { clip: 'new' } });
  assert.deepEqual(land({ background: drawn, subject: { clip: 'a.mp4', speed: 2 } }, 'subject-clip'), {
    background: drawn,
    subject: { clip: 'new', speed: 2 },
  });
  assert.deepEqual(land({ background: drawn, subject: { picture: '' } }, 'subject'), { background: drawn, subject: { picture: 'new' } });
});
