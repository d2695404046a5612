import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runnerNames } from './runner-names.ts';

const home = mkdtempSync(join(tmpdir(), 'filmwright-names-'));
after(() => rmSync(home, { recursive: true }));

test('runners beside a gateway are numbered; those alone have the name of machine and home', async () => {
  assert.deepEqual(await runnerNames(home, { count: 2, isAlone: false }), ['runner-1', 'runner-2']);
  const [first = '', second = ''] = await runnerNames(home, { count: 2, isAlone: true });
  assert.match(first, /-[0-9a-f]{6}-1$/);
  assert.equal(second, first.replace(/1$/, '2'));
});

test('a name that another living process of the home holds is passed over, and taken once that is gone', async () => {
  const [first = ''] = await runnerNames(home, { count: 1, isAlone: true });
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  mkdirSync(join(home, 'runners'), { recursive: true });
  writeFileSync(join(home, 'runners', first), String(other.pid));
  assert.deepEqual(await runnerNames(home, { count: 1, isAlone: true }), [first.replace(/1$/, '2')]);
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  assert.deepEqual(await runnerNames(home, { count: 1, isAlone: true }), [first]);
  assert.deepEqual(readdirSync(home), ['runners']);
});
