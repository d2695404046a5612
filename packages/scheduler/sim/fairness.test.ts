import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFairness, leastBacklogMs } from './fairness.ts';

const two = [
  { id: 'a', weight: 3, cap: null },
  { id: 'b', weight: 1, cap: null },
];

test('Who holds exactly what the weights say has a share of one.', () => {
  const fairness = createFairness(two);
  for (const [workspace, by] of [
    ['a', 6],
    ['b', 2],
  ] as const) {
    fairness.waits({ workspace, by: 1, atMs: 0 });
    fairness.holds({ workspace, by, atMs: 0 });
  }
  assert.deepEqual(
    fairness.shares(600_000).map(({ ratio }) => ratio),
    [1, 1],
  );
});

test('Who is kept waiting with half of the devices that its weight entitles it to has half a share.', () => {
  const fairness = createFairness(two);
  fairness.waits({ workspace: 'a', by: 1, atMs: 0 });
  fairness.holds({ workspace: 'a', by: 3, atMs: 0 });
  fairness.holds({ workspace: 'b', by: 5, atMs: 0 });
  const [a, b] = fairness.shares(600_000);
  assert.equal(a?.ratio, 0.5);
  assert.equal(b?.ratio, null, 'nothing of b waited');
});

test('Backlog that is shorter than the least does not count, nor does what a workspace holds outside of it.', () => {
  const fairness = createFairness(two);
  fairness.holds({ workspace: 'a', by: 8, atMs: 0 });
  fairness.holds({ workspace: 'b', by: 8, atMs: 0 });
  fairness.waits({ workspace: 'a', by: 1, atMs: 0 });
  fairness.waits({ workspace: 'a', by: -1, atMs: leastBacklogMs - 1 });
  fairness.holds({ workspace: 'a', by: -4, atMs: leastBacklogMs });
  fairness.waits({ workspace: 'a', by: 1, atMs: leastBacklogMs });
  const [a] = fairness.shares(3 * leastBacklogMs);
  assert.equal(a?.backlogMs, 2 * leastBacklogMs);
  assert.equal(a?.ratio, 4 / (12 * 0.75));
});

test('A workspace that neither waits nor runs takes nothing from what others are entitled to.', () => {
  const fairness = createFairness(two);
  fairness.waits({ workspace: 'b', by: 1, atMs: 0 });
  fairness.holds({ workspace: 'b', by: 4, atMs: 0 });
  assert.equal(fairness.shares(600_000)[1]?.ratio, 1);
});

test('A capped workspace has no share to be held to.', () => {
  const fairness = createFairness([{ id: 'a', weight: 1, cap: 1 }]);
  fairness.waits({ workspace: 'a', by: 1, atMs: 0 });
  fairness.holds({ workspace: 'a', by: 1, atMs: 0 });
  assert.equal(fairness.shares(600_000)[0]?.ratio, null);
});
