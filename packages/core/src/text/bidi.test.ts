import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directionOf, visualOrder, visualRuns } from './bidi.ts';

test('the first letter decides the direction, the language where there is none or where it is written from right to left', () => {
  assert.equal(directionOf('40% خصم', 'en'), 'rtl');
  assert.equal(directionOf('Lumo مصباح', 'ar'), 'rtl');
  assert.equal(directionOf('Lumo مصباح', 'en'), 'ltr');
  assert.equal(directionOf('Lumo Home', 'ar'), 'ltr');
  assert.equal(directionOf('1,299.50', 'ar'), 'rtl');
  assert.equal(directionOf('1,299.50', 'de'), 'ltr');
});

test('words of right-to-left text stand from right to left and a number among them stays one piece', () => {
  assert.deepEqual(visualOrder(['سعر', '1,299', 'ريال', 'فقط'], 'rtl'), [3, 2, 1, 0]);
  assert.deepEqual(visualOrder(['שלום', 'עולם'], 'rtl'), [1, 0]);
});

test('Latin words inside right-to-left text keep their own order', () => {
  assert.deepEqual(visualOrder(['اشتر', 'Lumo', 'Home', 'Kit', 'الآن'], 'rtl'), [4, 1, 2, 3, 0]);
});

test('right-to-left words inside left-to-right text are turned round among themselves only', () => {
  assert.deepEqual(visualOrder(['Say', 'مرحبا', 'بكم', 'today'], 'ltr'), [0, 2, 1, 3]);
});

test('every character of a line is in exactly one run, whatever the text', () => {
  for (const text of ['a', 'abc אבג 123', '(حتى 40% خصم)', 'שלום (hello) 5', ' بداية ', '👍🏽 مرحبا']) {
    const runs = visualRuns(text, { direction: 'rtl', cuts: [1, 3] });
    const covered = runs.toSorted((a, b) => a.start - b.start);
    assert.equal(covered.map((run) => text.slice(run.start, run.end)).join(''), text);
  }
});

test('brackets of right-to-left text are runs of odd level, so that they are mirrored', () => {
  const runs = visualRuns('(حتى)', { direction: 'rtl' });
  assert.deepEqual(runs, [{ start: 0, end: 5, level: 1 }]);
});
