import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { filmwright, homesOfTest, processesOf } from './platform-home.ts';

const newHome = homesOfTest();

test('a drill breaks what it started, loses nothing, does and charges nothing twice, and leaves nothing behind', async () => {
  const home = newHome();
  const { status, out, err } = await filmwright(home, [
    'drill',
    '--rounds',
    '3',
    '--seed',
    '1',
    '--runners',
    '2',
    '--home',
    home,
    '--json',
  ]);
  assert.equal(status, 0, out + err);
  assert.deepEqual(JSON.parse(out), { rounds: 3, lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0 });
  assert.match(err, /^3\. .+ Nothing was lost/m);
  // What cannot be tried is told, never passed over.
  assert.match(err, /SKIPPED: promote a standby/);
  assert.deepEqual(processesOf(home), []);
  assert.doesNotMatch(readFileSync('/proc/mounts', 'utf8'), new RegExp(home));
});
