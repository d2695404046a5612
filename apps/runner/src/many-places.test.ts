import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseRequestSchema, mostLeases } from '@filmwright/contracts';
import type { Done } from './executor.ts';
import { leaseAndWork } from './lease-work.ts';
import type { WorkingExecutor } from './run-leases.ts';
import { done, leaseOf, workOf } from './testing/lease-scene.ts';

test('a runner with more free places than one request may be for asks again for the rest', { timeout: 20_000 }, async () => {
  const places = 2 * mostLeases + 50;
  const asked: number[] = [];
  const drain = new AbortController();
  let allRun = (): void => {};
  const allBegun = new Promise<void>((resolve) => {
    allRun = resolve;
  });
  let begun = 0;
  const run = async (): Promise<Done> => {
    begun += 1;
    if (begun === places) allRun();
    await allBegun;
    drain.abort(new Error('told to end'));
    return done;
  };
  let fence = 0;
  const { work, executor } = workOf({
    executor: { run },
    client: {
      async leaseTasks({ max, waitMs, request }) {
        asked.push(leaseRequestSchema.parse({ max, waitMs, request }).max);
        return Array.from({ length: max }, () => leaseOf(`t${++fence}`, fence));
      },
    },
  });
  const executors = Array.from({ length: places }, (): WorkingExecutor => ({ ...executor }));
  await leaseAndWork({ ...work, executors, endings: { ...work.endings, drain: drain.signal } });
  assert.deepEqual(asked, [mostLeases, mostLeases, 50]);
});
