import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBatch } from './run-leases.ts';
import { leaseOf, workOf } from './testing/lease-scene.ts';

test('whoever runs a batch is told whether it is of several workspaces, which it may be where none is named', async () => {
  const shared: unknown[] = [];
  const { work, executor } = workOf({
    executor: {
      runBatch: async (members, { isShared }) => {
        shared.push(isShared);
        const end = { output: {}, assets: [], wallMs: 2, cpuMs: 1, loadMs: 0 };
        return { type: 'ran', ends: members.map(() => end) };
      },
    },
    client: { completeTask: async () => {} },
  });
  const leaseIn = (workspaceId: string | undefined, fence: number) => ({
    ...leaseOf(`t${fence}`, fence),
    ...(workspaceId && { workspaceId }),
  });
  const pairs = [
    ['w', 'w'],
    ['w', 'x'],
    ['w', undefined],
    [undefined, undefined],
  ] as const;
  for (const [one, other] of pairs)
    await runBatch(work, { batch: [leaseIn(one, 1), leaseIn(other, 2)], executor, held: new Map(), onStale: () => assert.fail() });
  assert.deepEqual(shared, [false, true, true, true]);
});
