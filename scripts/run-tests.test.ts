import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unmount } from '@filmwright/process/mounts';

const folder = mkdtempSync(join(tmpdir(), 'filmwright-run-'));
const dead = spawnSync(process.execPath, ['--version']).pid;
/** What a run left that was killed, in either folder that a run may take. */
const left = [tmpdir(), '/dev/shm'].filter(existsSync).map((temp) => mkdtempSync(join(temp, `filmwright-tests-${dead}-`)));
after(() => {
  for (const path of left) {
    unmount(join(path, 'disk'));
    rmSync(path, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
});

test('a run of tests removes what one left that was killed, with the disks that were mounted there', () => {
  for (const path of left) {
    mkdirSync(join(path, 'disk'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'filmwright-test', join(path, 'disk')]);
    writeFileSync(join(path, 'disk', 'file'), 'left over');
  }
  const file = join(folder, 'tells.test.mjs');
  writeFileSync(file, `import { test } from 'node:test';\ntest('tells where it runs', () => console.log(process.env.TMPDIR));\n`);
  // The runner of this very test must not be taken for the one of that.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, [fileURLToPath(new URL('run-tests.mjs', import.meta.url)), file], { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const place = /^(\/.+\/filmwright-tests-\d+-\w+)$/m.exec(run.stdout)?.[1] ?? '';
  assert.notEqual(place, '', run.stdout);
  assert.equal(existsSync(place), false);
  const there = left.find((path) => dirname(path) === dirname(place)) ?? '';
  assert.notEqual(there, '');
  assert.equal(existsSync(there), false);
});
