import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountsBelow, unmount } from '@filmwright/process/mounts';
import { filmwright, homesOfTest, processesOf, start, until } from './platform-home.ts';

const newHome = homesOfTest();
const disksBelow = (home: string): readonly string[] => mountsBelow(home).map(({ point }) => point);

test('a drill breaks what it started, loses nothing, does and charges nothing twice, and leaves nothing behind', async () => {
  const home = newHome();
  // Two of them: one that hangs a task, and one that promotes a standby.
  const args = ['drill', '--rounds', '2', '--only', 'an', '--seed', '1', '--runners', '2', '--home', home, '--json'];
  const { status, out, err } = await filmwright(home, args);
  assert.equal(status, 0, out + err);
  assert.deepEqual(JSON.parse(out), { rounds: 2, lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0, missed: 0, unplayed: 0 });
  assert.match(err, /^\d\. hang a task: .+ Nothing was lost/m);
  assert.match(err, /its standby was promoted.*fences went on from \d+ at \d+.* Nothing was lost/);
  assert.deepEqual(processesOf(home), []);
  const none = await filmwright(home, ['drill', '--only', 'set the house on fire', '--home', home]);
  assert.notEqual(none.status, 0);
  assert.match(none.err, /No fault is called "set the house on fire"; there are: kill a runner, /);
  assert.deepEqual(disksBelow(home), []);
});

test('a drill that is killed takes its platform along, and the next one takes its disks away', async () => {
  const home = newHome();
  const { pid, ended } = start(home, ['drill', '--rounds', '1', '--runners', '1', '--home', home]);
  await until(() => processesOf(home).some(({ role }) => role === 'runner'), 'the drill has a runner');
  const disks = disksBelow(home);
  process.kill(pid, 'SIGKILL');
  await ended;
  await until(() => processesOf(home).length === 0, 'what the drill started has ended');
  assert.equal(disks.length, mayMount(home) ? 2 : 0);
  const next = await filmwright(home, ['drill', '--url', 'http://127.0.0.1:9', '--token', 'none', '--home', home]);
  assert.equal(next.status, 1, next.out + next.err);
  assert.deepEqual(disksBelow(home), []);
});

/** Root on Linux, and not in every container. */
function mayMount(home: string): boolean {
  const folder = join(home, 'tried');
  mkdirSync(folder);
  const may = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'filmwright-test', folder]).status === 0;
  unmount(folder);
  return may;
}
