import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standings } from './standings.ts';
import { demand, done, granted, joined, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

test('I4: times are learned from what ended, for each size and device', () => {
  const { tell, grants } = scheduler();
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(demand('t0', { estimateMs: 1000 })));
  for (let round = 1; round < 12; round++) tell(round * 9000, done(`t${round - 1}`, 8000), ...wanted(demand(`t${round}`)));
  assert.ok(Math.abs((grants.at(-1)?.expectedMs ?? 0) - 8000) < 10, `expected ${grants.at(-1)?.expectedMs}`);
  tell(200_000, done('t11', 8000), ...wanted(demand('other', { size: 'large', estimateMs: 2000 })));
  assert.ok(Math.abs((grants.at(-1)?.expectedMs ?? 0) - 16_000) < 50, 'a size that never ran is guessed by how far guesses were off');
});

test('P2a: models that run side by side take 0.8 of the memory at most; one that found no room is not passed by smaller ones', () => {
  const { tell, state } = scheduler();
  const onSlots = (id: string, hostMib: number) => model(id, { hostMib, warmMs: 0, coldMs: 0, fetchMs: 0 });
  const [large, small] = [onSlots('large', 6000), onSlots('small', 2000)];
  const told = [large, small].map((facts) => ({ type: 'model' as const, model: facts }));
  const asks = (id: string, name: string, at: number) => demand(id, { model: name, submittedMs: 1000 * at });
  const host = (id: string, memoryMib: number) => runner(id, { slots: 4, memoryMib });
  const first = tell(
    0,
    ...told,
    ...joined(host('r', 10_000)),
    ...wanted(asks('s1', 'small', 1), asks('l1', 'large', 2), asks('l2', 'large', 3)),
  );
  assert.deepEqual(granted(first), ['l1', 's1'], '8000 of 10,000 MiB');
  assert.equal(standings(state, 0).find(({ task }) => task === 'l2')?.reason, 'no runner has 6 GiB of memory free');
  tell(10, ...wanted(asks('s2', 'small', 4), demand('plain', { submittedMs: 5000 })));
  assert.deepEqual(granted(tell(1000, done('l1'))), ['l2'], 'with what has no model beside it');
  assert.deepEqual(granted(tell(1001, done('s1'))), ['s2']);
  assert.deepEqual(granted(tell(2000, done('l2'), done('s2'), ...wanted(asks('l3', 'large', 6)))), ['l3']);
  assert.deepEqual(
    granted(tell(2001, ...wanted(asks('l4', 'large', 7), asks('s3', 'small', 8)))),
    [],
    'the only runner is kept for the older one',
  );
  assert.deepEqual(granted(tell(2002, ...joined(host('tiny', 4000)))), ['l4', 's3'], 'alone it is tried, also where there is too little');
});

test('P2a: runners of one machine share its memory, also once one of them has left', () => {
  const { tell } = scheduler();
  const facts = model('large', { hostMib: 6000, warmMs: 0, coldMs: 0, fetchMs: 0 });
  const on = (id: string) => runner(id, { slots: 1, memoryMib: 14_000, machine: 'box' });
  const asks = ['a', 'b'].map((id) => demand(id, { model: 'large' }));
  assert.deepEqual(granted(tell(0, { type: 'model', model: facts }, ...joined(on('r1'), on('r2')), ...wanted(...asks))), ['a']);
  assert.deepEqual(granted(tell(1, ...joined(on('r3')))), []);
  assert.deepEqual(granted(tell(2, done('a'))), ['b']);
  assert.deepEqual(granted(tell(3, ...wanted(demand('c', { model: 'large' })))), []);
  assert.deepEqual(granted(tell(4, ...['r1', 'r2', 'r3'].map((id) => ({ type: 'gone' as const, runner: id })), ...joined(on('r4')))), [
    'c',
  ]);
});

test('I4: a laptop and a server are learned apart; what never ran on one is taken from all, by how much longer that one takes', () => {
  const { tell, grants } = scheduler();
  const expected = (): number => Math.round(grants.at(-1)?.expectedMs ?? 0);
  const on = (pool: string, id: string, size: string) => wanted(demand(id, { pool, size }));
  tell(0, ...joined(runner('l', { slots: 1, pool: 'l', slotClass: 'laptop' }), runner('s', { slots: 1, pool: 's', slotClass: 'server' })));
  for (let round = 0; round < 8; round++) {
    tell(20_000 * round, ...on('l', `l${round}`, 'small'), ...on('s', `s${round}`, 'small'));
    tell(20_000 * round + 9000, done(`s${round}`, 1000), done(`l${round}`, 9000));
  }
  tell(200_000, ...on('s', 's', 'small'));
  assert.equal(expected(), 1000);
  tell(200_001, ...on('l', 'l', 'small'));
  assert.equal(expected(), 9000);
  tell(210_000, done('s', 1000), done('l', 9000), ...on('s', 'large', 'large'));
  tell(220_000, done('large', 4000), ...on('l', 'large there', 'large'));
  assert.ok(expected() > 4000 * 1.4, `a size that ran elsewhere takes longer on a laptop, found ${expected()}`);
  tell(230_000, ...joined(runner('new', { slots: 1, pool: 'new', slotClass: 'unheard of' })), ...on('new', 'small there', 'small'));
  assert.ok(expected() > 1000 && expected() < 9000, `a class that never ran is taken from all, found ${expected()}`);
});

test('P2b: of free slots in several regions those are given first whose runners are nearer to the store', () => {
  const { tell, grants } = scheduler();
  const at = (id: string, region: string, linkMibPerS?: number) =>
    runner(id, { slots: 1, region, ...(linkMibPerS !== undefined && { linkMibPerS }) });
  // What brings less than twice as much is no nearer: who joined first is.
  tell(0, ...joined(at('far', 'us', 11), at('gigabit', 'asia'), at('near', 'eu', 500), at('also', 'eu2', 400)));
  for (const id of ['a', 'b', 'c', 'd']) tell(1, ...wanted(demand(id)));
  assert.deepEqual(
    grants.map(({ runner: id }) => id),
    ['near', 'also', 'gigabit', 'far'],
  );
  assert.deepEqual(granted(tell(2000, done('a'), done('b'), done('c'), done('d'), ...wanted(demand('us', { region: 'us' })))), ['us']);
  // Those of a pool and region are as near as they are on average, also once one of them left.
  tell(3000, done('us'), { type: 'gone', runner: 'also' }, ...joined(at('slow', 'eu', 50)));
  tell(3001, ...wanted(demand('e')));
  assert.ok(['near', 'slow'].includes(grants.at(-1)?.runner ?? ''));
  tell(4001, done('e'), { type: 'gone', runner: 'near' });
  tell(4002, ...wanted(demand('f')));
  assert.equal(grants.at(-1)?.runner, 'gigabit');
});

test('P2b: of runners of a pool and region that are equal else one with a far quicker way to the store goes first', () => {
  const order = (links: readonly number[], changes: readonly Partial<Parameters<typeof runner>[1]>[] = []): string => {
    const { tell, grants } = scheduler();
    tell(0, ...joined(...links.map((linkMibPerS, index) => runner(String(linkMibPerS), { slots: 1, linkMibPerS, ...changes[index] }))));
    for (const id of links.keys()) tell(1, ...wanted(demand(`task ${id}`)));
    return grants.map(({ runner: id }) => id).join();
  };
  assert.equal(order([10, 25, 119]), '119,25,10');
  assert.equal(order([60, 70, 119]), '60,70,119', 'by chance');
  assert.equal(order([10, 119, 250]), '250,119,10');
  assert.equal(order([10, 119], [{ slots: 2 }]), '10,119', 'more slots are free there');
  const { tell, grants } = scheduler();
  tell(0, ...joined(runner('slow', { slots: 1, linkMibPerS: 10 }), runner('quick', { slots: 1, linkMibPerS: 119 })));
  tell(1, ...wanted(demand('a', { near: [{ runner: 'slow', mib: 1 }] })));
  assert.equal(grants.at(-1)?.runner, 'slow', 'its inputs are there');
});

test('P2b: links that differ by chance set nobody before another, whatever they are', () => {
  for (const most of [23, 91, 100, 182, 364]) {
    const { tell, grants } = scheduler();
    const at = (id: string, linkMibPerS: number) => runner(id, { slots: 1, region: id, linkMibPerS });
    tell(0, ...joined(at('less', most * 0.98), at('most', most), at('half', most / 2), at('least', most * 0.51)));
    for (const id of ['a', 'b', 'c', 'd']) tell(1, ...wanted(demand(id)));
    const given = grants.map(({ runner: id }) => id);
    assert.deepEqual(given, ['less', 'most', 'least', 'half'], `${most} MiB a second`);
  }
});
