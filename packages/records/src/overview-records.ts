import type { Amount, BuildSpend, Fleet, FleetPool, FleetQueueLine, RunnerOffer, RunningTask, TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { fleetDevices, type ToldOfDevices, type ToldOfMemory } from './device-rows.ts';
import type { BuildCourseFacts, OverviewStore, PoolState, RunnerFacts } from './overview-store.ts';
import { isOfMachine, pooled } from './pooled.ts';
import { silenceMs } from './silence.ts';
import { toldTasks } from './standing-rows.ts';
import { isUuid } from './uuidv7.ts';
import { holdTurn } from './wanted.ts';

/** Places in the line and seconds to go tell waits apart that are the same to people. */
const sameWait = `case when x.reason ~ '^[0-9]+ tasks? goe?s? before it$' then 'others go before it'
  when x.reason ~ '^it is tried again in [0-9]+ s$' then 'it is tried again soon' else x.reason end`;
/** Of a build with many of them they were summed up when they were written: reading where each stands would take longer than people look at it. */
const summed = `json_to_recordset(s.lines) as l(reason text, tasks int, position int, "expectedStartAt" text)`;
/** What tasks wait for of the standings for which a condition on `s` holds. */
const waits = (where: string): string => `
  select x.build_id, x.workspace_id, ${sameWait} as reason, count(*)::int as tasks, min(x.position)::int as position, min(x."expectedStartAt") as "expectedStartAt"
  from ${toldTasks({ where, summed: false })} x join task t on t.workspace_id = x.workspace_id and t.key = x.key and t.state = 'waiting'
  group by 1, 2, 3, x."expectedStartAt" is null
  union all
  select s.build_id, s.workspace_id, l.reason, l.tasks, l.position, l."expectedStartAt"
  from standing s cross join lateral ${summed} where ${where} and s.lines is not null`;
const amounts = (filter: string, name: string): string =>
  ['gpu_ms', 'slot_ms', 'credits']
    .map((column) => `coalesce(sum(s.${column}) filter (where ${filter}), 0)::float8 as ${name}_${column}`)
    .join(', ');
/** What is reserved for attempts that have not ended yet. */
const isHeld = `s.kind = 'reserve' and not exists (
  select from spend_entry e where e.fence = s.fence and e.kind in ('settle', 'refund') and e.key = s.key and e.workspace_id = s.workspace_id)`;
/** A refund of an attempt that was done after all gave back nothing. */
const isRefunded = `s.kind = 'refund' and not exists (
  select from spend_entry e where e.fence = s.fence and e.kind = 'settle' and e.key = s.key and e.workspace_id = s.workspace_id)`;
const sums = [
  amounts(`s.kind = 'estimate'`, 'estimate'),
  amounts(isHeld, 'held'),
  amounts(`s.kind = 'settle'`, 'settled'),
  amounts(isRefunded, 'refunded'),
].join(', ');
/** Rows of a second before count too: clocks of transactions are those of their begin. */
const sinceBuild = `created_at - interval '1 minute'`;
const mostRunners = 2000;
const mostRunning = 10_000;
const mostLines = 1000;

type SumRow = Readonly<Record<`${'estimate' | 'held' | 'settled' | 'refunded'}_${'gpu_ms' | 'slot_ms' | 'credits'}`, number>> & {
  readonly estimates: number;
};
type AttemptRow = Omit<BuildCourseFacts['attempts'][number], 'readyAt' | 'startedAt' | 'endedAt'> & {
  readonly ready_at: Date;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly waited_for: string;
};
type RunnerRow = Pick<RunnerFacts, 'name' | 'pool' | 'region' | 'draining' | 'released' | 'loaded' | 'cache'> &
  ToldOfDevices &
  ToldOfMemory & {
    readonly id: string;
    readonly credential_id: string | null;
    readonly rest_failures: number | null;
    readonly rest_until: Date | null;
    readonly gone_at: Date | null;
    readonly seen_at: Date;
    readonly silent_ms: number;
    readonly offer: Pick<RunnerOffer, 'slots' | 'models' | 'kinds' | 'versions' | 'version' | 'machine' | 'devices'>;
  };
type RunningRow = Omit<RunningTask, 'sinceAt' | 'expectedEndAt' | 'batch'> & {
  readonly runner_id: string;
  readonly started_at: Date;
  readonly expected_ms: number;
  readonly batch: string | null;
};

/** What people are shown of builds and of the whole fleet. */
export function overviewRecords({ rows, transaction }: Database): OverviewStore {
  return {
    async buildWait({ workspaceId, buildId }) {
      if (!isUuid(buildId)) return null;
      const reasons = await rows<{ reason: string; tasks: number; position: number; expectedStartAt: string | null }>(
        `select q.reason, sum(q.tasks)::int as tasks, min(q.position) as position, min(q."expectedStartAt") as "expectedStartAt"
         from (${waits('s.build_id = $1 and s.workspace_id = $2')}) q join build b on b.id = q.build_id and b.ended_at is null
         group by 1, q."expectedStartAt" is null order by 4 nulls first, 3`,
        [buildId, workspaceId],
      );
      if (reasons.length === 0) return null;
      const [work] = await rows<{ running: number; left_ms: number; slots: number }>(
        `select count(*) filter (where t.state = 'leased')::int as running,
           coalesce(sum(bt.estimate_ms) filter (where coalesce(t.state, 'waiting') = 'waiting'), 0)::float8 as left_ms,
           (select coalesce(sum((offer->>'slots')::int), 0)::int from runner where gone_at is null and not draining) as slots
         from build_task bt left join task t on t.workspace_id = bt.workspace_id and t.key = bt.key
         where bt.build_id = $1 and bt.workspace_id = $2 and not bt.reused`,
        [buildId, workspaceId],
      );
      return { reasons, running: work?.running ?? 0, leftMs: work?.left_ms ?? 0, slots: work?.slots ?? 0 };
    },
    async buildCourse({ workspaceId, buildId, limit }) {
      if (!isUuid(buildId)) return null;
      const [build] = await rows<{ id: string }>('select id from build where id = $1 and workspace_id = $2', [buildId, workspaceId]);
      if (build === undefined) return null;
      const since = `(select ${sinceBuild} from build where id = $1)`;
      const [[sum], attempts] = await Promise.all([
        rows<SumRow>(
          `select ${sums}, count(*) filter (where s.kind = 'estimate')::int as estimates
           from spend_entry s where s.build_id = $1 and s.workspace_id = $2 and s.created_at >= ${since}`,
          [buildId, workspaceId],
        ),
        rows<AttemptRow & { readonly count: number }>(
          `select bt.address, bt.kind, a.runner_name as runner, a.started_at, a.ended_at, a.outcome, a.reason, a.waited_for,
             coalesce(lag(a.ended_at) over (partition by a.key order by a.fence), greatest(b.created_at, t.created_at)) as ready_at,
             count(*) over ()::int as count
           from build b join attempt a on a.build_id = b.id and a.workspace_id = b.workspace_id
           join task t on t.workspace_id = a.workspace_id and t.key = a.key
           join lateral (
             select min(l.address) as address, min(l.kind) as kind from build_task l
             where l.workspace_id = a.workspace_id and l.key = a.key and l.build_id = b.id having count(*) > 0
           ) bt on true
           where b.id = $1 and a.started_at >= ${since} order by a.started_at, a.fence limit $2`,
          [buildId, limit],
        ),
      ]);
      return {
        spend: spendOf(sum as SumRow),
        attempts: attempts.map(({ ready_at: ready, started_at: started, ended_at: ended, waited_for: waitedFor, count: _, ...row }) => ({
          ...row,
          // A task may be given within the same moment in which it is written.
          readyAt: new Date(Math.min(ready.getTime(), started.getTime())).toISOString(),
          startedAt: started.toISOString(),
          endedAt: ended?.toISOString() ?? null,
          waitedFor: waitedFor === '' ? null : waitedFor,
        })),
        count: attempts[0]?.count ?? 0,
      };
    },
    async fleetFacts() {
      const [runners, running, queue, pools] = await Promise.all([
        rows<RunnerRow>(
          `select r.id, r.name, r.offer->>'pool' as pool, r.offer->>'region' as region, r.draining, r.gone_at, r.seen_at, r.held as loaded, r.held_on, r.free_mib, r.host_memory, r.cache, c.credential_id,
             x.failures as rest_failures, x.until as rest_until,
             greatest(0, extract(epoch from now() - r.seen_at) * 1000)::float8 as silent_ms,
             exists (select from pool_machine m where m.state = 'stopping' and ${isOfMachine}) as released,
             json_build_object('slots', (r.offer->>'slots')::int, 'models', r.offer->'models', 'kinds', r.offer->'kinds', 'versions',
               r.offer->'versions', 'version', r.offer->>'version', 'machine', r.offer->'machine', 'devices', r.offer->'devices') as offer
           from runner r left join credential_runner c on c.runner_id = r.id left join runner_rest x on x.name = r.name and x.until > now()
           where r.seen_at > now() - interval '1 day' order by r.name, r.id limit ${mostRunners}`,
        ),
        rows<RunningRow>(
          `select a.runner_id, a.started_at, a.expected_ms, a.devices, a.batch, a.build_id as build, coalesce(b.title, '') as title, t.kind, a.percent,
             coalesce((select min(l.address) from build_task l
               where l.workspace_id = a.workspace_id and l.key = a.key and l.build_id = a.build_id), t.kind) as address
           from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
           left join build b on b.id = a.build_id where a.ended_at is null order by a.fence limit ${mostRunning}`,
        ),
        rows<Omit<FleetQueueLine, 'deadline'> & { readonly deadline: Date | null; readonly position: number }>(
          `select w.name as workspace, b.priority, b.id as build, b.title, b.deadline, q.reason, q.tasks, q.position, q."expectedStartAt" from (
             select b.id as build_id, b.workspace_id, b.awaits->>'text' as reason, 0 as tasks, 0 as position, null as "expectedStartAt" from build b
             where b.awaits is not null and b.ended_at is null
             union all select u.build_id, u.workspace_id, u.reason, sum(u.tasks)::int as tasks, min(u.position) as position, min(u."expectedStartAt") as "expectedStartAt"
             from (${waits('true')}) u group by 1, 2, 3, u."expectedStartAt" is null
           ) q join build b on b.id = q.build_id and b.ended_at is null join workspace w on w.id = q.workspace_id
           order by w.name, priority_rank(b.priority), q."expectedStartAt" nulls first, b.id limit ${mostLines}`,
        ),
        rows<{ body: PoolState; there: number; starting: number; stopping: number }>(`${pooled} order by p.name`),
      ]);
      const tasksOf = new Map<string, RunningRow[]>();
      for (const row of running) tasksOf.set(row.runner_id, [...(tasksOf.get(row.runner_id) ?? []), row]);
      return {
        runners: runners.map((row) => runnerOf(row, tasksOf.get(row.id) ?? [])),
        queue: queue.map((row) => ({ ...row, deadline: row.deadline?.toISOString() ?? null })),
        pools: pools.map(({ body, there, starting, stopping }): FleetPool => ({ ...body, there, starting, stopping })),
      };
    },
    async fleetSpend(limit) {
      const lastDay = `s.created_at > now() - interval '1 day'`;
      const [workspaces, builds] = await Promise.all([
        rows<SumRow & { workspace: string; weight: number }>(
          `select w.name as workspace, w.weight, ${sums}, 0 as estimates from workspace w
           join spend_entry s on s.workspace_id = w.id and ${lastDay} group by w.id order by w.name`,
        ),
        rows<SumRow & Omit<Fleet['spend']['builds'][number], 'spend'>>(
          `select b.id as build, b.film_id as film, b.title, w.name as workspace, b.state, x.* from (
             select s.build_id, ${sums}, count(*) filter (where s.kind = 'estimate')::int as estimates
             from spend_entry s where ${lastDay} group by s.build_id
           ) x join build b on b.id = x.build_id join workspace w on w.id = b.workspace_id
           where b.purpose <> 'check' order by x.settled_credits + x.held_credits desc, b.id desc limit $1`,
          [limit],
        ),
      ]);
      return {
        workspaces: workspaces.map((row) => {
          const { estimate: _, ...spend } = spendOf(row);
          return { workspace: row.workspace, weight: row.weight, ...spend };
        }),
        builds: builds.map((row) => {
          const { build, film, title, workspace, state } = row;
          return { build, film, title, workspace, state, spend: spendOf(row) };
        }),
      };
    },
    async spendOf({ workspaceId, since }) {
      const [sum] = await rows<SumRow>(
        `select ${sums}, 0 as estimates from spend_entry s where s.workspace_id = $1 and s.created_at >= $2::timestamptz`,
        [workspaceId, since],
      );
      const { estimate: _, ...spend } = spendOf(sum as SumRow);
      return spend;
    },
    savePoolStates: (pools, { turn } = {}) =>
      transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query(
          `with gone as (delete from pool_state where not (name = any($1)))
           insert into pool_state (name, body) select * from unnest($1::text[], $2::json[])
           on conflict (name) do update set body = excluded.body, at = now()`,
          [pools.map(({ name }) => name), pools.map((pool) => JSON.stringify(pool))],
        );
      }),
  };
}

function spendOf(row: SumRow): BuildSpend {
  const amount = (name: 'estimate' | 'held' | 'settled' | 'refunded'): Amount => ({
    gpuS: row[`${name}_gpu_ms`] / 1000,
    slotS: row[`${name}_slot_ms`] / 1000,
    credits: row[`${name}_credits`],
  });
  return {
    estimate: row.estimates === 0 ? null : amount('estimate'),
    held: amount('held'),
    settled: amount('settled'),
    refunded: amount('refunded'),
  };
}

function runnerOf(row: RunnerRow, tasks: readonly RunningRow[]): RunnerFacts {
  const { slots, models, kinds, versions, version, machine, devices } = row.offer;
  return {
    runnerId: row.id,
    name: row.name,
    pool: row.pool,
    region: row.region,
    draining: row.draining,
    isGone: row.gone_at !== null || row.silent_ms > silenceMs,
    released: row.released,
    silentMs: row.silent_ms,
    seenAt: row.seen_at.toISOString(),
    credentialId: row.credential_id,
    cache: row.cache,
    loaded: row.loaded,
    ...(row.host_memory && { hostMemory: row.host_memory }),
    ...(row.rest_until !== null && { rest: { failures: row.rest_failures ?? 0, untilAt: row.rest_until.toISOString() } }),
    slots,
    models,
    kinds: kinds as readonly TaskKind[],
    // JSON of the database has nulls where an offer says nothing.
    ...(versions && { versions }),
    ...(version && { version }),
    ...(machine && { machine }),
    ...(devices && { devices: fleetDevices(devices, row) }),
    tasks: tasks.map(({ runner_id: _, started_at: startedAt, expected_ms: expectedMs, batch, ...task }) => ({
      ...task,
      ...(batch !== null && { batch }),
      sinceAt: startedAt.toISOString(),
      expectedEndAt: new Date(startedAt.getTime() + expectedMs).toISOString(),
    })),
  };
}
