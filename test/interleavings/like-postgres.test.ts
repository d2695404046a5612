import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { uuidv7 } from '@filmwright/records';
import { startTestServer, type TestRecords, type TestServer } from '@filmwright/records/testing';
import {
  completionOf,
  problemOf,
  rowFor,
  someBuild,
  someOffer,
  someProgress,
  someTask,
} from '../../packages/records/src/testing/made-up.ts';
import { interleave } from './interleave.ts';
import { type RecordedCall, RecordedLedger } from './recorded-ledger.ts';

const firstSeed = Number(process.env.FILMWRIGHT_SEED ?? 1 + (Date.now() % 1_000_000));
const leastCalls = 600;
const longMs = 3_600_000;

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test(`the real ledger answers as the model does, call by call (from seed ${firstSeed})`, async (t) => {
  let calls = 0;
  let losses = 0;
  for (let seed = firstSeed; calls < leastCalls || losses < 5; seed++) {
    const model = new RecordedLedger();
    interleave(seed, model);
    await replay(model, { seed, opened: await server.open() });
    calls += model.calls.length;
    losses += model.attempts.filter(({ outcome }) => outcome === 'lost').length;
  }
  t.diagnostic(`${calls} calls were compared, in which ${losses} leases were lost`);
});

/** What is answered where nothing is said, or that a lease is stale. */
function answerOf<Answer extends string>(said: Promise<void>, answer: Answer): Promise<Answer | 'stale'> {
  return said.then(
    () => answer,
    (error: unknown) => (error instanceof FilmwrightError && error.code === 'lease-stale' ? 'stale' : assert.fail(String(error))),
  );
}

/** Says to PostgreSQL what was said to a model, in the same order; time passes where the model says that it does. */
async function replay(model: RecordedLedger, { seed, opened }: { readonly seed: number; readonly opened: TestRecords }): Promise<void> {
  const { records, sql } = opened;
  const build = await someBuild(records);
  const planned: string[] = [];
  const runners = new Map<string, string>();
  const epochs = new Map<number, number>();
  const fences = new Map<number, number>();
  const requests = new Map<string, string>();
  const runnerOf = (id: string): string => runners.get(id) ?? uuidv7();
  const fenceOf = (fence: number): number => fences.get(fence) ?? 0;

  const say = async (call: RecordedCall): Promise<void> => {
    switch (call.type) {
      case 'plan': {
        const ready = call.keys.filter((key) => !planned.includes(key));
        planned.push(...ready);
        const rows = planned.map((key) => rowFor(someTask(key)));
        return records.savePlan({ buildId: build.id, rows, ready: ready.map((key) => someTask(key)), progress: someProgress });
      }
      case 'endBuild':
        assert.equal(await records.cancelBuild(build.id), true);
        return;
      case 'join':
        runners.set(call.runnerId, (await records.joinRunner(someOffer({ name: call.name }))).runnerId);
        return;
      case 'leave':
        return records.leaveRunner(runnerOf(call.runnerId));
      case 'takeLead':
        epochs.set(call.epoch, await records.takeLead());
        return;
      case 'grant': {
        const grants = call.grants.map((grant) => ({ ...grant, workspaceId: build.workspaceId, runnerId: runnerOf(grant.runnerId) }));
        const answer = await records.grantTasks({ epoch: epochs.get(call.epoch) ?? 0, grants });
        assert.deepEqual(answer?.given.map(({ key }) => key).sort(), call.given?.map(({ key }) => key).sort());
        for (const { key, fence } of call.given ?? []) fences.set(fence, answer?.given.find((one) => one.key === key)?.fence ?? 0);
        return;
      }
      case 'lease': {
        const request = requests.get(call.request) ?? uuidv7();
        requests.set(call.request, request);
        const leases = await records.leaseTasks({ runnerId: runnerOf(call.runnerId), max: call.max, leaseMs: longMs, request });
        assert.deepEqual(
          leases.map(({ task, fence, resume = null }) => `${task.key} ${fence} ${resume}`).sort(),
          call.leases.map(({ key, fence, resume }) => `${key} ${fenceOf(fence)} ${resume}`).sort(),
        );
        return;
      }
      case 'renew': {
        const leases = call.leases.map(({ key, fence }) => ({ key, fence: fenceOf(fence), percent: 5 }));
        assert.deepEqual(await records.renewLeases({ runnerId: runnerOf(call.runnerId), leases, leaseMs: longMs }), call.stale);
        return;
      }
      case 'complete': {
        const { key, fence } = call.lease;
        const completion = { ...completionOf({ task: someTask(key), fence: fenceOf(fence) }), runnerId: runnerOf(call.runnerId) };
        assert.deepEqual(await records.completeTasks([completion]), [call.answer]);
        return;
      }
      case 'handBack': {
        const { key, fence } = call.lease;
        const back = { key, fence: fenceOf(fence), runnerId: runnerOf(call.runnerId), resume: call.resume };
        assert.equal(await answerOf(records.handBack(back), 'returned'), call.answer);
        return;
      }
      case 'fail': {
        const { key, fence } = call.lease;
        const failure = { key, fence: fenceOf(fence), runnerId: runnerOf(call.runnerId), problem: problemOf('task-failed') };
        assert.equal(await answerOf(records.failTask(failure), 'failed'), call.answer);
        return;
      }
      case 'expire': {
        const over = call.fences.map(fenceOf);
        await sql(
          `update attempt set lease_until = now() + case when fence = any($1) then interval '-1 second' else interval '1 hour' end, heard_at = now() - interval '1 minute'
           where ended_at is null`,
          [over],
        );
        await sql(`update runner set seen_at = now() - case when id = any($1) then interval '1 hour' else interval '0' end`, [
          call.silent.map(runnerOf),
        ]);
        const lost = model.attempts.filter(({ fence, delivered }) => call.fences.includes(fence) && delivered);
        assert.equal(await records.expireLeases(), lost.length);
      }
    }
  };

  for (const [index, call] of model.calls.entries()) {
    const where = `seed ${seed}, call ${index}: ${JSON.stringify(call)}`;
    await say(call).catch((error: unknown) => assert.fail(`${where}: ${error instanceof Error ? error.message : String(error)}`));
    const lines = await sql(
      `select key, state, attempts, lost, case when state in ('waiting', 'leased') then wanted_by is not null end as wanted from task order by key`,
    );
    assert.deepEqual(lines, call.after, where);
  }
  const spent = await sql(`select key, kind, count(*)::int as count from spend_entry where kind <> 'estimate' group by 1, 2 order by 1, 2`);
  const noted = new Map<string, number>();
  for (const { key, kind } of model.spent) noted.set(`${key} ${kind}`, (noted.get(`${key} ${kind}`) ?? 0) + 1);
  const wanted = [...noted].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(
    spent.map(({ key, kind, count }) => [`${key} ${kind}`, count]),
    wanted,
    `seed ${seed}`,
  );
}
