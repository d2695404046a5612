import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAheadBoard } from './ahead-board.ts';

const file = (digest: string) => ({ digest, bytes: 1 });

test('a hint is told to its runner once, and to nobody once it is old', () => {
  let nowMs = 0;
  const board = createAheadBoard(() => nowMs);
  const told = (runnerId: string): readonly string[] => {
    const { files, models } = board.take(runnerId);
    return [...files.map(({ digest }) => digest), ...models];
  };
  board.put({ runnerId: 'one', files: [file('a'), file('b')] });
  board.put({ runnerId: 'one', files: [], models: ['model m'] });
  board.put({ runnerId: 'one', files: [file('b'), file('c')], models: ['model m'] });
  board.put({ runnerId: 'two', files: [file('d')] });
  assert.deepEqual(told('one'), ['a', 'b', 'c', 'model m']);
  assert.deepEqual(told('one'), []);
  nowMs = 30_000;
  assert.deepEqual(told('two'), []);
  board.put({ runnerId: 'three', files: Array.from({ length: 2000 }, (_, index) => file(`f${index}`)) });
  assert.equal(told('three').length, 1000);
});
