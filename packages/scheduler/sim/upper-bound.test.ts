import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policies } from './policies.ts';
import { reference } from './scenarios/reference.ts';
import { simulate } from './simulate.ts';
import { host, smallWorld, task } from './testing/small-world.ts';
import { upperBound } from './upper-bound.ts';

const oneGpu = [host({ id: 'h', gpus: 1 })];

test('Work that fits without a swap has no bound under all, and needs its own time alone.', () => {
  const planned = [0, 5000, 10_000].map((submittedMs, index) => task({ id: `t${index}`, submittedMs, deadlineMs: 20_000 }));
  const bound = upperBound(smallWorld({ planned, runners: oneGpu }));
  assert.equal(bound.part, 1);
  assert.equal(bound.leastDevices, 15_000 / 20_000);
  assert.equal(bound.leastSwapShare, 0);
});

test('Twice the work that there is time for leaves half of it late.', () => {
  const planned = Array.from({ length: 40 }, (_, index) => task({ id: `t${index}`, deadlineMs: 100_000 }));
  assert.equal(upperBound(smallWorld({ planned, runners: oneGpu })).part, 0.5);
});

test('Time that is left in a quiet hour does not help in a busy one.', () => {
  const planned = Array.from({ length: 200 }, (_, index) => task({ id: `t${index}`, submittedMs: 600_000, deadlineMs: 1_200_000 }));
  const { part, leastDevices } = upperBound(smallWorld({ planned, runners: oneGpu }));
  assert.ok(leastDevices < 1, `until the last deadline there is time enough for all, found ${leastDevices}`);
  assert.equal(part, 120 / 200);
});

test('A model that comes back after its patience is over costs a load or the time between.', () => {
  const planned = [0, 100_000].map((submittedMs, index) => task({ id: `t${index}`, submittedMs, deadlineMs: submittedMs + 5000 }));
  const bound = upperBound(smallWorld({ planned, runners: oneGpu }));
  assert.ok(
    Math.abs(bound.leastDevices - 20_000 / 105_000) < 1e-9,
    `found ${bound.leastDevices}: two times 5 s of work and a load of 10 s in 105 s`,
  );
});

test('What the bound does not hold for is refused.', () => {
  const planned = [task({ id: 't', deadlineMs: 1000 })];
  assert.throws(() => upperBound(smallWorld({ planned, loadSpread: 0.1 })), /loads vary/);
  assert.throws(() => upperBound(smallWorld({ planned: [task({ id: 't' })] })), /task t has no model or deadline/);
});

test('No policy beats the bound, also where more is asked than the fleet can do.', () => {
  const seed = 7;
  const scenario = {
    ...reference({ seed, load: 1.6, warm: false }),
    tasks: () => [...reference({ seed, load: 1.6, warm: false }).tasks()].slice(0, 1500),
  };
  const { part } = upperBound(scenario);
  assert.ok(part < 1, `the bound should bite at load 1.6, found ${part}`);
  for (const [name, create] of Object.entries(policies)) {
    const { tasks } = simulate({ scenario, policy: create({ seed, scenario }) });
    const met = tasks.filter(({ doneMs, deadlineMs }) => doneMs <= (deadlineMs ?? 0)).length / 1500;
    assert.ok(met <= part, `${name} met ${met}, the bound is ${part}`);
  }
});
