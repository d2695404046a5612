import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../src/demand.ts';
import { createFifo } from './baselines/fifo.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { grant, host, scripted, smallWorld, task } from './testing/small-world.ts';

const preempt = (id: string, other: string): Decision => ({ type: 'preempt', task: id, runner: 'h', for: other, reason: 'said so' });

const run = (scenario: Scenario, script: Parameters<typeof scripted>[0]) => {
  const policy = scripted(script);
  return { outcome: simulate({ scenario, policy }), heard: policy.heard };
};

test('A load from disk comes before the work, and the next task finds the weights resident.', () => {
  const scenario = smallWorld({ planned: [task({ id: 't1' }), task({ id: 't2' })] });
  const { outcome, heard } = run(scenario, [
    { atMs: 0, decisions: [grant({ tasks: ['t1'] })] },
    { atMs: 15_000, decisions: [grant({ tasks: ['t2'], tier: 'resident' })] },
  ]);
  assert.deepEqual(heard.slice(3), ['t1 done ran 5000 loaded 10000', 't2 done ran 5000 loaded 0']);
  assert.deepEqual(
    outcome.tasks.map(({ waitMs }) => waitMs),
    [10_100, 15_100],
  );
  assert.equal(outcome.left, 0);
});

test('Weights that were unloaded come back from the host memory, the longest unused going first when it is full.', () => {
  const planned = ['t1', 't2', 't3', 't4'].map((id, index) => task({ id, model: index % 2 === 0 ? 'a' : 'b' }));
  const { heard } = run(smallWorld({ planned, runners: [host({ id: 'h', gpus: 1, hostMib: 40_000 })] }), [
    { atMs: 0, decisions: [grant({ tasks: ['t1'] })] },
    { atMs: 20_000, decisions: [grant({ tasks: ['t2'], evict: ['a'] })] },
    { atMs: 40_000, decisions: [grant({ tasks: ['t3'], evict: ['b'], tier: 'memory' })] },
    { atMs: 60_000, decisions: [grant({ tasks: ['t4'], evict: ['a'], tier: 'memory' })] },
  ]);
  assert.deepEqual(
    heard.filter((line) => line.startsWith('h ')),
    ['h here, memory empty', 'h here, memory a', 'h here, memory b', 'h here, memory a'],
  );
  assert.deepEqual(
    heard.flatMap((line) => line.match(/loaded \d+/) ?? []),
    ['loaded 10000', 'loaded 10000', 'loaded 1000', 'loaded 1000'],
  );
});

const impossible: readonly {
  readonly name: string;
  readonly decisions: readonly Decision[];
  readonly fault: RegExp;
  readonly world?: Partial<Scenario>;
}[] = [
  { name: 'of a task that nobody told', decisions: [grant({ tasks: ['t9'] })], fault: /task t9 is not known/ },
  {
    name: 'of a task twice',
    decisions: [grant({ tasks: ['t1'] }), grant({ tasks: ['t1'], devices: ['gpu-1'] })],
    fault: /task t1 runs already/,
  },
  { name: 'on a busy device', decisions: [grant({ tasks: ['t1'] }), grant({ tasks: ['t2'] })], fault: /device gpu-0 of h is busy/ },
  { name: 'on an unknown runner', decisions: [grant({ tasks: ['t1'], runner: 'x' })], fault: /runner x is not known/ },
  { name: 'beyond the memory of a device', decisions: [grant({ tasks: ['big'] })], fault: /do not fit/ },
  {
    name: 'that says resident where nothing is',
    decisions: [grant({ tasks: ['t1'], tier: 'resident' })],
    fault: /weights are disk, found resident/,
  },
  { name: 'that unloads what is not there', decisions: [grant({ tasks: ['t1'], evict: ['b'] })], fault: /model b is on none/ },
  { name: 'where the capability is missing', decisions: [grant({ tasks: ['other'] })], fault: /cannot do sing/ },
  { name: 'in the wrong region', decisions: [grant({ tasks: ['far'] })], fault: /not in region there/ },
  { name: 'in the wrong pool', decisions: [grant({ tasks: ['pooled'] })], fault: /not of pool rented/ },
  { name: 'of too few devices for a gang', decisions: [grant({ tasks: ['gang'] })], fault: /wants 2 GPUs, found 1/ },
  {
    name: 'of a gang across fabrics',
    decisions: [grant({ tasks: ['gang'], devices: ['gpu-0', 'gpu-1'] })],
    fault: /different fabrics/,
    world: {
      runners: [
        {
          ...host({ id: 'h', gpus: 0 }),
          devices: ['x', 'y'].map((fabric, index) => ({ id: `gpu-${index}`, product: 'plain', vramMib: 48_000, fabric })),
        },
      ],
    },
  },
  {
    name: 'over the cap of a workspace',
    decisions: [grant({ tasks: ['t1'] }), grant({ tasks: ['t2'], devices: ['gpu-1'] })],
    fault: /workspace w may run 1 tasks, runs 1/,
    world: { workspaces: [{ id: 'w', weight: 1, cap: 1 }] },
  },
  { name: 'of two tasks that are no batch', decisions: [grant({ tasks: ['t1', 't2'] })], fault: /runs alone/ },
  {
    name: 'on a draining runner',
    decisions: [grant({ tasks: ['t1'] })],
    fault: /runner h drains/,
    world: { runners: [{ ...host({ id: 'h', gpus: 2 }), draining: true }] },
  },
  { name: 'to hand back what has no borders', decisions: [grant({ tasks: ['t1'] }), preempt('t1', 't2')], fault: /has no borders/ },
  { name: 'to hand back what does not run', decisions: [preempt('t1', 't2')], fault: /does not run/ },
];

for (const { name, decisions, fault, world } of impossible) {
  test(`A decision ${name} is refused aloud.`, () => {
    const planned = [
      task({ id: 't1' }),
      task({ id: 't2' }),
      task({ id: 'big', vramMib: 20_000 }),
      task({ id: 'other', capability: 'sing' }),
      task({ id: 'far', region: 'there' }),
      task({ id: 'pooled', pool: 'rented' }),
      task({ id: 'gang', gpus: 2 }),
    ];
    assert.throws(() => run(smallWorld({ planned, ...world }), [{ atMs: 0, decisions }]), fault);
  });
}

test('A task is handed back at its next border and told anew with what is left of it.', () => {
  const planned = [task({ id: 't1', estimateMs: 20_000, bordersMs: 2000 }, { trueMs: 20_000 }), task({ id: 't2', submittedMs: 12_000 })];
  const { outcome, heard } = run(smallWorld({ planned }), [
    { atMs: 0, decisions: [grant({ tasks: ['t1'] })] },
    { atMs: 13_000, decisions: [preempt('t1', 't2')] },
    { atMs: 14_100, decisions: [grant({ tasks: ['t2'], tier: 'resident' })] },
    { atMs: 19_100, decisions: [grant({ tasks: ['t1'], tier: 'resident' })] },
  ]);
  assert.deepEqual(heard.slice(3), [
    't1 returned ran 4000 loaded 10000',
    't1 waits, estimate 16000',
    't2 done ran 5000 loaded 0',
    't1 done ran 16000 loaded 0',
  ]);
  assert.equal(outcome.preemptions, 1);
});

test('What a dying runner had is lost once its silence is noticed, and runs again where there is room.', () => {
  const runners = [host({ id: 'h', gpus: 1 }), host({ id: 'i', gpus: 1 })];
  const incidents = [{ type: 'dies' as const, atMs: 12_000, runner: 'h', downMs: 30_000 }];
  const { outcome, heard } = run(smallWorld({ planned: [task({ id: 't1' })], runners, incidents }), [
    { atMs: 0, decisions: [grant({ tasks: ['t1'] })] },
    { atMs: 37_000, decisions: [grant({ tasks: ['t1'], runner: 'i' })] },
  ]);
  assert.deepEqual(heard.slice(3), [
    't1 lost ran 26900 loaded 10000',
    'h gone',
    't1 waits, estimate 5000',
    't1 done ran 5000 loaded 10000',
    'h here, memory empty',
  ]);
  assert.equal(outcome.tasks[0]?.attempts, 2);
});

test('A draining runner finishes what it has, goes and comes back.', () => {
  const incidents = [{ type: 'drains' as const, atMs: 1000, runner: 'h', downMs: 5000 }];
  const { heard } = run(smallWorld({ planned: [task({ id: 't1' })], incidents }), [{ atMs: 0, decisions: [grant({ tasks: ['t1'] })] }]);
  assert.deepEqual(heard.slice(2), ['h drains, memory empty', 't1 done ran 5000 loaded 10000', 'h gone', 'h here, memory empty']);
});

test('A withdrawn task stops within two seconds and is not told anew; a waiting one is forgotten.', () => {
  const incidents = ['t1', 't2'].map((id) => ({ type: 'withdrawn' as const, atMs: 11_000, task: id }));
  const { outcome, heard } = run(smallWorld({ planned: [task({ id: 't1' }), task({ id: 't2' })], incidents }), [
    { atMs: 0, decisions: [grant({ tasks: ['t1'] })] },
  ]);
  assert.deepEqual(heard.slice(3), ['t1 withdrawn', 't2 withdrawn', 't1 failed ran 2900 loaded 10000']);
  assert.deepEqual([outcome.tasks.length, outcome.left, outcome.withdrawn], [0, 0, 2]);
});

test('A batch takes less than its tasks one after another, and all of them end at once.', () => {
  const planned = ['t1', 't2', 't3'].map((id) => task({ id, batch: 'same', batchMost: 3 }));
  const { heard } = run(smallWorld({ planned, batchPart: 0.5 }), [{ atMs: 0, decisions: [grant({ tasks: ['t1', 't2', 't3'] })] }]);
  assert.deepEqual(
    heard.slice(4),
    ['t1', 't2', 't3'].map((id) => `${id} done ran 10000 loaded 10000`),
  );
});

test('A task that comes after others is told when they are done, near the runners that hold what they wrote.', () => {
  const slot = { gpus: 0, model: null, vramMib: 0 };
  const planned = [task({ id: 't1', ...slot }, { outputMib: 100 }), task({ id: 't2', ...slot }, { after: ['t1'] })];
  const runners = [host({ id: 'h', gpus: 0 }), host({ id: 'i', gpus: 0 })];
  const network = { runnerMibPerS: 100, storeMibPerS: 1000 };
  const onSlot = { devices: [], tier: 'none' as const };
  const script = (second: string) => [
    { atMs: 0, decisions: [grant({ tasks: ['t1'], ...onSlot })] },
    { atMs: 6200, decisions: [grant({ tasks: ['t2'], runner: second, ...onSlot })] },
  ];
  const scenario = smallWorld({ planned, runners, network, linked: true });
  assert.deepEqual(run(scenario, script('h')).heard.slice(3), [
    't1 done ran 6000 loaded 0',
    't2 waits, estimate 5000',
    't2 done ran 5000 loaded 0',
  ]);
  assert.equal(run(scenario, script('i')).heard.at(-1), 't2 done ran 5000 loaded 1000');
});

test('A grant to a runner that has silently died comes to nothing, and is no fault of the policy.', () => {
  const incidents = [{ type: 'dies' as const, atMs: 1000, runner: 'h', downMs: 1000 }];
  const { outcome, heard } = run(smallWorld({ planned: [task({ id: 't1' })], incidents }), [
    { atMs: 5000, decisions: [grant({ tasks: ['t1'] })] },
    { atMs: 28_000, decisions: [grant({ tasks: ['t1'] })] },
  ]);
  assert.ok(
    heard.some((line) => line.startsWith('t1 lost')),
    heard.join('; '),
  );
  assert.equal(outcome.tasks.length, 1);
});

test('A standby that takes over is told what there is, what runs and what waits, and goes on with it.', () => {
  const incidents = [{ type: 'takeover' as const, atMs: 3000 }];
  const scenario = smallWorld({ planned: [task({ id: 't1' }), task({ id: 't2' })], incidents });
  const leader = scripted([{ atMs: 0, decisions: [grant({ tasks: ['t1'] })] }]);
  const standby = scripted([{ atMs: 15_100, decisions: [grant({ tasks: ['t2'], tier: 'resident' })] }]);
  const outcome = simulate({ scenario, policy: leader, standby: () => standby });
  assert.deepEqual(standby.heard, [
    'h here, memory empty',
    't1 runs',
    't2 waits, estimate 5000',
    't1 done ran 5000 loaded 10000',
    't2 done ran 5000 loaded 0',
  ]);
  assert.deepEqual([outcome.takeovers, outcome.tasks.length], [1, 2]);
});

test('The same seed gives the same outcome to the last figure.', () => {
  const scenario = smallWorld({
    planned: Array.from({ length: 200 }, (_, index) => task({ id: `t${index}`, submittedMs: index * 3000 })),
    loadSpread: 0.2,
    failPart: 0.1,
  });
  const [first, second] = [1, 2].map(() => simulate({ scenario, policy: createFifo({ seed: 3, scenario }) }));
  assert.deepEqual(first?.tasks, second?.tasks);
  assert.deepEqual(first?.runs, second?.runs);
});
