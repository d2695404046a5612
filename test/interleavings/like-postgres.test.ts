import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { type BuildRecord, type TaskResult, uuidv7 } from '@filmwright/records';
import { serverOfTests, type TestRecords } from '@filmwright/records/testing';
import { defaultWorkspace } from '../../packages/records/src/records.ts';
import {
  completionOf,
  problemOf,
  rowFor,
  someBuild,
  someOffer,
  someProgress,
  someTask,
} from '../../packages/records/src/testing/made-up.ts';
import type { HistoryEvent } from './check-history.ts';
import { interleave } from './interleave.ts';
import { modelBuilds } from './model-rows.ts';
import { type RecordedCall, RecordedLedger, type TaskLine } from './recorded-ledger.ts';

const firstSeed = Number(process.env.FILMWRIGHT_SEED ?? 1 + (Date.now() % 1_000_000));
const leastCalls = 600;
/** In so many histories everything comes to pass that is to be compared. */
const mostSeeds = 5000;
const longMs = 3_600_000;

const server = serverOfTests();

test(`the real ledger answers as the model does, call by call (from seed ${firstSeed})`, async (t) => {
  let calls = 0;
  let losses = 0;
  const rare = new Set([
    'cancelled and begun anew',
    'put back',
    'tried anew',
    'handed on to another build',
    'wanted more by another build',
  ]);
  for (const what of ['asked back', 'asked back in vain', 'handed back for it']) rare.add(what);
  const lastSeed = firstSeed + mostSeeds;
  for (let seed = firstSeed; seed < lastSeed && (calls < leastCalls || losses < 5 || rare.size > 0); seed++) {
    const model = new RecordedLedger();
    const { history } = interleave(seed, model);
    const seen = rareOf(model, history).filter((what) => rare.has(what));
    // A history is played in much less time than it is replayed.
    if (calls >= leastCalls && losses >= 5 && seen.length === 0) continue;
    for (const what of seen) rare.delete(what);
    const opened = await server.open();
    await replay(model, { seed, opened });
    await opened.close();
    calls += model.calls.length;
    losses += model.attempts.filter(({ outcome }) => outcome === 'lost').length;
  }
  assert.deepEqual({ rare: [...rare], enough: calls >= leastCalls && losses >= 5 }, { rare: [], enough: true });
  t.diagnostic(`${calls} calls were compared, in which ${losses} leases were lost`);
});

/** What of a history comes to pass in few of them. */
function rareOf({ calls }: RecordedLedger, history: readonly HistoryEvent[]): readonly string[] {
  const ofCalls = calls.flatMap((call, at): readonly string[] => {
    if (call.type === 'cancelTask') return call.answer === 'stopped' && call.resume !== null ? ['cancelled and begun anew'] : [];
    const before = new Map(calls[at - 1]?.after.map((line) => [line.workspace + line.key, line]));
    const isPressed = ({ workspace, key, wantedBy }: TaskLine): boolean =>
      wantedBy === 'v-2' && before.get(workspace + key)?.wantedBy === 'v-1';
    if (call.type === 'plan') return call.after.some(isPressed) ? ['wanted more by another build'] : [];
    if (call.type === 'askBack') return call.after.some(({ asked }) => asked > 0) ? ['asked back'] : [];
    const wasAsked = ({ workspace, key, asked }: TaskLine): boolean => asked === 0 && (before.get(workspace + key)?.asked ?? 0) > 0;
    if (call.type === 'handBack') return call.answer === 'returned' && call.after.some(wasAsked) ? ['handed back for it'] : [];
    const isHandedOn = ({ workspace, key, state, wantedBy, ranFor }: TaskLine): boolean =>
      state === 'leased' && before.get(workspace + key)?.wantedBy === ranFor && wantedBy !== ranFor;
    return call.type === 'endBuild' && call.after.some(isHandedOn) ? ['handed on to another build'] : [];
  });
  const isAnew = (event: HistoryEvent): boolean => event.type === 'planned' && event.anew.length > 0;
  return [
    ...ofCalls,
    ...(history.some(({ type }) => type === 'put back') ? ['put back'] : []),
    ...(history.some(isAnew) ? ['tried anew'] : []),
    ...(history.some((event) => event.type === 'asked back' && !event.leads) ? ['asked back in vain'] : []),
  ];
}

/** A task with what its runner said that it made. */
const textOf = ({ key, state, output }: TaskResult): string =>
  `${key} ${state} ${(output as { readonly said?: string } | null)?.said ?? null}`;

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
  // The first build is the older one, whose tasks are handed out first.
  const workspaces = new Map([
    ['v', defaultWorkspace],
    ['w', (await records.addWorkspace({ name: 'w' })).id],
  ]);
  const builds = new Map<string, BuildRecord>();
  for (const [at, { id, workspaceId }] of modelBuilds.entries())
    builds.set(
      id,
      await someBuild(records, {
        workspaceId: workspaces.get(workspaceId) ?? '',
        document: at,
        priority: model.priorities.get(id) ?? 'normal',
      }),
    );
  const buildOf = (id: string): BuildRecord => builds.get(id) ?? assert.fail(id);
  const namesOfBuilds = new Map([...builds].map(([name, { id }]) => [id, name]));
  const nameOfBuild = (id: unknown): string | null => (id === null ? null : (namesOfBuilds.get(String(id)) ?? assert.fail(String(id))));
  const turns = new Map<number, number>();
  const runners = new Map<string, string>();
  const epochs = new Map<number, number>();
  const fences = new Map<number, number>();
  const requests = new Map<string, string>();
  const runnerOf = (id: string): string => runners.get(id) ?? uuidv7();
  const fenceOf = (fence: number): number => fences.get(fence) ?? 0;

  const say = async (call: RecordedCall): Promise<void> => {
    switch (call.type) {
      case 'takeTurn':
        turns.set(call.turn, await records.takeTurn());
        return;
      case 'plan': {
        const rows = call.keys.map((key) => rowFor(someTask(key)));
        const { id: buildId } = buildOf(call.buildId);
        const plan = { buildId, rows, ready: call.ready.map((key) => someTask(key)), progress: someProgress };
        assert.equal(await answerOf(records.savePlan({ ...plan, turn: turns.get(call.turn) ?? 0 }), 'stored'), call.answer);
        return;
      }
      case 'results': {
        const results = await records.results(call.keys, workspaces.get(call.workspaceId));
        assert.deepEqual([...results.values()].map(textOf).sort(), call.found);
        return;
      }
      case 'sweep':
        for (const { workspaceId, key } of call.swept)
          await sql('delete from asset where workspace_id = $1 and digest = $2', [workspaces.get(workspaceId), `sha256-of-${key}`]);
        return;
      case 'endBuild': {
        const { id: buildId, workspaceId } = buildOf(call.buildId);
        if (call.turn === undefined) {
          assert.equal(await records.cancelBuild(buildId, workspaceId), true);
          return;
        }
        const end = { buildId, state: 'failed', result: null, problem: problemOf('task-failed'), progress: someProgress } as const;
        assert.equal(await answerOf(records.endBuild({ ...end, turn: turns.get(call.turn) ?? 0 }), 'ended'), call.answer);
        return;
      }
      case 'cancelTask': {
        const { id: buildId, workspaceId } = buildOf(call.buildId);
        assert.equal(await records.cancelTask({ buildId, key: call.key }, workspaceId), call.answer);
        return;
      }
      case 'join':
        runners.set(call.runnerId, (await records.joinRunner(someOffer({ name: call.name }))).runnerId);
        return;
      case 'leave':
        return records.leaveRunner(runnerOf(call.runnerId));
      case 'drain':
        return records.drainRunner(runnerOf(call.runnerId));
      case 'takeLead':
        epochs.set(call.epoch ?? 0, await records.takeLead(turns.get(call.turn)));
        return;
      case 'grant': {
        const resting = call.resting.map(({ workspaceId, key }) => `${workspaces.get(workspaceId)} ${key}`);
        await sql(
          `update task set ready_at = now() + case when concat_ws(' ', workspace_id, key) = any($1) then interval '10 s' else interval '-1 s' end`,
          [resting],
        );
        const grants = call.grants.map((grant) => ({
          ...grant,
          workspaceId: workspaces.get(grant.workspaceId) ?? '',
          runnerId: runnerOf(grant.runnerId),
        }));
        const answer = await records.grantTasks({ epoch: epochs.get(call.epoch) ?? 0, grants });
        const given = new Map(answer?.given.map(({ workspaceId, key, fence }) => [`${workspaceId} ${key}`, fence]));
        const names = call.given?.map(({ workspaceId, key }) => `${workspaces.get(workspaceId)} ${key}`) ?? [];
        assert.deepEqual([answer === null, [...given.keys()].sort()], [call.given === null, [...names].sort()]);
        for (const [index, { fence }] of (call.given ?? []).entries()) fences.set(fence, given.get(names[index] ?? '') ?? 0);
        return;
      }
      case 'askBack': {
        const asked = call.leases.map(({ workspaceId, key, fence }) => {
          return { workspaceId: workspaces.get(workspaceId) ?? '', key, fence: fenceOf(fence), reason: 'something more pressing waits' };
        });
        return records.askBack(asked, { epoch: epochs.get(call.epoch) ?? 0 });
      }
      case 'lease': {
        const request = requests.get(call.request) ?? uuidv7();
        requests.set(call.request, request);
        const leases = await records.leaseTasks({ runnerId: runnerOf(call.runnerId), max: call.max, leaseMs: longMs, request });
        assert.deepEqual(
          leases.map(({ task, fence, attempt, resume = null }) => `${task.key} ${fence} ${attempt} ${resume}`).sort(),
          call.leases.map(({ key, fence, attempt, resume }) => `${key} ${fenceOf(fence)} ${attempt} ${resume}`).sort(),
        );
        return;
      }
      case 'renew': {
        const leases = call.leases.map(({ key, fence }) => ({ key, fence: fenceOf(fence), percent: 5 }));
        const { staleFences = [], backFences = [] } = await records.renew({ runnerId: runnerOf(call.runnerId), leases, leaseMs: longMs });
        assert.deepEqual([staleFences, backFences], [call.stale.map(fenceOf), call.back.map(fenceOf)]);
        return;
      }
      case 'noteStopped': {
        const fences = call.fences === null ? {} : { fences: call.fences.map(fenceOf) };
        return records.noteStopped({ runnerId: runnerOf(call.runnerId), ...fences, held: call.held.map(fenceOf) });
      }
      case 'complete': {
        const { key, fence } = call.lease;
        const completion = completionOf({ task: someTask(key), fence: fenceOf(fence) });
        const output = { ...completion.output, said: call.output };
        assert.deepEqual(await records.completeTasks([{ ...completion, output, runnerId: runnerOf(call.runnerId) }]), [call.answer]);
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
        const failure = {
          key,
          fence: fenceOf(fence),
          runnerId: runnerOf(call.runnerId),
          problem: problemOf(call.passes ? 'task-failed' : 'media-invalid'),
        };
        assert.equal(await answerOf(records.failTask(failure), 'failed'), call.answer);
        return;
      }
      case 'expire': {
        const over = call.fences.map(fenceOf);
        // An hour passes, so that what runs out was held for a while and whoever is heard of was heard of within it.
        await sql(`update attempt set started_at = started_at - interval '1 hour', delivered_at = delivered_at - interval '1 hour',
          heard_at = heard_at - interval '1 hour', ended_at = ended_at - interval '1 hour'`);
        await sql(
          `update attempt set lease_until = now() + case when fence = any($1) then interval '-1 second' else interval '1 hour' end where ended_at is null`,
          [over],
        );
        await sql(
          `update attempt set stopping_until = now() + case when fence = any($1) then interval '-1 second' else interval '1 hour' end
           where stopping_until is not null`,
          [call.freed.map(fenceOf)],
        );
        await sql(`update runner set seen_at = now() - case when id = any($1) then interval '3 hours' else interval '0' end`, [
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
      `select case w.name when 'w' then 'w' else 'v' end as workspace, key, state, attempts, lost,
         case when state in ('waiting', 'leased') then wanted_by end as "wantedBy",
         case when state in ('waiting', 'leased') and wanted_by is not null then priority end as priority, ran_for as "ranFor", left_on as "leftOn",
         (select count(*)::int from attempt a where a.workspace_id = t.workspace_id and a.key = t.key and a.stopping_until is not null) as stopping,
         (select count(*)::int from attempt a where a.workspace_id = t.workspace_id and a.key = t.key and a.ended_at is null and a.asked_back is not null) as asked
       from task t join workspace w on w.id = t.workspace_id order by 1, 2`,
    );
    const named = lines.map(({ wantedBy, ranFor, ...line }) => ({ ...line, wantedBy: nameOfBuild(wantedBy), ranFor: nameOfBuild(ranFor) }));
    assert.deepEqual(named, call.after, where);
  }
  const spent = await sql(`select concat_ws(' ', key, kind) as entry, build_id as build from spend_entry where kind <> 'estimate'`);
  assert.deepEqual(
    spent.map(({ entry, build }) => `${nameOfBuild(build)} ${entry}`).sort(),
    model.spent.map(({ buildId, key, kind }) => `${buildId} ${key} ${kind}`).sort(),
    `seed ${seed}`,
  );
}
