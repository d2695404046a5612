import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '@filmwright/contracts';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import { done, leaseMs, leaseOf, offer, order, scheduledServer, start, task, until } from './testing/scheduling.ts';

const server = scheduledServer();

test('scheduler P9, P10: a runner that fails all that it is given ends no film: others do it, and it rests', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const { runnerId: bad } = await records.joinRunner(offer('bad', { slots: 4 }));
  const { runnerId: good } = await records.joinRunner(offer('good'));
  start(context, opened);
  const keys = Array.from({ length: 7 }, (_, at) => `t${at}`);
  await order(
    opened,
    keys.map((key) => task(key)),
  );
  const problem = toProblem(new FilmwrightError('task-failed', 'It does not work here.', { retryable: true }));
  let failures = 0;
  await until(async () => {
    for (const lease of await records.leaseTasks({ runnerId: bad, max: 9, leaseMs })) {
      failures++;
      await records.failTask({ runnerId: bad, key: lease.task.key, fence: lease.fence, problem });
    }
    for (const lease of await records.leaseTasks({ runnerId: good, max: 9, leaseMs })) await records.completeTask(done(good, lease));
    return (await sql(`select from task where state = 'done'`)).length === keys.length;
  }, 'all tasks');
  assert.ok(failures <= 8, `${failures} tasks failed on it`);
  const [rest] = await until(async () => {
    const rests = await sql('select name, failures >= 3 as several, until > now() as rests from runner_rest');
    return rests.length > 0 && rests;
  }, 'its rest');
  assert.deepEqual(rest, { name: 'bad', several: true, rests: true });
});

test('scheduler P11, records F4: a task that its machine dies of takes none of its neighbours with it', async (context) => {
  const opened = await server.scheduled(context);
  const { records, sql } = opened;
  await order(
    opened,
    ['poison', 'a', 'b', 'c'].map((key) => task(key)),
  );
  const alone: string[] = [];
  const states = async () => (await sql('select state from task')).map(({ state }) => state);
  for (let life = 0; life < 12; life++) {
    // What the one before held when it died is lost by this.
    const { runnerId } = await records.joinRunner(offer('machine', { slots: 4 }));
    await records.expireLeases();
    const held: Lease[] = [];
    await until(async () => {
      held.push(...(await records.leaseTasks({ runnerId, max: 4, leaseMs })));
      const now = await states();
      return !now.includes('waiting') || now.filter((state) => state === 'leased').length === Math.max(1, held.length);
    }, 'leases');
    held.push(...(await records.leaseTasks({ runnerId, max: 4, leaseMs })));
    if (held.length === 0) break;
    if (held.length === 1) alone.push(held[0]?.task.key ?? '');
    if (held.some((lease) => lease.task.key === 'poison')) continue;
    for (const lease of held) await records.completeTask(done(runnerId, lease));
  }
  assert.deepEqual(await sql('select key, state from task order by key'), [
    { key: 'a', state: 'done' },
    { key: 'b', state: 'done' },
    { key: 'c', state: 'done' },
    { key: 'poison', state: 'failed' },
  ]);
  assert.deepEqual(alone.toSorted(), ['a', 'b', 'c', 'poison']);
});

test('P10: a runner that rests is given nothing, also by the one that leads next, until who runs the platform wakes it', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const { runnerId } = await records.joinRunner(offer('bad'));
  const rest = { name: 'bad', failures: 3, restMs: 600_000, untilInMs: 600_000 };
  await records.saveRests([rest], { epoch: await records.takeLead() });
  await order(opened, [task('a')]);
  start(context, opened);
  const [waiting] = await until(async () => {
    const queue = await records.queue({ workspaceId: defaultWorkspace, limit: 9 });
    return queue.length === 1 && queue;
  }, 'the standing');
  assert.match(waiting?.reason ?? '', /^bad failed 3 different tasks and is given nothing/);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 9, leaseMs }), []);
  await records.wakeRunner(runnerId);
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'a');
  await until(async () => (await records.fleetSnapshot()).rests?.length === 0, 'no rest is written any more');
});
