import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Demand, Priority } from './demand.ts';
import { demand, done, gpuRunner, granted, joined, runner, scheduler, wanted } from './testing/fleet-of.ts';

const workMs = 10_000;

type Flood = { readonly priority: Priority; readonly workspace?: string; readonly hours?: number };

/**
 * One slot, and five waiting tasks of ten seconds of a workspace of weight 1 at every instant. Gives what the flood had and the others had, and when each of
 * the others began.
 */
function beside({ priority, workspace = 'flood', hours = 3 }: Flood, others: readonly Demand[]) {
  const { tell, grants } = scheduler();
  let number = 0;
  const next = (atMs: number) => demand(`flood-${number++}`, { workspace, priority, estimateMs: workMs, submittedMs: atMs, readyMs: atMs });
  tell(
    0,
    { type: 'workspace', workspace: { id: 'flood', weight: 1, cap: null } },
    { type: 'workspace', workspace: { id: 'other', weight: 4, cap: null } },
    ...joined(runner('r', { slots: 1 })),
    ...wanted(...Array.from({ length: 5 }, () => next(0)), ...others),
  );
  const beganMs = new Map<string, number>();
  for (let atMs = workMs; atMs <= hours * 3_600_000; atMs += workMs) {
    const id = grants.at(-1)?.tasks[0] as string;
    if (!id.startsWith('flood')) beganMs.set(id, atMs - workMs);
    tell(atMs, done(id, workMs), ...(id.startsWith('flood') ? wanted(next(atMs)) : []));
  }
  return beganMs;
}

const mine = (said: Partial<Demand> = {}) => demand('mine', { workspace: 'other', build: 'b2', estimateMs: workMs, ...said });

test('F1: what a person waits for goes before films of others, but no longer than its workspace is not ahead', () => {
  const began = beside({ priority: 'interactive' }, [mine()]).get('mine') ?? Number.POSITIVE_INFINITY;
  // A window of five minutes, and a head start of a third of it.
  assert.ok(began > 300_000 && began < 500_000, `began after ${began / 1000} s`);
});

test('F1: beside a flood of interactive tasks of weight 1 the films of weight 4 have four fifths of the time, whatever their priority', () => {
  for (const priority of ['normal', 'bulk'] as const) {
    const films = Array.from({ length: 1200 }, (_, order) =>
      mine({ ...demand(`film-${order}`), workspace: 'other', priority, order, estimateMs: workMs }),
    );
    const began = beside({ priority: 'interactive' }, films);
    const part = [...began.values()].filter((ms) => ms > 3_600_000).length / (2 * 360);
    assert.ok(part > 0.72 && part < 0.85, `${priority} films had ${part.toFixed(3)} of the last two hours`);
  }
});

test('F7: what has a deadline and must begin to meet it goes before what a person waits for, and no sooner', () => {
  for (const priority of ['normal', 'bulk'] as const)
    for (const flood of ['normal', 'interactive'] as const) {
      // Nobody is ahead: all are of one workspace.
      const asked = mine({ workspace: 'flood', priority, deadlineMs: 600_000 });
      const began = beside({ priority: flood, hours: 0.5 }, [asked]).get('mine') ?? Number.POSITIVE_INFINITY;
      assert.ok(began <= 590_000, `${priority} beside ${flood} began after ${began / 1000} s`);
      if (flood === 'interactive') assert.ok(began >= 500_000, `${priority} beside ${flood} began after ${began / 1000} s already`);
    }
});

test('F7: of two that must begin the one that works longer goes first although it is due later', () => {
  const short = mine({ ...demand('short'), workspace: 'flood', estimateMs: workMs, deadlineMs: 620_000 });
  const long = mine({ ...demand('long'), workspace: 'flood', estimateMs: 300_000, deadlineMs: 900_000 });
  const began = beside({ priority: 'interactive', hours: 0.5 }, [short, long]);
  assert.ok((began.get('long') ?? Infinity) <= 600_000 && (began.get('short') ?? Infinity) <= 610_000, JSON.stringify([...began]));
});

test('F7: a deadline voids no weight: a flood with deadlines has its share alone, after its head start', () => {
  const { tell, grants } = scheduler();
  let number = 0;
  const next = (atMs: number) =>
    demand(`flood-${number++}`, { workspace: 'flood', estimateMs: workMs, submittedMs: atMs, readyMs: atMs, deadlineMs: atMs + 50_000 });
  const films = Array.from({ length: 400 }, (_, order) =>
    mine({ ...demand(`film-${order}`), workspace: 'other', order, estimateMs: workMs }),
  );
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(...films, ...Array.from({ length: 3 }, () => next(0))));
  for (let atMs = workMs; atMs <= 3_600_000; atMs += workMs)
    tell(atMs, done(grants.at(-1)?.tasks[0] as string, workMs), ...wanted(next(atMs)));
  const part = grants.filter(({ tasks }) => tasks[0]?.startsWith('film')).length / grants.length;
  assert.ok(part > 0.4 && part < 0.6, `the other workspace, of the same weight, had ${part.toFixed(3)}`);
});

test('F8: beside interactive tasks of its own workspace a film that is due has an eighth of the time, one that may wait too, once it is due', () => {
  for (const [priority, hours, dueMs] of [
    ['normal', 2, 900_000],
    ['bulk', 8, 6 * 3_600_000],
  ] as const) {
    const films = Array.from({ length: 400 }, (_, order) =>
      mine({ ...demand(`film-${order}`), workspace: 'flood', priority, order, estimateMs: workMs }),
    );
    const began = [...beside({ priority: 'interactive', hours }, films).values()];
    assert.ok(Math.min(...began) >= dueMs, `${priority} began after ${Math.min(...began) / 1000} s already`);
    const part = began.length / ((hours * 3_600_000 - dueMs) / workMs);
    assert.ok(part > 0.1 && part < 0.13, `${priority} had ${part.toFixed(3)} of the time`);
  }
});

test('F1: who used a fleet that nobody wanted is served at once for a person, on its head start, and that is charged', () => {
  const { tell, state, grants } = scheduler();
  const hourMs = 3_600_000;
  tell(
    hourMs,
    { type: 'workspace', workspace: { id: 'ahead', weight: 1, cap: null, used: { gpuMs: 0, slotMs: hourMs } } },
    { type: 'workspace', workspace: { id: 'other', weight: 1, cap: null, used: { gpuMs: 0, slotMs: 0 } } },
    ...wanted(...Array.from({ length: 100 }, (_, order) => demand(`film-${order}`, { workspace: 'other', order, estimateMs: workMs }))),
  );
  const people = Array.from({ length: 30 }, (_, order) =>
    demand(`person-${order}`, { workspace: 'ahead', priority: 'interactive', order, estimateMs: workMs }),
  );
  tell(hourMs + 1, ...joined(runner('r', { slots: 1 })), ...wanted(...people));
  for (let at = 1; at < 60; at++) tell(hourMs + at * workMs, done(grants.at(-1)?.tasks[0] as string, workMs));
  const order = grants.map(({ tasks }) => tasks[0]?.startsWith('person') === true);
  const first = order.indexOf(false);
  assert.ok(first >= 10 && first <= 15, `${first} before the first film`);
  const all = order.filter(Boolean).length;
  assert.ok(all > first && all < 30, `${all} in ten minutes: some of the head start comes again`);
  assert.ok((state.shares.get('ahead')?.used.slot ?? 0) > hourMs * 0.85 + all * workMs * 0.9);
});

test('F1: what no runner can do voids no priority among the others', () => {
  const { tell, grants } = scheduler();
  tell(
    0,
    { type: 'workspace', workspace: { id: 'a', weight: 1, cap: null, used: { gpuMs: 0, slotMs: 3_600_000 } } },
    { type: 'workspace', workspace: { id: 'b', weight: 1, cap: null, used: { gpuMs: 0, slotMs: 3_500_000 } } },
    ...wanted(
      demand('never', { workspace: 'stuck', priority: 'bulk', capability: 'sing' }),
      demand('film', { workspace: 'b' }),
      ...[1, 2, 3, 4].map((id) => demand(`person-${id}`, { workspace: 'a', priority: 'interactive', estimateMs: 200_000, size: 'large' })),
    ),
  );
  tell(1, ...joined(runner('r', { slots: 1 })));
  for (let at = 1; at < 4; at++) tell(at * 200_000, done(grants.at(-1)?.tasks[0] as string, 200_000));
  assert.deepEqual(
    grants.map(({ tasks }) => tasks[0]),
    ['person-1', 'person-2', 'person-3', 'film'],
    'two in the window, one on the head start',
  );
});

test('P7: who is ahead of what it is owed asks for nobody’s place', () => {
  for (const [usedMs, asks] of [
    [0, 1],
    [7_200_000, 0],
  ] as const) {
    const { tell, state } = scheduler();
    tell(
      0,
      { type: 'workspace', workspace: { id: 'w2', weight: 1, cap: null, used: { gpuMs: 0, slotMs: usedMs } } },
      ...joined(runner('r', { slots: 1 })),
      ...wanted(demand('film', { priority: 'bulk', estimateMs: 600_000, bordersMs: 1000 })),
    );
    const share = state.shares.get('w2');
    assert.ok(share);
    share.early.slot = usedMs;
    const asked = tell(
      1000,
      ...wanted(demand('waits'), demand('person', { workspace: 'w2', priority: 'interactive', submittedMs: 1000, readyMs: 1000 })),
    );
    assert.equal(asked.filter(({ type }) => type === 'preempt').length, asks);
    assert.deepEqual(granted(asked), []);
  }
});

test('P7: what must begin to meet its deadline takes the place of what has none', () => {
  const { tell } = scheduler();
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(demand('film', { estimateMs: 600_000, bordersMs: 1000 })));
  tell(
    1000,
    ...wanted(
      demand('dated', { priority: 'bulk', deadlineMs: 200_000, estimateMs: 20_000, size: 'dated' }),
      demand('undated', { priority: 'bulk' }),
    ),
  );
  const asked: (readonly [number, string])[] = [];
  for (let atMs = 2000; atMs < 190_000; atMs += 1000)
    for (const decision of tell(atMs)) if (decision.type === 'preempt') asked.push([atMs, decision.reason]);
  assert.equal(asked.length, 1);
  assert.match(asked[0]?.[1] ?? '', /dated must begin now to be in time; film is normal/);
  assert.ok((asked[0]?.[0] ?? Infinity) <= 179_000);
});

test('F1: what waits is placed in the same step on devices of several kinds that serve it', () => {
  const { tell } = scheduler();
  const kinds = ['card', 'other card', 'third card'].map((product) =>
    gpuRunner(product, 1, [], { devices: [{ id: '0', product, vramMib: 48 * 1024, fabric: 'f' }] }),
  );
  const tasks = [1, 2, 3].map((order) => demand(`t${order}`, { gpus: 1, vramMib: 1024, order }));
  assert.deepEqual(granted(tell(0, ...joined(...kinds), ...wanted(...tasks))), ['t1', 't2', 't3']);
});
