import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Following, placeBetween } from './place-between.ts';

/** How frames follow each other, by a letter each: m moved, s same, c cut; frame 0 follows nothing. */
function shownIn(letters: string) {
  const following = (frame: number): Following | undefined =>
    frame < 1 ? undefined : ({ m: 'moved', s: 'same', c: 'cut' } as const)[letters[frame - 1] ?? ''];
  return (place: number) => placeBetween({ frame: Math.floor(place), share: place % 1 }, following);
}

test('between two frames that differ one is drawn, on a frame the frame itself is shown', () => {
  const shown = shownIn('mm');
  assert.deepEqual(shown(0.25), { before: 0, after: 1, at: 0.25 });
  assert.deepEqual(shown(1), { frame: 1 });
  assert.deepEqual(shown(1.75), { before: 1, after: 2, at: 0.75 });
});

test('nothing is drawn across a cut or behind the end', () => {
  const shown = shownIn('mcm');
  assert.deepEqual(shown(1.5), { frame: 1 });
  assert.deepEqual(shown(2.5), { before: 2, after: 3, at: 0.5 });
  assert.deepEqual(shown(3.5), { frame: 3 });
});

test('movement on twos and threes is spread evenly, what stands longer stands', () => {
  const twos = shownIn('smsm');
  assert.deepEqual(twos(0.5), { before: 0, after: 2, at: 0.25 });
  assert.deepEqual(twos(1), { before: 0, after: 2, at: 0.5 });
  assert.deepEqual(twos(1.5), { before: 0, after: 2, at: 0.75 });
  const stands = shownIn('mssssmm');
  assert.deepEqual(stands(0.5), { before: 0, after: 1, at: 0.5 });
  assert.deepEqual(stands(3.5), { frame: 3 });
  assert.deepEqual(stands(5.5), { before: 5, after: 6, at: 0.5 });
  assert.deepEqual(shownIn('msc')(1.5), { frame: 1 });
});

test('a long standing is told from its last frames as from its first', () => {
  const shown = shownIn(`m${'s'.repeat(20)}mm`);
  for (let place = 1; place < 21; place += 0.5) assert.deepEqual(shown(place), { frame: Math.floor(place) }, String(place));
  assert.deepEqual(shown(21.5), { before: 21, after: 22, at: 0.5 });
});
