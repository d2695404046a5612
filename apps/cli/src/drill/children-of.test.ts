import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { childrenOf } from './children-of.ts';

test('a process has its children, and one that is not there has none: not those of a machine or of a container', (context) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  context.after(() => child.kill('SIGKILL'));
  assert.ok(process.platform !== 'linux' || childrenOf(process.pid).includes(child.pid ?? 0));
  assert.deepEqual([childrenOf(undefined), childrenOf(0)], [[], []]);
});
