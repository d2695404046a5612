import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAheadBoard } from './ahead-board.ts';

const file = (digest: string) => ({ digest, bytes: 1 });

test('a hint is told to its runner once, and to nobody once it is old', () => {
  let nowMs = 0;
  const board = createAheadBoard(() => nowMs);
  board.put({ runnerId: 'one', files: [file('a'), file('b')] });
  board.put({ runnerId: 'one', files: [file('b'), file('c')] });
  board.put({ runnerId: 'two', files: [file('d')] });
  assert.deepEqual(
    board.take('one').map(({ digest }) => digest),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(board.take('one'), []);
  nowMs = 30_000;
  assert.deepEqual(board.take('two'), []);
  board.put({ runnerId: 'three', files: Array.from({ length: 2000 }, (_, index) => file(`f${index}`)) });
  assert.equal(board.take('three').length, 1000);
});
