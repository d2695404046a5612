import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startThread } from './asking-thread.ts';

/** A program for a thread, in which `said` is a request and `answerRequests` is at hand. */
const program = (answer: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { answerRequests } from ${JSON.stringify(new URL('./asking-thread.ts', import.meta.url).href)}; answerRequests(async (said) => { ${answer} });`)}`,
  );

test('a thread answers one request after another, and tells what failed without ending', async () => {
  const thread = startThread<number, number>({
    program: program('if (said < 0) throw new RangeError("less than nothing"); return Math.sqrt(said);'),
    work: 'counting',
  });
  assert.equal(await thread.ask(9), 3);
  await assert.rejects(thread.ask(-1), { code: 'internal', message: 'less than nothing' });
  assert.equal(await thread.ask(16), 4);
  await thread.close();
});

test('a thread that ends in the midst of an answer fails that request and all later ones', async () => {
  const thread = startThread<string, string>({ program: program('process.exit(3);'), work: 'counting' });
  const ended = { code: 'program-failed', message: /the thread of the counting ended with 3/i };
  await assert.rejects(thread.ask('one'), ended);
  await assert.rejects(thread.ask('two'), ended);
  await thread.close();
});

test('an aborted signal ends a thread that never answers, with its reason', async () => {
  const stop = new AbortController();
  const thread = startThread<string, string>({
    program: program('for (;;) Math.random();'),
    work: 'counting',
    signal: stop.signal,
  });
  const asked = thread.ask('for ever');
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await assert.rejects(asked, /enough/);
  await thread.close();
});
