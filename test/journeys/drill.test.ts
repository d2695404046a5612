import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { filmwright, homesOfTest, processesOf } from './platform-home.ts';

const newHome = homesOfTest();

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
  assert.doesNotMatch(readFileSync('/proc/mounts', 'utf8'), new RegExp(home));
});
