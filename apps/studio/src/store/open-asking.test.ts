import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openAsking } from './open-asking.ts';

/** A clock that the test moves, and a question whose answers it gives. */
function scene(context: TestContext) {
  let nowMs = 0;
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(performance, 'now', () => nowMs);
  const heard: number[] = [];
  const open: ((answer: number) => void)[] = [];
  let asked = 0;
  const asking = openAsking({
    ask: () => {
      asked++;
      return new Promise<number>((resolve) => open.push(resolve));
    },
    heard: (answer) => heard.push(answer),
  });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    context.mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const answer = async (value: number): Promise<void> => {
    open.shift()?.(value);
    // Once for the answer, once for the question behind it.
    await pass(0);
    await pass(0);
  };
  return { asking, heard, pass, answer, asked: () => asked };
}

test('what changes all the time is asked for again and again, one question at a time', async (context) => {
  const { asking, heard, pass, answer, asked } = scene(context);
  for (let change = 0; change < 40; change++) {
    asking.changed(2000);
    await pass(500);
    if (change % 2 === 0) await answer(change);
  }
  assert.ok(asked() >= 8, `asked ${asked()} times in 20 seconds`);
  assert.ok(heard.length >= 7);
});

test('a change while an answer is awaited is asked for behind it, sooner where that is wanted', async (context) => {
  const { asking, heard, pass, answer, asked } = scene(context);
  asking.changed(0);
  await pass(0);
  asking.changed(2000);
  asking.changed(200);
  await pass(300);
  assert.equal(asked(), 1);
  await answer(1);
  assert.equal(asked(), 2);
  asking.close();
  await answer(2);
  asking.changed(0);
  await pass(1000);
  assert.deepEqual([heard, asked()], [[1], 2]);
});
