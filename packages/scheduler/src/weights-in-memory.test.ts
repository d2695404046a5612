import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standings } from './standings.ts';
import { demand, done, gpuRunner, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 0 } as const;
const warm = { hostMib: 96 * 1024, inMemory: ['a'] } as const;

test('P5, S1: of idle devices that hold nothing the one is taken whose machine has the weights in memory, and why says from where they come', () => {
  for (const [said, runs, expectedMs, from] of [
    [warm, 'second', 4000, /^loading the model from memory takes 3 s/],
    [{}, 'first', 31_000, /^loading the model from disk takes 30 s/],
    [{ onDisk: [] }, 'first', 151_000, /^loading the model from the store takes 150 s/],
  ] as const) {
    const { tell, grants } = scheduler();
    const runners = [gpuRunner('first', 1, [], 'onDisk' in said ? said : {}), gpuRunner('second', 1, [], said)];
    tell(0, ...known(model('a')), ...joined(...runners), ...wanted(demand('t', { ...gpu, model: 'a' })));
    assert.deepEqual([grants[0]?.runner, grants[0]?.expectedMs], [runs, expectedMs]);
    assert.match(grants[0]?.reason ?? '', from);
  }
});

test('P5, S1: what waits for a resident model is told which swap that beats, from memory or from disk', () => {
  for (const [said, waits] of [
    [{ inMemory: ['a'] }, null],
    [{}, 'waiting 12 s for a resident model beats a 30 s swap from disk'],
  ] as const) {
    const { tell, state } = scheduler();
    tell(
      0,
      ...known(model('a')),
      ...joined(gpuRunner('holds', 1, ['a'])),
      ...wanted(demand('t', { ...gpu, model: 'a', estimateMs: 12_000 })),
    );
    tell(0, ...joined(gpuRunner('idle', 1, [], said)), ...wanted(demand('next', { ...gpu, model: 'a', estimateMs: 12_000 })));
    assert.equal(standings(state, 0).find(({ task }) => task === 'next')?.reason ?? null, waits);
  }
});

test('I4: what loading takes is learned of where the weights really were, as the runner tells, not of where they were taken to be', () => {
  const { tell, grants } = scheduler();
  const host = (inMemory: readonly string[]) => gpuRunner('r', 1, [], { inMemory });
  const run = (id: string, atMs: number) => wanted(demand(id, { ...gpu, model: 'a', submittedMs: atMs, readyMs: atMs }));
  tell(0, ...known(model('a')), ...joined(host([])), ...run('t1', 0));
  tell(10_000, { ...done('t1', 1000, 9000), loadedFrom: 'memory' } as ReturnType<typeof done>);
  tell(20_000, ...joined(host([])), ...run('t2', 20_000));
  assert.deepEqual([grants[1]?.tier, grants[1]?.expectedMs], ['disk', 31_000], 'of the disk nothing was learned');
  tell(60_000, done('t2', 1000, 40_000));
  tell(70_000, ...joined(host(['a'])), ...run('t3', 70_000));
  assert.deepEqual([grants[2]?.tier, grants[2]?.expectedMs], ['memory', 10_000]);
  tell(90_000, done('t3', 1000, 9000));
  tell(100_000, ...joined(host([])), ...run('t4', 100_000));
  assert.deepEqual(
    [grants[3]?.tier, grants[3]?.expectedMs],
    ['disk', 41_000],
    'who does not tell is taken to have loaded from where it was',
  );
});

const slots = (id: string, said: Parameters<typeof runner>[1]) => runner(id, { slots: 2, ...said });

test('P2: on slots a runner that holds the model comes first, then one with its weights in memory: among equals, and of fewer free slots where that saves more than a second', () => {
  for (const [facts, others, wants] of [
    [model('a'), {}, ['warm', 'memory', 'a slot is free where the weights of its model are in memory; loading them there saves 27.0 s']],
    [model('a'), { onSlots: ['a'] }, ['other', 'resident', 'a slot is free where its model is in memory']],
    [
      model('a'),
      { slots: 9 },
      ['warm', 'memory', 'a slot is free where the weights of its model are in memory; loading them there saves 27.0 s'],
    ],
    [model('a', { coldMs: 3900 }), { slots: 9 }, ['other', 'disk', 'a slot is free']],
    [model('a', { coldMs: 3000 }), {}, ['warm', 'memory', 'a slot is free where the weights of its model are in memory']],
    [model('a', { coldMs: 2999 }), {}, ['other', 'disk', 'a slot is free']],
  ] as const) {
    const { tell, grants } = scheduler();
    const runners = [slots('other', others), slots('warm', { inMemory: ['a'] })];
    tell(0, ...known({ ...facts, hostMib: 10 }), ...joined(...runners), ...wanted(demand('t', { model: 'a' })));
    assert.deepEqual([grants[0]?.runner, grants[0]?.tier, grants[0]?.reason], wants);
  }
});

test('P2: of inputs and weights that is nearer counts whose way would be longer', () => {
  for (const [mib, runs] of [
    [119, 'warm'],
    [119 * 28, 'near'],
  ] as const) {
    const { tell, grants } = scheduler();
    const task = demand('t', { model: 'a', near: [{ runner: 'near', mib }] });
    tell(0, ...known(model('a', { hostMib: 10 })), ...joined(slots('near', {}), slots('warm', { inMemory: ['a'] })), ...wanted(task));
    assert.equal(grants[0]?.runner, runs, `${mib} MiB of inputs, or 27 s of loading`);
  }
});

test('P2: a busy slot that holds the model is waited for no longer than loading takes from the memory of a free one', () => {
  for (const [said, runs] of [
    [{ inMemory: ['a'] }, 'free'],
    [{}, undefined],
  ] as const) {
    const { tell, grants } = scheduler();
    tell(0, ...known(model('a', { hostMib: 10 })), ...joined(slots('holds', { slots: 1, onSlots: ['a'] })));
    tell(0, ...wanted(demand('long', { model: 'a', estimateMs: 5000 })));
    tell(0, ...joined(slots('free', said)), ...wanted(demand('t', { model: 'a' })));
    assert.equal(grants[1]?.runner, runs);
  }
});

test('P2, P5: what left a device for the memory of its machine is loaded from there, and by no slot taken to be held', () => {
  const { tell, grants } = scheduler();
  const host = gpuRunner('r', 1, ['a'], { slots: 1, hostMib: 96 * 1024 });
  tell(0, ...known(model('a'), model('b')), ...joined(host), ...wanted(demand('b', { ...gpu, model: 'b' })));
  assert.deepEqual(grants[0]?.evict, ['a']);
  tell(1, ...wanted(demand('slot', { model: 'a', readyMs: 1 })));
  assert.deepEqual([grants[1]?.devices, grants[1]?.tier], [[], 'memory']);
  tell(40_000, done('b', 1000, 30_000), done('slot', 1000, 3000));
  tell(40_000, ...wanted(demand('again', { model: 'a', readyMs: 40_000 })));
  assert.equal(grants[2]?.tier, 'resident', 'its process holds it since it ran there');
});

test('P5: of what the memory has no room for that is gone which was used longest ago, also after the runner told again what lies there', () => {
  const { tell, grants } = scheduler();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const host = gpuRunner('r', 1, [], { hostMib: 3 * 40 * 1024, inMemory: ['a', 'b', 'c'], onDisk: names });
  tell(0, ...known(...names.map((name) => model(name))), ...joined(host));
  let atMs = 0;
  const run = (name: string) => {
    atMs += 100_000;
    tell(atMs, ...wanted(demand(`${name} ${atMs}`, { ...gpu, model: name, submittedMs: atMs, readyMs: atMs })));
    tell(atMs + 50_000, done(`${name} ${atMs}`));
    return grants.at(-1)?.tier;
  };
  assert.deepEqual(['a', 'b'].map(run), ['memory', 'memory']);
  tell(atMs + 60_000, ...joined({ ...host, resident: [{ device: '0', model: 'b' }] }));
  assert.deepEqual(['d', 'e', 'a', 'c'].map(run), ['disk', 'disk', 'memory', 'disk']);
});

test('P5, I4: of a model that was never measured nor loaded from memory no saving is promised, but it is taken from there', () => {
  const { tell, grants } = scheduler();
  const runners = (inMemory: readonly string[]) => joined(gpuRunner('cold', 1), gpuRunner('warm', 1, [], { inMemory }));
  const run = (id: string, atMs: number) => wanted(demand(id, { ...gpu, model: 'a', submittedMs: atMs, readyMs: atMs }));
  tell(0, ...runners([]), ...run('first', 0));
  tell(10_000, done('first', 1000, 8000), ...runners(['a']));
  tell(20_000, ...run('second', 20_000));
  const { runner: where, tier, expectedMs } = grants[1] ?? {};
  assert.deepEqual([where, tier, expectedMs], ['warm', 'memory', 9000]);
  tell(30_000, done('second', 1000, 2000), ...runners(['a']));
  tell(40_000, ...run('third', 40_000));
  assert.equal(grants[2]?.expectedMs, 3000);
});

test('P5: also among devices of other kinds or with other free memory, and slots of runners that can do other things, what has the weights in memory is taken', () => {
  const { devices } = gpuRunner('', 1);
  const smaller = devices.map((device) => ({ ...device, product: 'other card', vramMib: device.vramMib - 100 }));
  const slot = runner('slot', { slots: 1, capabilities: ['draw', 'sing'] });
  for (const [cold, near, asks] of [
    [gpuRunner('cold', 1), gpuRunner('near', 1, [], { devices: smaller, inMemory: ['a'] }), gpu],
    [runner('cold', { slots: 1 }), { ...slot, id: 'near', inMemory: ['a'] }, {}],
  ] as const) {
    const { tell, grants } = scheduler();
    tell(0, ...known(model('a', { hostMib: 10 })), ...joined(cold, near), ...wanted(demand('t', { ...asks, model: 'a' })));
    assert.deepEqual([grants[0]?.runner, grants[0]?.tier], ['near', 'memory']);
  }
});
