import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './create-log.ts';

test('P3: a log line is one line of JSON; lines below the least level are left out', () => {
  const lines: string[] = [];
  const log = createLog({ app: 'runner', least: 'warn', write: (line) => lines.push(line) });
  log('info', 'nobody reads this');
  log('error', 'it broke\nhere', { task: 'a' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^[^\n]+\n$/);
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.equal(typeof time, 'number');
  assert.deepEqual(rest, { level: 50, pid: process.pid, app: 'runner', task: 'a', msg: 'it broke\nhere' });
});

test('P3: a level that has no name lets through what everybody should see', () => {
  const lines: string[] = [];
  const log = createLog({ app: 'controller', least: 'loud', write: (line) => lines.push(line) });
  log('debug', 'left out');
  log('info', 'kept');
  assert.equal(lines.length, 1);
});
