// Runs the test files that it is given in their order, three at a time, and says how each test ended; `node --test` would sort them. Needs Node 24.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

// The first database that a test makes is kept here as it was at first; the others are copies.
const prepared = mkdtempSync(join(tmpdir(), 'filmwright-prepared-'));
chmodSync(prepared, 0o755);
process.env.FILMWRIGHT_TEST_DATABASE = prepared;
process.on('exit', () => rmSync(prepared, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

// Two cores are busy four fifths of the time with two: tests wait for what they started.
const atOnce = 3;
const events = run({ files: process.argv.slice(2), concurrency: atOnce });
events.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
const secondsOf = new Map();
for (const kind of ['test:pass', 'test:fail'])
  events.on(kind, ({ file, nesting, details }) => {
    if (nesting === 0 && file !== undefined) secondsOf.set(file, (secondsOf.get(file) ?? 0) + details.duration_ms / 1000);
  });
const shown = 15;
events.once('end', () => {
  const slowest = [...secondsOf].sort(([, one], [, other]) => other - one).slice(0, shown);
  if (secondsOf.size <= shown) return;
  const lines = slowest.map(([file, seconds]) => `  ${seconds.toFixed(1).padStart(6)} s  ${relative(process.cwd(), file)}`);
  process.on('exit', () =>
    process.stdout.write(`The slowest of ${secondsOf.size} files, ${atOnce} of which ran at a time:\n${lines.join('\n')}\n`),
  );
});
events.compose(spec).pipe(process.stdout);
