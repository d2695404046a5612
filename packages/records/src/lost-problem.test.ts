import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type RunnerEnd, toProblem } from '@filmwright/contracts';
import pg from 'pg';
import { lostProblem, toldAnew } from './lost-problem.ts';
import { leaseGranted } from './testing/lead.ts';
import { someBuild, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';
import type { Loss } from './troubles.ts';

const longMs = 3_600_000;
const [mine, theirs] = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002'];
const server = serverOfTests();

function endOf(runnerId: string, changes: Partial<RunnerEnd> = {}): RunnerEnd {
  const end = { endedAt: '2026-01-01T00:00:09.000Z', signal: 'SIGKILL', status: null, peakMib: 15_000, lines: ['first', 'no room'] };
  return { runnerId, ...end, ...changes };
}

/** Until somebody waits for what this connection holds. */
async function untilOneWaits(slow: pg.Client): Promise<void> {
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  while ((await slow.query(waits)).rowCount === 0) await sleep(5);
}

test('F4: a task that is set aside tells of each loss what the runner had of memory, how its process ended, and of neighbours of its own workspace which they were', () => {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', heardAt: '2026-01-01T00:00:08.000Z' };
  const neighbours = [...['a', 'b', 'c', 'd', 'e', 'gone'].map((key) => `${mine} ${key}`), `${theirs} secret`];
  const losses: readonly Loss[] = [
    {
      runner: 'm1',
      ...times,
      percent: 40.4,
      beside: 7,
      neighbours,
      memory: { totalMib: 16_000, freeMib: 90, heldMib: 14_000 },
      runnerId: 'r1',
    },
    { runner: 'm2', ...times, percent: 3, beside: 1, neighbours: [`${theirs} secret`], memory: null, runnerId: 'r2' },
    { runner: 'm3', ...times, percent: 3, beside: 1, neighbours: [`${mine} gone`], runnerId: 'r3' },
    { runner: 'old', ...times },
  ];
  const kinds = new Map(['a', 'b', 'c', 'd', 'e'].map((key) => [`${mine} ${key}`, 'speak']));
  kinds.set(`${theirs} secret`, 'generate');
  const ends = new Map([
    ['r1', endOf('r1')],
    ['r2', endOf('r2', { signal: null, status: 1, peakMib: null, lines: [] })],
  ]);
  const { detail } = lostProblem({ workspaceId: mine, key: 'k', kind: 'encode', losses }, { kinds, ends });
  const told = 'began at 2026-01-01T00:00:00.000Z and was heard of for 8 s';
  const wanted = [
    `m1 ${told}, at 40 %, beside 7 others (among them speak a, speak b, speak c, speak d, speak e), with 90 of 16000 MiB of memory free and 14000 MiB held by its tasks as it told last, and its process was killed by SIGKILL at 2026-01-01T00:00:09.000Z, held 15000 MiB at most with all below it, wrote last "first | no room"`,
    `m2 ${told}, at 3 %, beside 1 other, and its process ended with status 1 at 2026-01-01T00:00:09.000Z`,
    `m3 ${told}, at 3 %, beside 1 other (gone)`,
    `old ${told}`,
  ];
  assert.ok(detail.startsWith(`The task "encode" (k) lost its runner 4 times: ${wanted.join('; ')}. It may`), detail);
  assert.ok(!detail.includes('secret') && !detail.includes('generate'), 'what others make is theirs');
});

test('F4: what a runner told of its memory stands in its losses, also once another joined under its name, and how its process ended is told by that one', async () => {
  const { records, runnerId: first } = await openWithRunner(server, ['a', 'b']);
  const memory = (freeMib: number) => ({ totalMib: 1000, freeMib, heldMib: 7 });
  const ids = [first];
  for (let loss = 1; loss <= 3; loss++) {
    const runnerId = ids.at(-1) as string;
    const [lease] = await leaseGranted(records, { runnerId, max: 1, leaseMs: longMs });
    assert.equal(lease?.task.key, 'a');
    await records.noteRunnerMemory({ runnerId, memory: memory(loss * 10), beat: 2 });
    await records.noteRunnerMemory({ runnerId, memory: memory(999), beat: 1 });
    // What another runner says of it is nothing.
    await records.noteRunnerEnd({ name: 'two', end: endOf(runnerId, { signal: 'SIGSEGV' }) });
    if (loss > 1) await records.noteRunnerEnd({ name: 'one', end: endOf(runnerId) });
    ids.push((await records.joinRunner(someOffer())).runnerId);
    assert.equal(await records.expireLeases(), 1);
  }
  const { detail = '' } = (await records.results(['a'])).get('a')?.problem ?? {};
  const losses = detail.split('; one began');
  assert.deepEqual(
    losses.map((told) => /with (\d+) of 1000 MiB of memory free and 7 MiB/.exec(told)?.[1]),
    ['10', '20', '30'],
    detail,
  );
  assert.deepEqual(
    losses.map((told) => told.includes('killed by SIGKILL at')),
    [false, true, true],
    detail,
  );
  assert.doesNotMatch(detail, /SIGSEGV/);
});

test('F4a: what is told of the ends of runners once their task was set aside completes its problem and that of the builds that failed by it, once', async () => {
  const { records, runnerId: first, build, sql } = await openWithRunner(server, ['a', 'b']);
  const ids = [first];
  for (let loss = 1; loss <= 3; loss++) {
    await leaseGranted(records, { runnerId: ids.at(-1) as string, max: 1, leaseMs: longMs });
    ids.push((await records.joinRunner(someOffer())).runnerId);
    await records.expireLeases();
  }
  const problemOfTask = async () => (await records.results(['a'])).get('a')?.problem ?? assert.fail();
  const { detail: bare, ...rest } = await problemOfTask();
  assert.doesNotMatch(bare, /its process/);
  const located = (detail: string) => ({
    ...{ ...rest, detail: `shot 1: ${detail}` },
    issues: [{ severity: 'error', code: rest.code, path: 'storyboard.0', message: detail } as const],
  });
  const other = await someBuild(records, { title: 'Another', tasks: [someTask('b')] });
  for (const { id: buildId } of [build, other])
    await records.endBuild({ buildId, state: 'failed', result: null, problem: located(bare), progress: someProgress });
  const tell = (runnerId: string) => records.noteRunnerEnd({ name: 'one', end: endOf(runnerId, { lines: ['no $& room'] }) });
  await records.noteRunnerEnd({ name: 'two', end: endOf(first) });
  // One that is not of this task.
  await tell(ids[3] as string);
  assert.equal((await problemOfTask()).detail, bare);
  await tell(ids[1] as string);
  const { detail } = await problemOfTask();
  const told =
    ', and its process was killed by SIGKILL at 2026-01-01T00:00:09.000Z, held 15000 MiB at most with all below it, wrote last "no $& room"';
  const losses = detail.split('; one began');
  assert.deepEqual(
    losses.map((loss) => loss.includes(told)),
    [false, true, false],
    detail,
  );
  assert.equal(
    detail.replace(told, () => ''),
    bare,
    'nothing else is changed',
  );
  const problemOf = async (id: string) => (await records.getBuild(id))?.problem;
  assert.deepEqual(await problemOf(build.id), located(detail));
  assert.deepEqual(await problemOf(other.id), located(bare), 'what failed by other tasks is let be');
  await tell(ids[1] as string);
  await Promise.all([tell(first), tell(ids[2] as string)]);
  const all = await problemOfTask();
  assert.equal(all.detail.split(told).length, 4, all.detail);
  assert.deepEqual(await problemOf(build.id), located(all.detail));
  // One that fails by what was read of it before that was told.
  const late = await someBuild(records, { title: 'Late' });
  await sql(
    `insert into build_task select (jsonb_populate_record(t, jsonb_build_object('build_id', $1::text))).* from build_task t where build_id = $2`,
    [late.id, build.id],
  );
  await records.endBuild({ buildId: late.id, state: 'failed', result: null, problem: located(bare), progress: someProgress });
  assert.deepEqual(await problemOf(late.id), located(all.detail));
  // What is tried again has no problem to complete.
  await sql(`update task set state = 'waiting', problem = null where key = 'a'`);
  await tell(first);
  assert.equal((await records.results(['a'])).get('a')?.problem, null);
});

test('F4a: where the problems of several tasks are told as one, that of each is told anew alone', () => {
  const told = (key: string): string =>
    lostProblem({ workspaceId: mine, key, kind: 'encode', losses: [] }, { kinds: new Map(), ends: new Map() }).detail;
  const both = `2 problems: ${told('a')} ${told('b')}`;
  assert.equal(toldAnew(both, { kind: 'encode', key: 'a', detail: 'More is known.' }), `2 problems: More is known. ${told('b')}`);
  assert.equal(toldAnew(both, { kind: 'encode', key: 'b', detail: 'More is known.' }), `2 problems: ${told('a')} More is known.`);
  assert.equal(toldAnew(both, { kind: 'encode', key: 'c', detail: 'More is known.' }), both);
});

test('F4a: a task that is set aside at the very moment in which the end of its runner is told says it too', {
  timeout: 60_000,
}, async () => {
  const { records, runnerId: first, connectionString } = await openWithRunner(server, ['a']);
  let runnerId = first;
  for (let loss = 1; loss <= 3; loss++) {
    await leaseGranted(records, { runnerId, max: 1, leaseMs: longMs });
    if (loss === 3) break;
    ({ runnerId } = await records.joinRunner(someOffer()));
    await records.expireLeases();
  }
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  try {
    // As setting aside does it, which has looked for ends by now and found none.
    await slow.query('begin');
    await slow.query(`select from task where key = 'a' for update`);
    const telling = records.noteRunnerEnd({ name: 'one', end: endOf(runnerId) });
    await untilOneWaits(slow);
    await slow.query(`update attempt set outcome = 'lost', ended_at = now() where runner_id = $1 and ended_at is null`, [runnerId]);
    await slow.query(
      `update task set state = 'failed', outcome = 'lost', problem = $2, losses = losses || jsonb_build_object('runner', 'one', 'runnerId', $1::text,
         'startedAt', now(), 'heardAt', now()) where key = 'a'`,
      [runnerId, JSON.stringify({ ...toProblem(new FilmwrightError('task-lost', 'as it was known')) })],
    );
    await slow.query('commit');
    await telling;
  } finally {
    await slow.end();
  }
  assert.match((await records.results(['a'])).get('a')?.problem?.detail ?? '', /its process was killed by SIGKILL/);
});

test('F4a: a build that fails at the very moment in which that is told says it too', { timeout: 60_000 }, async () => {
  const { records, build, connectionString } = await openWithRunner(server, ['a']);
  const lost = (ends: readonly RunnerEnd[]) => {
    const losses = [{ runner: 'one', runnerId: 'r', startedAt: '2026-01-01T00:00:00.000Z', heardAt: null }];
    const known = { kinds: new Map(), ends: new Map(ends.map((end) => [end.runnerId, end])) };
    return lostProblem({ workspaceId: mine, key: 'a', kind: 'encode', losses }, known);
  };
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  try {
    await slow.query(`update task set state = 'failed', problem = $1`, [JSON.stringify(lost([]))]);
    await slow.query('begin');
    await slow.query('update task set problem = $1', [JSON.stringify(lost([endOf('r')]))]);
    const ended = records.endBuild({ buildId: build.id, state: 'failed', result: null, problem: lost([]), progress: someProgress });
    await untilOneWaits(slow);
    await slow.query('commit');
    await ended;
  } finally {
    await slow.end();
  }
  assert.deepEqual((await records.getBuild(build.id))?.problem, lost([endOf('r')]));
});

test('H1: what is known of the end of a runner goes with the attempts that were lost with it', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  await leaseGranted(records, { runnerId, max: 1, leaseMs: longMs });
  await records.noteRunnerEnd({ name: 'one', end: endOf(runnerId) });
  await sql(`update runner_end set noted_at = now() - interval '2 hours'`);
  await records.joinRunner(someOffer());
  await records.expireLeases();
  const ends = async () => (await sql('select runner_id from runner_end')).length;
  await records.pruneHistory({ olderMs: longMs, most: 10 });
  assert.equal(await ends(), 1);
  await sql('delete from attempt');
  await records.pruneHistory({ olderMs: longMs, most: 10 });
  assert.equal(await ends(), 0);
});
