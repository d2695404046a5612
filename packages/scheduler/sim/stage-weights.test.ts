import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../src/demand.ts';
import { simulate } from './simulate.ts';
import { grant, host, scripted, smallWorld, task } from './testing/small-world.ts';

const stage = (model: string, to: 'disk' | 'memory' = 'memory'): Decision => ({ type: 'stage', runner: 'h', model, to, reason: 'said so' });
const run = (script: Parameters<typeof scripted>[0], facts: { readonly hostMib?: number; readonly onDisk?: readonly string[] } = {}) => {
  const policy = scripted(script);
  const planned = [task({ id: 't1' }), task({ id: 't2', model: 'b' })];
  const outcome = simulate({ scenario: smallWorld({ planned, runners: [host({ id: 'h', gpus: 2, hostMib: 60_000, ...facts })] }), policy });
  return { outcome, heard: policy.heard.filter((line) => /done|memory/.test(line)) };
};

test('Weights that were brought into memory are loaded from there; it takes as long as a load from the disk and is told when it is done.', () => {
  const told = run([
    { atMs: 0, decisions: [stage('a'), stage('b')] },
    { atMs: 10_100, decisions: [grant({ tasks: ['t1'], tier: 'memory' }), grant({ tasks: ['t2'], devices: ['gpu-1'] })] },
  ]);
  assert.deepEqual(told.heard, [
    'h here, memory empty',
    'h here, memory a',
    't1 done ran 5000 loaded 1000',
    't2 done ran 5000 loaded 10000',
  ]);
  assert.equal(told.outcome.staged, 1, 'one at a time');
});

test('A load of what runs has the disk for itself, and one of the same weights makes bringing them in vain.', () => {
  const told = run([
    { atMs: 0, decisions: [stage('a')] },
    { atMs: 5000, decisions: [grant({ tasks: ['t2'] })] },
    { atMs: 15_100, decisions: [grant({ tasks: ['t1'], devices: ['gpu-1'], tier: 'disk' })] },
  ]);
  assert.deepEqual(told.heard.slice(1), ['t2 done ran 5000 loaded 10000', 't1 done ran 5000 loaded 10000']);
  assert.equal(told.outcome.staged, 0);
});

test('Weights come from the store to a disk, and what is not on the disk does not come into memory.', () => {
  const told = run(
    [
      { atMs: 0, decisions: [stage('a')] },
      { atMs: 100, decisions: [stage('a', 'disk')] },
      { atMs: 60_200, decisions: [grant({ tasks: ['t1'] }), grant({ tasks: ['t2'], devices: ['gpu-1'], tier: 'store' })] },
    ],
    { onDisk: [] },
  );
  assert.equal(told.outcome.staged, 1);
  assert.ok(told.heard.includes('t1 done ran 5000 loaded 10000'), told.heard.join('; '));
  assert.ok(told.heard.includes('t2 done ran 5000 loaded 70000'));
});
