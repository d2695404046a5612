// Runs the test files that it is given in their order, several at a time, and says how each test ended; `node --test` would sort them. Needs Node 24.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { isAlive } from '@filmwright/process/is-alive';
import { mountsBelow, unmount } from '@filmwright/process/mounts';

const temp = roomyMemory() ?? tmpdir();
removeLeft(temp);
const folder = mkdtempSync(join(temp, `filmwright-tests-${process.pid}-`));
chmodSync(folder, 0o755);
process.on('exit', () => remove(folder));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
process.env.TMPDIR = folder;
// The first database that a test makes is kept here as it was at first; the others are copies.
process.env.FILMWRIGHT_TEST_DATABASE = mkdtempSync(join(folder, 'database-'));
chmodSync(process.env.FILMWRIGHT_TEST_DATABASE, 0o755);

// Tests wait for what they started: two cores are busy four fifths of the time with two of them, and nearly all of it with three.
const atOnce = 3;
const events = run({ files: gathered(process.argv.slice(2)), concurrency: atOnce });
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

/** Linux's folder in memory, where a database of a test is made and removed in a third of the time; null where it is small or starts no programs, as in many a container. */
function roomyMemory() {
  const memory = '/dev/shm';
  const wanted = 6 * 2 ** 30;
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < wanted || freemem() < wanted) return null;
    const program = join(mkdtempSync(join(memory, `filmwright-tests-${process.pid}-`)), 'node');
    try {
      copyFileSync(process.execPath, program);
      return spawnSync(program, ['--version']).status === 0 ? memory : null;
    } finally {
      rmSync(join(program, '..'), { recursive: true, force: true });
    }
  } catch {
    return null;
  }
}

/** Removes what runs left that were killed. */
function removeLeft(temp) {
  for (const name of readdirSync(temp)) {
    const pid = /^filmwright-tests-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(temp, name));
  }
}

/** With what tests mounted there that were killed; what cannot be removed is told, and stops no tests. */
function remove(folder) {
  for (const { point } of mountsBelow(folder)) unmount(point);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`${folder} stays: ${error.message}\n`);
  }
}

/** The files of folders that do no I/O as one file, which stands where the first of them stood: starting a process for each would take longer than they do. */
function gathered(files) {
  const quick = ['packages/contracts/', 'packages/core/', 'packages/scheduler/src/', 'apps/studio/src/', 'test/golden/'];
  const isQuick = (file) => quick.some((start) => file.replaceAll('\\', '/').startsWith(start));
  const together = files.filter(isQuick);
  if (together.length < 2) return files;
  const path = join(folder, 'together.test.ts');
  writeFileSync(path, together.map((file) => `import ${JSON.stringify(resolve(file))};\n`).join(''));
  return [...files.slice(0, files.indexOf(together[0])), path, ...files.slice(files.indexOf(together[0])).filter((file) => !isQuick(file))];
}
