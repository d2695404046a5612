import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStep, redo, startHistory, stepNames, undo } from './history.ts';

test('thousands of steps are undone one by one to the beginning and done again to the end', () => {
  let history = startHistory<number>(0);
  for (let step = 1; step <= 5000; step++) history = addStep(history, { content: step, label: `step ${step}`, atMs: step * 2000 });
  assert.deepEqual(stepNames(history), { undo: 'step 5000', redo: null });
  for (let step = 0; step < 5000; step++) history = undo(history);
  assert.equal(history.now.content, 0);
  assert.deepEqual(stepNames(undo(history)), { undo: null, redo: 'step 1' });
  for (let step = 0; step < 5001; step++) history = redo(history);
  assert.equal(history.now.content, 5000);
});

test('letters typed one after the other are one step, after a pause or elsewhere another', () => {
  const typed = ['a', 'ab', 'abc'].reduce(
    (history, content, at) => addStep(history, { content, label: 'words', merge: 'words 1', atMs: at * 200 }),
    startHistory(''),
  );
  assert.equal(undo(typed).now.content, '');
  const paused = addStep(typed, { content: 'abcd', label: 'words', merge: 'words 1', atMs: 9000 });
  assert.equal(undo(paused).now.content, 'abc');
  const other = addStep(typed, { content: 'x', label: 'words', merge: 'words 2', atMs: 600 });
  assert.equal(undo(other).now.content, 'abc');
});

test('an edit after undo leaves no future, and does not join what was undone', () => {
  const two = addStep(addStep(startHistory('0'), { content: '1', label: 'one', merge: 'm', atMs: 1 }), {
    content: '2',
    label: 'two',
    atMs: 2,
  });
  const back = addStep(undo(two), { content: '3', label: 'three', merge: 'm', atMs: 3 });
  assert.deepEqual(stepNames(back), { undo: 'three', redo: null });
  assert.equal(undo(back).now.content, '1');
});

test('an edit that changes nothing is no step', () => {
  const history = startHistory('same');
  assert.equal(addStep(history, { content: 'same', label: 'none', atMs: 1 }), history);
});
