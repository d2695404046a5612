import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../src/demand.ts';
import { simulate } from './simulate.ts';
import { grant, host, scripted, smallWorld, task } from './testing/small-world.ts';

const slot = { gpus: 0, model: null, vramMib: 0 };
const onSlot = { devices: [], tier: 'none' as const };
const runners = ['h', 'i', 'j'].map((id) => host({ id, gpus: 0 }));
const network = { runnerMibPerS: 100, storeMibPerS: 1e9 };
const hint = (inputs: readonly string[], runner = 'j'): Decision => ({
  type: 'prefetch',
  task: 'last',
  runner,
  inputs: inputs.map((id) => ({ id, mib: 0 })),
  reason: 'said so',
});

/** `first` and `second` write 100 MiB on `h` and `i`; `last` reads both; `other` reads 200 MiB on `j`. */
const planned = [
  task({ id: 'first', ...slot }, { outputMib: 100 }),
  task({ id: 'second', ...slot }, { outputMib: 100, trueMs: 20_000 }),
  task({ id: 'other', ...slot }, { inputMib: 200 }),
  task({ id: 'last', ...slot }, { after: ['first', 'second'] }),
];
const scenario = smallWorld({ planned, runners, network, linked: true });
const begin = { atMs: 0, decisions: [grant({ tasks: ['first'], ...onSlot }), grant({ tasks: ['second'], runner: 'i', ...onSlot })] };
const onJ = (atMs: number, id: string) => ({ atMs, decisions: [grant({ tasks: [id], runner: 'j', ...onSlot })] });
const heard = (script: Parameters<typeof scripted>[0], over = scenario) => {
  const policy = scripted(script);
  const outcome = simulate({ scenario: over, policy });
  return { heard: policy.heard.filter((line) => /comes|done/.test(line)), outcome };
};

test('What is there of a task that cannot start yet is told, and what was fetched ahead is not fetched again.', () => {
  const told = heard([begin, { atMs: 6100, decisions: [hint(['first'])] }, onJ(21_200, 'last'), onJ(40_000, 'other')]);
  assert.deepEqual(told.heard, [
    'first done ran 6000 loaded 0',
    'last comes, reads first',
    'second done ran 21000 loaded 0',
    'last done ran 5000 loaded 1000',
    'other done ran 5000 loaded 2000',
  ]);
  assert.equal(told.outcome.aheadMib, 100);
});

test('What runs on a runner fetches as if nothing were fetched ahead, which stands still meanwhile.', () => {
  const told = heard([begin, { atMs: 6100, decisions: [hint(['first'])] }, onJ(6600, 'other'), onJ(21_200, 'last')]);
  assert.ok(told.heard.includes('other done ran 5000 loaded 2000'), told.heard.join('; '));
  assert.ok(told.heard.includes('last done ran 5000 loaded 1000'), 'and goes on afterwards');
});

test('A task does not wait for what is still on its way ahead of it: it fetches that itself.', () => {
  const told = heard([begin, { atMs: 21_200, decisions: [hint(['first', 'second'])] }, onJ(21_300, 'last'), onJ(40_000, 'other')]);
  assert.ok(told.heard.includes('last done ran 5000 loaded 2000'), told.heard.join('; '));
});

test('A runner that dies forgets what it was to fetch, and a hint about what was never written is a fault.', () => {
  const incidents = [{ type: 'dies' as const, atMs: 6200, runner: 'j', downMs: 1000 }];
  const script = [begin, { atMs: 6100, decisions: [hint(['first'])] }, onJ(40_000, 'last'), onJ(50_000, 'other')];
  assert.ok(heard(script, { ...scenario, incidents }).heard.includes('last done ran 5000 loaded 2000'));
  assert.throws(() => heard([begin, { atMs: 100, decisions: [hint(['second'])] }]), /nothing was written by second/);
});
