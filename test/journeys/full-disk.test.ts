import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { problemSchema } from '@filmwright/contracts';
import { filmwright, makeHome, processesOf, removeHome } from './platform-home.ts';
import { writeFilm } from './small-film.ts';
import { assertWholeMedia } from './whole-media.ts';

const mebibyte = 1024 ** 2;
/** A disk of its own, whose size this file decides. */
const disk = makeHome();
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${600 * mebibyte},mode=755`, 'tmpfs', disk]);
const skip = mounted.status === 0 ? false : 'mounting a file system of memory needs root on Linux';
if (!skip) chmodSync(disk, 0o755);
after(async () => {
  for (const { pid } of processesOf(disk)) process.kill(pid, 'SIGKILL');
  if (!skip) spawnSync('umount', ['-l', disk]);
  await removeHome(disk);
});

/** Gives the disk another size; what lies on it stays. */
function resize(bytes: number): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${Math.ceil(bytes)}`, disk], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const used = (): number => {
  const { blocks, bfree, bsize } = statfsSync(disk);
  return (blocks - bfree) * bsize;
};

// Grain does not compress: fifteen frames of it take about 2 MB, and each backdrop is kept prepared.
const film = {
  title: 'Full',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    { narration: 'Hello there.', visual: { backdrop: 'plain' } },
    ...['halo', 'waves', 'grid', 'arc', 'sweep'].map((backdrop, index) => ({
      length: '15f',
      visual: { backdrop },
      filters: { grain: 1 - index / 100 },
    })),
  ],
  outputs: { master: { quality: 'standard' } },
};

test('a disk that becomes full while spans are made is told with its place, and with more room the same command goes on', {
  skip,
}, async () => {
  const out = join(disk, 'out');
  const path = writeFilm(disk, film);
  const checked = await filmwright(disk, ['check', path, '--json']);
  assert.equal(checked.status, 0, checked.out + checked.err);
  resize(used() + 41 * mebibyte);

  const full = await filmwright(disk, ['make', path, '--out', out, '--json']);
  assert.equal(full.status, 1, full.out + full.err);
  const problem = problemSchema.parse(JSON.parse(full.out));
  assert.equal(problem.code, 'disk-full');
  const wanted =
    /^(storyboard\[\d\]|.*), \w+: The file system (\S+) is full: \d+ MB left for (\S+); wanted (about|at least) \d+ MB .*database\. Free space there or set FILMWRIGHT_HOME to a larger disk, then run the same command again; finished parts are kept\.$/;
  const found = wanted.exec(problem.detail);
  assert.deepEqual([found?.[2], found?.[3]], [disk, disk], problem.detail);
  assert.equal(problem.issues?.length, 1);
  assert.deepEqual(processesOf(disk), [], 'nothing is left running');
  assert.equal(existsSync(out), false, 'no output appears');
  assert.deepEqual(readdirSync(join(disk, 'work')), [], 'nothing half written takes room');
  assertWholeMedia(join(disk, 'media'));
  assert.deepEqual(readdirSync(join(disk, 'media/tmp')), [], 'nothing half stored takes room');
  assert.doesNotMatch(readFileSync(join(disk, 'postgresql/server.log'), 'utf8'), /PANIC|could not write/, 'the database had its room');

  const before = tasksDone();
  assert.ok(
    before.some(({ kind }) => kind === 'encode'),
    'the disk became full between spans',
  );

  resize(600 * mebibyte);
  const made = await filmwright(disk, ['make', path, '--out', out, '--json']);
  assert.equal(made.status, 0, made.out + made.err);
  const { tasks, master } = JSON.parse(made.out) as {
    readonly tasks: { readonly run: number; readonly reused: number };
    readonly master: string;
  };
  const after = tasksDone();
  assert.equal(new Set(after.map(({ task }) => task)).size, after.length, 'no finished task is run again');
  assert.ok(tasks.reused >= 2, JSON.stringify(tasks));
  assert.ok(statSync(master).size > mebibyte);
  assert.deepEqual(processesOf(disk), []);
});

test('a full disk under the output folder is told by its name, and the film is kept', { skip }, async () => {
  const path = writeFilm(disk, film);
  const small = join(disk, 'small-out');
  spawnSync('mkdir', [small]);
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibyte}`, 'tmpfs', small]).status, 0);
  try {
    const { status, out } = await filmwright(disk, ['make', path, '--out', small, '--json']);
    assert.equal(status, 1, out);
    const problem = problemSchema.parse(JSON.parse(out));
    assert.equal(problem.code, 'disk-full');
    assert.match(
      problem.detail,
      /^There is no room for \S+small-out\/master\.mp4\. .*--out, then run the same command again; the film is made already/,
    );
    assert.deepEqual(readdirSync(small), []);
  } finally {
    spawnSync('umount', ['-l', small]);
  }
});

/** The tasks that runners finished since the home was made, as the log tells them. */
function tasksDone(): readonly { readonly task: string; readonly kind: string }[] {
  return readFileSync(join(disk, 'logs/platform.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"task done"'))
    .map((line) => JSON.parse(line) as { readonly task: string; readonly kind: string });
}
