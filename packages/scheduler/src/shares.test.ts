import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charge } from './shares.ts';
import { standings } from './standings.ts';
import { shareOf } from './state.ts';
import { demand, done, granted, joined, runner, scheduler, wanted } from './testing/fleet-of.ts';

test('F4: a workspace runs no more than its cap, and its waiting tasks say so', () => {
  const { tell, state } = scheduler();
  const tasks = ['a1', 'a2', 'a3'].map((id) => demand(id, { workspace: 'a' }));
  const decisions = tell(
    0,
    { type: 'workspace', workspace: { id: 'a', weight: 1, cap: 2 } },
    ...joined(runner('r', { slots: 8 })),
    ...wanted(...tasks, demand('b1', { workspace: 'b' })),
  );
  assert.deepEqual(granted(decisions), ['a1', 'a2', 'b1']);
  assert.equal(standings(state, 0)[0]?.reason, 'its workspace runs 2 of at most 2 tasks');
  assert.deepEqual(granted(tell(1000, done('a1'))), ['a3']);
});

test('F1: dates alone decide while nobody is ahead by more than 0.15 of what all have, or five minutes', () => {
  const { tell, state } = scheduler();
  const all = ['a', 'b'].map((workspace) => demand(workspace, { workspace, estimateMs: 60_000 }));
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(...all));
  assert.equal(state.windows.slot, 300_000);
  for (const workspace of ['a', 'b']) charge(shareOf(state, workspace), { resource: 'slot', ms: 10_000_000, instantMs: 0 });
  tell(1, ...wanted(demand('b2', { workspace: 'b', deadlineMs: 800_000 }), demand('a2', { workspace: 'a', submittedMs: 5 })));
  assert.ok(Math.abs(state.windows.slot - 1_500_000) < 10_000, `found ${state.windows.slot}`);
  charge(shareOf(state, 'b'), { resource: 'slot', ms: 1_400_000, instantMs: 1 });
  assert.deepEqual(granted(tell(2, done('a'))), ['b2'], 'due sooner');
  charge(shareOf(state, 'b'), { resource: 'slot', ms: 2_000_000, instantMs: 2 });
  assert.deepEqual(granted(tell(3, done('b2'))), ['a2'], 'b is too far ahead by now');
});

test('I3: one that takes over owes each workspace what the one before owed, what ran so far included', () => {
  const { tell, state } = scheduler();
  const hourMs = 3_600_000;
  const told = (id: string, slotMs: number) =>
    ({ type: 'workspace', workspace: { id, weight: 1, cap: null, used: { gpuMs: 0, slotMs } } }) as const;
  const [a1, b1] = ['a', 'b'].map((workspace, at) => demand(`${workspace}1`, { workspace, submittedMs: at }));
  assert.ok(a1 && b1);
  tell(hourMs, told('a', 3 * hourMs), told('b', hourMs), ...wanted(a1, b1));
  assert.equal(shareOf(state, 'b').used.slot, hourMs, 'not lifted to what the other had: it waited before');
  assert.deepEqual(granted(tell(hourMs + 1, ...joined(runner('r', { slots: 1 })))), ['b1']);
  tell(hourMs + 2, { type: 'workspace', workspace: { id: 'a', weight: 2, cap: null } });
  assert.ok(shareOf(state, 'a').used.slot > 2.9 * hourMs, 'other terms change nothing of it');
  const running = demand('c1', { workspace: 'c' });
  tell(hourMs + 3, ...joined(runner('s')), { type: 'running', task: running, runner: 's', devices: [], sinceMs: hourMs - 600_000 });
  assert.ok(Math.abs(shareOf(state, 'c').used.slot - 601_000) < 100, `found ${shareOf(state, 'c').used.slot}`);
});

test('F2: workspaces that always wait get time by their weights, whatever the length of their tasks', () => {
  const { tell, grants } = scheduler();
  tell(
    0,
    { type: 'workspace', workspace: { id: 'heavy', weight: 3, cap: null } },
    { type: 'workspace', workspace: { id: 'light', weight: 1, cap: null } },
    ...joined(runner('r', { slots: 4 })),
  );
  const spentMs = { heavy: 0, light: 0 };
  const running: { id: string; endMs: number }[] = [];
  let number = 0;
  const more = (workspace: 'heavy' | 'light') =>
    demand(`${workspace}-${number++}`, {
      workspace,
      estimateMs: workspace === 'heavy' ? 2000 : 7000,
      size: workspace,
      submittedMs: number,
    });
  const backlog = Array.from({ length: 20 }, () => [more('heavy'), more('light')]).flat();
  let changes = wanted(...backlog);
  for (let atMs = 0; atMs < 6 * 3_600_000; atMs += 1000) {
    const over = running.filter(({ endMs }) => endMs <= atMs);
    running.splice(0, running.length, ...running.filter(({ endMs }) => endMs > atMs));
    const ended = over.map(({ id }) => done(id, id.startsWith('heavy') ? 2000 : 7000));
    const before = grants.length;
    tell(atMs, ...changes, ...ended);
    changes = [];
    for (const { tasks } of grants.slice(before)) {
      const id = tasks[0] as string;
      const workspace = id.startsWith('heavy') ? 'heavy' : 'light';
      const ms = workspace === 'heavy' ? 2000 : 7000;
      spentMs[workspace] += ms;
      running.push({ id, endMs: atMs + ms });
      changes.push(...wanted(more(workspace)));
    }
  }
  const share = spentMs.heavy / (spentMs.heavy + spentMs.light);
  assert.ok(Math.abs(share - 0.75) < 0.03, `the workspace of weight 3 of 4 had ${share.toFixed(3)} of the time`);
});

test('F3: who comes back from idleness has no claim on the time it did not use', () => {
  const { tell, grants } = scheduler();
  const many = Array.from({ length: 4000 }, (_, index) => demand(`old-${index}`, { workspace: 'old', order: index }));
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(...many));
  let atMs = 0;
  const next = (...changes: readonly Parameters<typeof tell>[1][]): string => {
    atMs += 1000;
    tell(atMs, done(grants.at(-1)?.tasks[0] ?? ''), ...changes);
    return grants.at(-1)?.tasks[0] ?? '';
  };
  for (let round = 0; round < 1000; round++) next();
  const back = Array.from({ length: 400 }, (_, index) =>
    demand(`back-${index}`, { workspace: 'back', order: index, submittedMs: atMs, readyMs: atMs }),
  );
  next(...wanted(...back));
  const after = Array.from({ length: 1500 }, () => next().slice(0, 4));
  const share = after.filter((each) => each === 'back').length / after.length;
  assert.ok(share > 0.2 && share < 0.65, `it had ${share} of the next 1500 s`);
});
