// Runs the test files that it is given in their order, two at a time, and says how each test ended; `node --test` would sort them. Needs Node 24.
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const events = run({ files: process.argv.slice(2), concurrency: 2 });
events.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
