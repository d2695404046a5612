import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchMemory } from './watch-memory.ts';

test('memory is told with what its processes hold, and told again once much of it was taken or given back', () => {
  let part: number | null = 0.9;
  let pid: number | undefined = process.pid;
  const watch = watchMemory({
    executors: [
      { pid: undefined },
      {
        get pid() {
          return pid;
        },
      },
    ],
    available: () => part,
  });
  const first = watch.news() ?? assert.fail();
  assert.equal(first.freeMib, Math.round(first.totalMib * 0.9));
  if (process.platform === 'linux') assert.ok(first.heldMib >= 20 && first.heldMib < first.totalMib, `${first.heldMib} MiB`);
  assert.deepEqual(watch.news()?.totalMib, first.totalMib, 'it was not told yet');
  watch.told(first);
  pid = undefined;
  part = 0.89;
  const steady = watch.news();
  assert.ok(steady === null || first.heldMib >= first.totalMib / 32);
  part = 0.5;
  assert.equal(watch.news()?.freeMib, Math.round(first.totalMib * 0.5));
  part = null;
  assert.equal(watch.news(), null);
});
