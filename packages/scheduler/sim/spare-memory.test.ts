import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../src/demand.ts';
import type { PlannedTask } from './scenario.ts';
import { simulate } from './simulate.ts';
import { grant, host, scripted, smallWorld, task } from './testing/small-world.ts';

const read = (model: string): Decision => ({
  type: 'read-weights',
  runner: 'h',
  model,
  reason: 'said so',
});
const [first, second] = [grant({ tasks: ['t1'] }), grant({ tasks: ['t2'], devices: ['gpu-1'] })];
const two = [task({ id: 't1' }), task({ id: 't2', model: 'b' })];

type World = {
  readonly spareMib?: number;
  readonly planned?: readonly PlannedTask[];
};

/** What each task's load took, and how often weights were read because of a hint. */
const run = (script: Parameters<typeof scripted>[0], { spareMib = 60_000, planned = two }: World = {}) => {
  const policy = scripted(script);
  const { weightsRead } = simulate({
    scenario: smallWorld({
      planned,
      runners: [host({ id: 'h', gpus: 2, spareMib })],
    }),
    policy,
  });
  const loads = policy.heard.flatMap((line) => /^(t\d) .* loaded (\d+)/.exec(line)?.slice(1).join(' ') ?? []);
  assert.deepEqual(
    policy.heard.filter((line) => line.startsWith('h ')),
    ['h here, memory empty'],
    'nobody is told what lies there',
  );
  return [...loads.toSorted(), `${weightsRead} read`];
};

test('Weights that were read are loaded from memory; reading leaves half of the disk to others.', () => {
  const at = (atMs: number) =>
    run([
      { atMs: 0, decisions: [read('a')] },
      { atMs, decisions: [first, second] },
    ]);
  assert.deepEqual(at(17_000), ['t1 10000', 't2 10000', '0 read']);
  assert.deepEqual(at(18_000), ['t1 1000', 't2 10000', '1 read']);
});

test('One model is read after the other, those that fit.', () => {
  const at = (atMs: number, spareMib: number) =>
    run(
      [
        { atMs: 0, decisions: [read('a'), read('b')] },
        { atMs, decisions: [first, second] },
      ],
      { spareMib },
    );
  assert.deepEqual(at(35_000, 60_000), ['t1 1000', 't2 10000', '1 read']);
  assert.deepEqual(at(36_000, 60_000), ['t1 1000', 't2 1000', '2 read']);
  assert.deepEqual(at(36_000, 59_999), ['t1 1000', 't2 10000', '1 read']);
  assert.deepEqual(at(36_000, 29_999), ['t1 10000', 't2 10000', '0 read']);
});

test('Reading stands still while others load from the disk.', () => {
  const at = (atMs: number) =>
    run([
      { atMs: 0, decisions: [read('b'), first] },
      { atMs, decisions: [second] },
    ]);
  assert.deepEqual(at(27_000), ['t1 10000', 't2 10000', '0 read']);
  assert.deepEqual(at(28_000), ['t1 10000', 't2 1000', '1 read']);
});

test('What was loaded lies in spare memory too, the longest unused going first.', () => {
  const planned = ['a', 'b', 'a'].map((model, index) => task({ id: `t${index + 1}`, model }));
  const script = [
    { atMs: 0, decisions: [first] },
    { atMs: 20_000, decisions: [grant({ tasks: ['t2'], evict: ['a'] })] },
    { atMs: 40_000, decisions: [grant({ tasks: ['t3'], evict: ['b'] })] },
  ];
  assert.deepEqual(run(script, { planned }), ['t1 10000', 't2 10000', 't3 1000', '0 read']);
  assert.deepEqual(run(script, { planned, spareMib: 59_999 }), ['t1 10000', 't2 10000', 't3 10000', '0 read']);
});

test('Nothing is read twice within ten minutes.', () => {
  const planned = [0, 600_000, 601_000].map((submittedMs, index) => task({ id: `t${index + 1}`, submittedMs }));
  const reads = (...atMs: readonly number[]) =>
    run(
      [
        ...atMs.map((each) => ({ atMs: each, decisions: [read('b')] })),
        {
          atMs: 700_000,
          decisions: planned.map(({ demand: { id } }, at) => grant({ tasks: [id], devices: [`gpu-${at}`] })).slice(0, 2),
        },
        {
          atMs: 800_000,
          decisions: [grant({ tasks: ['t3'], tier: 'resident' })],
        },
      ],
      { planned },
    ).at(-1);
  assert.deepEqual([reads(0, 600_000), reads(0, 601_000)], ['1 read', '2 read']);
});
