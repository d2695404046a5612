import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { createLog } from '@filmwright/process';
import { passAllButEnd } from './pass-all-but-end.ts';

const problem = toProblem(new FilmwrightError('unauthorized', 'The token to join was used already.'));
const lines: string[] = [];
const log = createLog({ app: 'runner', write: (line) => lines.push(line) });
log('warn', 'before', { problem });
log('error', 'runner ends', { problem });
log('info', 'behind');
const written = `no log\n${lines.join('')}more, of one that asks: `;

/** What is passed on, and what is taken, of a text that comes in pieces of so many characters. */
function passed(size: number, takes: boolean): { readonly said: string; readonly taken: readonly string[] } {
  let said = '';
  const taken: string[] = [];
  const pass = passAllButEnd(
    (text) => {
      said += text;
    },
    ({ detail }) => {
      taken.push(detail);
      return takes;
    },
  );
  for (let at = 0; at < written.length; at += size) pass(written.slice(at, at + size));
  return { said, taken };
}

test('all that a runner writes is passed on but why it ends, also where a line comes in pieces', () => {
  const rest = written.replace(lines[1] ?? '', '');
  for (const size of [written.length, 100, 1]) assert.deepEqual(passed(size, true), { said: rest, taken: [problem.detail] }, String(size));
});

test('an end that is not taken is passed on as it is', () => {
  assert.deepEqual(passed(written.length, false), { said: written, taken: [problem.detail] });
});
