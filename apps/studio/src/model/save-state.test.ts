import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDetail } from '@filmwright/contracts';
import { judgeDrafts } from './draft.ts';
import { type Content, contentOf, retryAfterMs, saveReducer, saveStatus, startSaving } from './save-state.ts';

const content = (title: string): Content => ({ document: { title, storyboard: [{}] }, files: {} });
const film = (version: number, title: string): FilmDetail => ({
  id: 'f',
  title,
  version,
  aspect: '16:9',
  shots: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  changedAt: '2026-01-01T00:00:00.000Z',
  issues: [],
  ...content(title),
});

test('an edit is unsaved, then saving, then saved; an edit made meanwhile is unsaved again', () => {
  const [first, second, third] = [content('a'), content('b'), content('c')];
  const opened = startSaving(3, first);
  assert.equal(saveStatus(opened, first), 'saved');
  assert.equal(saveStatus(opened, second), 'unsaved');
  const sent = saveReducer(opened, { type: 'send', content: second });
  assert.equal(saveStatus(sent, third), 'saving');
  const stored = saveReducer(sent, { type: 'stored', version: 4 });
  assert.equal(stored.base, 4);
  assert.equal(saveStatus(stored, second), 'saved');
  assert.equal(saveStatus(stored, third), 'unsaved');
});

test('without a connection edits are kept and tried again later and later, but at least every ten seconds', () => {
  const mine = content('mine');
  let state = startSaving(1, content('a'));
  for (let tries = 1; tries <= 6; tries++) {
    state = saveReducer(saveReducer(state, { type: 'send', content: mine }), { type: 'offline' });
    assert.deepEqual(state.failure, { kind: 'offline', tries });
    assert.equal(saveStatus(state, mine), 'offline');
  }
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(retryAfterMs), [1000, 2000, 4000, 8000, 10_000, 10_000]);
  const back = saveReducer(saveReducer(state, { type: 'send', content: mine }), { type: 'stored', version: 2 });
  assert.equal(saveStatus(back, mine), 'saved');
});

test('what somebody else saved stops saving until one version is chosen; keeping mine goes on top of theirs', () => {
  const mine = content('mine');
  const sent = saveReducer(startSaving(1, content('a')), { type: 'send', content: mine });
  const both = saveReducer(sent, { type: 'conflict', theirs: film(5, 'theirs') });
  assert.equal(saveStatus(both, mine), 'conflict');
  assert.equal(saveReducer(both, { type: 'send', content: mine }), both);
  const kept = saveReducer(both, { type: 'keep-mine' });
  assert.equal(kept.base, 5);
  assert.equal(saveStatus(kept, mine), 'unsaved');
  const taken = saveReducer(both, { type: 'adopt', version: 5, content: contentOf(film(5, 'theirs')) });
  assert.equal(taken.theirs, null);
  assert.equal(taken.base, 5);
});

test('an answer to a save that was given up changes nothing', () => {
  const state = startSaving(2, content('a'));
  assert.equal(saveReducer(state, { type: 'stored', version: 9 }), state);
});

test('the newest draft of a closed tab goes on where it was, beside a version saved meanwhile both are shown, one of a living tab is left alone', () => {
  const draft = { film: 'f', session: 's', base: 2, content: content('mine'), keptAt: '2026-01-02' };
  const older = { ...draft, session: 'o', content: content('older'), keptAt: '2026-01-01' };
  const none = new Set<string>();
  assert.deepEqual(judgeDrafts([older, draft], { film: film(2, 'a'), alive: none }), { kind: 'resume', draft });
  assert.deepEqual(judgeDrafts([draft], { film: film(3, 'a'), alive: none }), { kind: 'conflict', draft });
  assert.deepEqual(judgeDrafts([draft], { film: film(3, 'mine'), alive: none }), { kind: 'stale', draft });
  assert.deepEqual(judgeDrafts([draft], { film: film(3, 'a'), alive: new Set(['s']) }), { kind: 'none' });
});
