import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Decision, Demand, InputFacts } from './demand.ts';
import { standings } from './standings.ts';
import { demand, done, granted, joined, runner, scheduler, wanted } from './testing/fleet-of.ts';

const ahead = { fetchesAhead: true, slots: 1 } as const;
const coming = (task: Demand, ...inputs: readonly InputFacts[]): Change => ({ type: 'coming', task, inputs });
const input = (id: string, ...on: readonly string[]): InputFacts => ({ id, mib: 3, on });
const told = (decisions: readonly Decision[]): readonly (readonly string[])[] =>
  decisions.flatMap((each) => (each.type === 'prefetch' ? [[each.runner, ...each.inputs.map(({ id }) => id)]] : []));

test('A1: one runner is told to fetch what a task that comes will read: the one that holds most, and always the same', () => {
  const { tell, state } = scheduler();
  const task = demand('assemble');
  tell(0, ...joined(...['r1', 'r2', 'r3'].map((id) => runner(id, ahead))));
  const [first, ...others] = tell(1, coming(task, input('s1', 'r1'), input('s2', 'r2'), input('s3', 'r2')));
  assert.equal(others.length, 0);
  assert.deepEqual(told(first === undefined ? [] : [first]), [['r2', 's1']]);
  assert.match(first?.type === 'prefetch' ? first.reason : '', /draw will read them; r2 is likely to be given it, since it made 6 MiB/);
  assert.deepEqual(told(tell(2, coming(task, input('s4', 'r3'), input('s5', 'r3'), input('s6', 'r3'), input('s7', 'r2')))), [
    ['r2', 's4', 's5', 's6'],
  ]);
  assert.deepEqual(tell(3, coming(task, input('s4', 'r3'))), [], 'what was told is not told again');
  tell(4, ...wanted(task));
  assert.equal(state.coming.size, 0);
});

test('A1: whoever cannot do the task, drains, or cannot fetch ahead is told nothing; where the chosen one goes another is told all', () => {
  const { tell } = scheduler();
  const task = demand('assemble', { region: 'here', capability: 'join' });
  const joins = { ...ahead, capabilities: ['join'] };
  tell(
    0,
    ...joined(
      runner('cannot', ahead),
      runner('far', { ...joins, region: 'there' }),
      runner('old', { slots: 1, capabilities: ['join'] }),
      runner('r1', joins),
      runner('r2', joins),
      runner('drains', { ...joins, draining: true }),
    ),
  );
  const all = ['cannot', 'far', 'old', 'drains', 'r1'].map((id, index) => input(`s${index}`, id));
  assert.deepEqual(told(tell(1, coming(task, ...all))), [['r1', 's0', 's1', 's2', 's3']]);
  assert.deepEqual(told(tell(2, ...joined(runner('r1', { ...joins, draining: true })))), [['r2', 's0', 's1', 's2', 's3', 's4']]);
  assert.deepEqual(told(tell(3, { type: 'gone', runner: 'r2' })), [], 'nobody is left');
  assert.deepEqual(told(tell(4, ...joined(runner('r3', joins)), coming(task, input('s5', 'old')))), [
    ['r3', 's0', 's1', 's2', 's3', 's4', 's5'],
  ]);
});

test('A1: tasks that come choose different runners while there are others', () => {
  const { tell } = scheduler();
  tell(0, ...joined(...['r1', 'r2', 'r3'].map((id) => runner(id, ahead))));
  const tasks = ['a', 'b', 'c'].map((id) => coming(demand(id), input(`of-${id}`, 'elsewhere')));
  assert.deepEqual(
    told(tell(1, ...tasks))
      .map(([id]) => id)
      .toSorted(),
    ['r1', 'r2', 'r3'],
  );
});

test('A2: so many inputs are told in one step and no more; the rest comes with the next, and nothing once the task is wanted no more', () => {
  const { tell } = scheduler();
  const many = Array.from({ length: 150 }, (_, index) => input(`s${index}`, 'elsewhere'));
  tell(0, ...joined(runner('r', ahead)));
  const counts = [tell(1, coming(demand('assemble'), ...many)), tell(2), tell(3), tell(4)].map((each) => (told(each)[0]?.length ?? 1) - 1);
  assert.deepEqual(counts, [64, 64, 22, 0]);
  tell(5, coming(demand('other'), ...many));
  assert.deepEqual(tell(6, { type: 'withdrawn', task: 'other' }), []);
});

test('A2: a hint promises nothing: the task goes where it is free, and a runner that was told is given other work', () => {
  const { tell, grants } = scheduler();
  tell(0, ...joined(runner('r1', ahead), runner('r2', ahead)), coming(demand('assemble'), input('s', 'r1')));
  tell(1, ...wanted(demand('other', { near: [{ runner: 'r1', mib: 1 }] })));
  tell(2, ...wanted(demand('assemble')));
  assert.deepEqual(
    grants.map((each) => [each.tasks[0], each.runner]),
    [
      ['other', 'r1'],
      ['assemble', 'r2'],
    ],
  );
});

test('P2: what a runner fetched ahead is not left lying there by tasks that are elsewhere as soon', () => {
  const { tell, grants } = scheduler();
  const assemble = demand('assemble');
  const on = (): Readonly<Record<string, string>> => Object.fromEntries(grants.map((each) => [each.tasks[0], each.runner]));
  tell(0, ...joined(...['r1', 'r2', 'r3', 'r4'].map((id) => runner(id, ahead))));
  tell(1, coming(assemble, { id: 'spans', mib: 450, on: ['r1'] }));
  tell(2, ...wanted(demand('light', { near: [{ runner: 'r1', mib: 60 }] }), demand('plain')));
  assert.deepEqual(on(), { light: 'r2', plain: 'r3' }, 'half a second of fetching is less than what the task that comes would wait');
  tell(3, ...wanted({ ...assemble, near: [{ runner: 'r1', mib: 450 }] }));
  assert.equal(on()['assemble'], 'r1');
  tell(4, coming(demand('next'), { id: 'more', mib: 450, on: ['r1'] }));
  tell(1000, done('assemble'), ...wanted(demand('heavy', { near: [{ runner: 'r1', mib: 450 }] })));
  assert.equal(on()['heavy'], 'r1', 'what saves more than a second there goes there all the same');
  tell(2000, done('heavy'), ...wanted(demand('fourth')));
  tell(2001, ...wanted(demand('last')));
  assert.deepEqual([on()['fourth'], on()['last']], ['r4', 'r1'], 'where nothing else is free it is as good as another');
});

test('P2: nobody waits for a runner that is left to a task that comes', () => {
  const { tell, state } = scheduler();
  const near = [{ runner: 'r1', mib: 60 }];
  const waits = (mib: number): readonly string[] => {
    tell(0, ...joined(runner('r1', ahead), runner('r2', ahead)), coming(demand('assemble'), { id: 'spans', mib, on: ['r1'] }));
    tell(1, ...wanted(demand('short', { estimateMs: 300, size: 'short', near: [{ runner: 'r1', mib: 450 }] })));
    return granted(tell(2, ...wanted(demand('light', { near }))));
  };
  assert.deepEqual(waits(3), []);
  assert.match(standings(state, 2)[0]?.reason ?? '', /for r1, which holds its inputs, beats fetching 60 MiB elsewhere for 0.5 s/);
  tell(300, done('short', 300));
  tell(1300, done('light'), { type: 'withdrawn', task: 'assemble' });
  assert.deepEqual(waits(450), ['light']);
});

test('P2: inputs that would be long on the way are gone to where they are, also where less is free', () => {
  const { tell, grants } = scheduler();
  tell(0, ...joined(runner('small', { slots: 2 }), runner('large', { slots: 8 })));
  tell(1, ...wanted(demand('light', { near: [{ runner: 'small', mib: 20 }] }), demand('heavy', { near: [{ runner: 'small', mib: 450 }] })));
  assert.deepEqual(Object.fromEntries(grants.map((each) => [each.tasks[0], each.runner])), { light: 'large', heavy: 'small' });
});

test('P2: the only task of its kind waits for a runner that holds its inputs, no longer than fetching them elsewhere takes', () => {
  const { tell, state } = scheduler();
  const near = [{ runner: 'r1', mib: 476 }];
  tell(0, ...joined(runner('r1', { slots: 1 }), runner('r2', { slots: 1, linkMibPerS: 119 })));
  tell(0, ...wanted(demand('short', { estimateMs: 3000, near })));
  assert.deepEqual(granted(tell(100, ...wanted(demand('assemble', { capability: 'draw', vramMib: 600, near, readyMs: 100 })))), []);
  assert.equal(
    standings(state, 100)[0]?.reason,
    'waiting 2.9 s for r1, which holds its inputs, beats fetching 476 MiB elsewhere for 4.0 s',
  );
  assert.deepEqual(granted(tell(4099)), [], 'it takes longer than was thought');
  assert.deepEqual(granted(tell(4100)), ['assemble']);
  tell(5100, done('short', 5100), done('assemble'), ...wanted(demand('long', { size: 'long', estimateMs: 60_000, near })));
  assert.deepEqual(granted(tell(5200, ...wanted(demand('next', { near, readyMs: 5200 })))), ['next']);
});

test('P2: what waited in its turn for the runner that holds its inputs goes first there', () => {
  const { tell } = scheduler();
  const both = { slots: 1, capabilities: ['draw', 'join'] };
  tell(
    0,
    ...joined(runner('r1', both), runner('r2', both)),
    ...wanted(demand('short', { estimateMs: 2000, near: [{ runner: 'r1', mib: 1 }] })),
  );
  assert.deepEqual(granted(tell(1, ...wanted(demand('join', { capability: 'join', near: [{ runner: 'r1', mib: 476 }] })))), []);
  assert.deepEqual(granted(tell(2, ...wanted(demand('a', { order: -1 }), demand('b', { order: -1 })))), ['a']);
  assert.deepEqual(granted(tell(2000, done('short', 2000))), ['join']);
});
