import { floatArray, textArray, uuidArray } from './array-values.ts';
import type { Database } from './database.ts';
import { costOf } from './endings.ts';
import { learnedRecords } from './learned-records.ts';
import { eventsOf, notifyEach } from './notify.ts';
import {
  type EventRow,
  eventOf,
  fleetRunnerOf,
  fleetTaskOf,
  fleetWorkspaceOf,
  liveAttempts,
  type RunnerRow,
  runnerColumns,
  type TaskRow,
  taskColumns,
  taskOfEach,
  type WorkspaceRow,
} from './schedule-rows.ts';
import type { FleetEvent, RunnerRest, ScheduleStore, TaskId } from './schedule-store.ts';
import { standingRecords } from './standing-records.ts';
import { longestRetryMs } from './troubles.ts';
import { leads, superseded } from './wanted.ts';

/** A grant that its runner did not ask for within this is taken back. */
const pickUpMs = 10_000;
/** So many changes are read at once. */
const mostRead = 5000;

/** Rows of transactions that still run may come behind rows that are there already: what was seen of those is not given again. */
const tail = `
  select h.xid::text as horizon, o.xid::text, o.id, o.topic, o.workspace_id, k.key, o.fence as ended_fence, o.body, ${taskColumns},
    ${runnerColumns}, w.weight, w.cap
  from (select pg_snapshot_xmin(pg_current_snapshot()) as xid) h
  left join lateral (
    select * from outbox where (xid, id) > ($1::xid8, $3::bigint) and (topic like 'task.%' or topic like 'runner.%' or topic like 'workspace.%') order by xid, id limit $2
  ) o on true
  left join lateral (select o.key union all select json_array_elements_text(o.body->'keys')) k on k.key is not null
  ${taskOfEach('o', 'k.key')}
  left join lateral (
    select * from runner where o.topic like 'runner.%' and id = (o.body->>'id')::uuid and gone_at is null limit 1
  ) r on true
  left join lateral (select * from workspace where o.topic = 'workspace.changed' and id = o.workspace_id limit 1) w on true
  order by o.xid, o.id`;
type TailRow = EventRow & { horizon: string; xid: string | null; id: string };

/** Failed since it was decided on, and in its pause before the next try. What a clock that was ahead wrote holds nothing up (F2). */
const isResting = `(t.ready_at > now() and t.ready_at <= now() + interval '${longestRetryMs} milliseconds')`;

/** A runner that leaves waits for what is just given to it, so that it gives that back too; what comes later finds it gone. */
const grant = `
  with ${leads('$1')}, rates as materialized (select id, gpu_rate, slot_rate from workspace), there as materialized (
    select id, name from runner where id = any($11::uuid[]) and gone_at is null order by id for key share
  ), taken as (
    update task t set state = 'leased', fence = nextval('task_fence'), outcome = null, percent = 0, attempts = t.attempts + 1, ran_for = t.wanted_by
    from unnest($2::uuid[], $3::text[], $4::uuid[], $5::float8[], $6::text[], $7::text[], $9::text[], $10::uuid[], $12::text[])
      with ordinality as g(workspace_id, key, runner_id, expected_ms, reason, devices, waited_for, batch, unload, at)
    join there r on r.id = g.runner_id
    where t.workspace_id = g.workspace_id and t.key = g.key and t.state = 'waiting' and t.wanted_by is not null and not ${isResting} and exists (select from lead)
    returning g.at, t.workspace_id, t.key, t.fence, t.wanted_by, g.runner_id, r.name, g.expected_ms, g.reason, g.waited_for, g.batch, g.unload,
      string_to_array(g.devices, ',') as devices
  ), noted as (
    insert into attempt (workspace_id, key, fence, runner_id, runner_name, lease_until, expected_ms, reason, devices, build_id, waited_for, batch, unload)
    select workspace_id, key, fence, runner_id, name, now() + interval '${pickUpMs} milliseconds', expected_ms, reason, devices, wanted_by, waited_for, batch, unload
    from taken
  ), reserved as (
    insert into spend_entry (workspace_id, key, fence, kind, build_id, gpu_ms, slot_ms, credits)
    select t.workspace_id, t.key, t.fence, 'reserve', t.wanted_by, ${costOf({ ms: 't.expected_ms', devices: 't.devices' })}
    from taken t join rates w on w.id = t.workspace_id
  )
  select exists (select from lead) as leads, (select string_agg(at || ' ' || fence, ',') from taken) as given, ${notifyEach('$8')}`;
/** Of each grant that was given its place from 1 on, and its fence. */
type GrantRow = { leads: boolean; given: string | null };

/** What each workspace had of the machines, as the scheduler halves it; of what is older than four hours little is left. */
const usedLately = `
  select w.id, w.weight, w.cap, coalesce(s.gpu_ms, 0) as gpu_ms, coalesce(s.slot_ms, 0) as slot_ms from workspace w left join (
    select workspace_id, sum(gpu_ms * part) as gpu_ms, sum(slot_ms * part) as slot_ms from (
      select workspace_id, gpu_ms, slot_ms, 0.5 ^ greatest(0, extract(epoch from now() - created_at) / 3600)::float8 as part from spend_entry
      where kind = 'settle' and created_at > now() - interval '4 hours'
    ) settled group by 1
  ) s on s.workspace_id = w.id order by w.id`;

/** What so many hold is near enough to any of them. */
const mostHolders = 50;

/** Inputs lie where they were fetched, as runners told, and where they were made. */
const near = `
  with held as (
    select i.workspace_id, i.key, h.runner_id, sum(coalesce(a.bytes, 0)) as bytes
    from unnest($1::uuid[], $2::text[]) as g(workspace_id, key)
    join task_asset i on i.workspace_id = g.workspace_id and i.key = g.key and i.role = 'input'
    left join asset a on a.workspace_id = i.workspace_id and a.digest = i.digest
    cross join lateral (
      (select f.runner_id from runner_file f where f.digest = i.digest limit ${mostHolders})
      union
      select m.runner_id from task_asset o join task t on t.workspace_id = o.workspace_id and t.key = o.key and t.state = 'done'
      join attempt m on m.fence = t.fence and m.workspace_id = t.workspace_id and m.key = t.key
      where o.workspace_id = i.workspace_id and o.digest = i.digest and o.role = 'output'
    ) h
    join runner r on r.id = h.runner_id and r.gone_at is null and r.offer->>'cachesFiles' = 'true'
    group by 1, 2, 3
  )
  select workspace_id as "workspaceId", key, array_agg(runner_id::text order by bytes desc, runner_id) as runners,
    array_agg(bytes::float8 / 1048576 order by bytes desc, runner_id) as mib from held group by 1, 2`;

/** What the leader of the fleet reads and writes (SPEC.md, A). */
export function scheduleRecords(database: Database): ScheduleStore {
  const { rows, prepared, transaction } = database;
  return {
    async takeLead(turn) {
      const [row] = await rows<{ epoch: string }>(
        'update leadership set epoch = epoch + 1 where $1::bigint is null or drive = $1 returning epoch',
        [turn ?? null],
      );
      if (row === undefined) throw superseded();
      return Number(row.epoch);
    },
    fleetSnapshot: () =>
      transaction(async (client) => {
        await client.query('set transaction isolation level repeatable read, read only');
        const { rows: horizon } = await client.query<{ xid: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
        const { rows: tasks } = await client.query<TaskRow & { workspace_id: string; key: string }>(
          `select t.workspace_id, t.key, ${taskColumns} from (
             select distinct bt.workspace_id, bt.key from build b join build_task bt on bt.build_id = b.id where b.ended_at is null and bt.key is not null
           ) k join task t on t.workspace_id = k.workspace_id and t.key = k.key ${liveAttempts}
           where t.state in ('waiting', 'leased') and t.wanted_by is not null`,
        );
        const { rows: runners } = await client.query<RunnerRow>(
          `select r.id as runner_id, ${runnerColumns} from runner r where r.gone_at is null order by r.id`,
        );
        const { rows: workspaces } = await client.query<WorkspaceRow>(usedLately);
        const { rows: stopping } = await client.query<{
          workspaceId: string;
          key: string;
          fence: string;
          runnerId: string;
          devices: string[];
          batch: string | null;
        }>(
          `select workspace_id as "workspaceId", key, fence, runner_id as "runnerId", devices, batch from attempt where stopping_until is not null order by fence`,
        );
        const { rows: rests } = await client.query<RunnerRest>(
          `select name, failures, rest_ms as "restMs", least(rest_ms, extract(epoch from until - statement_timestamp())::float8 * 1000) as "untilInMs" from runner_rest`,
        );
        return {
          rests,
          stopping: stopping.map(({ batch, ...one }) => ({ ...one, fence: Number(one.fence), ...(batch !== null && { batch }) })),
          tasks: tasks.map((row) => fleetTaskOf({ workspaceId: row.workspace_id, key: row.key }, row)),
          runners: runners.map(fleetRunnerOf),
          workspaces: workspaces.map(fleetWorkspaceOf),
          position: { xid: BigInt(horizon[0]?.xid ?? 0), seen: new Map() },
        };
      }),
    async tailOutbox(after) {
      const limit = mostRead + after.seen.size;
      const found = await prepared<TailRow>({ name: 'tail', text: tail, values: [String(after.xid), limit, after.id ?? 0] });
      const horizon = BigInt(found[0]?.horizon ?? after.xid);
      const there = found.flatMap((row) => (row.xid === null ? [] : [{ ...row, xid: BigInt(row.xid), id: Number(row.id) }]));
      const last = there.at(-1);
      const more = new Set(there.map((row) => row.id)).size === limit;
      // Of a transaction that has ended nothing comes any more: it is gone on behind the last row of it, however many there are.
      const { xid, id } = more && last !== undefined && last.xid < horizon ? last : { xid: horizon, id: 0 };
      const fresh = there.filter((row) => !after.seen.has(row.id));
      const told = [...after.seen, ...fresh.map((row) => [row.id, row.xid] as const)];
      const seen = new Map(told.filter(([at, of]) => of > xid || (of === xid && at > id)));
      return { events: fresh.map(eventOf), position: { xid, id, seen }, more };
    },
    async grantTasks({ epoch, grants }) {
      if (grants.length === 0) return { given: [], refused: [] };
      const [row] = await prepared<GrantRow>({
        name: 'grant',
        text: grant,
        values: [
          epoch,
          uuidArray(grants.map(({ workspaceId }) => workspaceId)),
          textArray(grants.map(({ key }) => key)),
          uuidArray(grants.map(({ runnerId }) => runnerId)),
          floatArray(grants.map(({ expectedMs }) => expectedMs)),
          textArray(grants.map(({ reason }) => reason)),
          textArray(grants.map(({ devices }) => devices.join(','))),
          textArray(eventsOf({ type: 'granted', runners: grants.map(({ runnerId }) => runnerId) })),
          textArray(grants.map(({ waitedFor = '' }) => waitedFor)),
          uuidArray(grants.map(({ batch = null }) => batch)),
          uuidArray([...new Set(grants.map(({ runnerId }) => runnerId))]),
          grants.map(({ unload }) => unload?.join('\n') ?? null),
        ],
      });
      if (row?.leads !== true) return null;
      const given = (row.given?.split(',') ?? []).flatMap((text) => {
        const [at = 0, fence = 0] = text.split(' ').map(Number);
        const one = grants[at - 1];
        return one === undefined ? [] : [{ workspaceId: one.workspaceId, key: one.key, fence }];
      });
      const taken = new Set(given.map(({ workspaceId, key }) => `${workspaceId} ${key}`));
      return { given, refused: grants.filter(({ workspaceId, key }) => !taken.has(`${workspaceId} ${key}`)) };
    },
    async askBack(tasks, { epoch }) {
      if (tasks.length === 0) return;
      await prepared({
        name: 'ask-back',
        text: `update attempt a set asked_back = g.reason from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) as g(workspace_id, key, fence, reason)
          where a.fence = g.fence and a.workspace_id = g.workspace_id and a.key = g.key and a.ended_at is null
            and exists (select from leadership where epoch = $5)`,
        values: [
          tasks.map(({ workspaceId }) => workspaceId),
          tasks.map(({ key }) => key),
          tasks.map(({ fence }) => fence),
          tasks.map(({ reason }) => reason),
          epoch,
        ],
      });
    },
    async readFleet({ tasks, runners }) {
      const events: FleetEvent[] = [];
      if (tasks.length > 0) {
        const found = await prepared<TaskRow & { workspace_id: string; key: string }>({
          name: 'read-tasks',
          text: `select g.workspace_id, g.key, ${taskColumns} from unnest($1::uuid[], $2::text[]) as g(workspace_id, key) ${taskOfEach('g')}`,
          values: [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ key }) => key)],
        });
        for (const row of found)
          events.push({ type: 'task', ended: null, task: fleetTaskOf({ workspaceId: row.workspace_id, key: row.key }, row) });
      }
      if (runners.length > 0) {
        const found = await rows<RunnerRow>(
          `select r.id as runner_id, ${runnerColumns} from runner r where r.id = any($1) and r.gone_at is null`,
          [runners],
        );
        const there = new Map(found.map((row) => [row.runner_id, fleetRunnerOf(row)]));
        for (const runnerId of runners) events.push({ type: 'runner', runnerId, runner: there.get(runnerId) ?? null });
      }
      return events;
    },
    ...standingRecords(database),
    async nearOf(tasks) {
      if (tasks.length === 0) return [];
      const found = await prepared<TaskId & { runners: string[]; mib: number[] }>({
        name: 'near-of',
        text: near,
        values: [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ key }) => key)],
      });
      return found.map(({ workspaceId, key, runners, mib }) => ({
        ...{ workspaceId, key },
        runners: runners.map((runner, at) => ({ runner, mib: mib[at] ?? 0 })),
      }));
    },
    ...learnedRecords(database),
    async saveRests(rests, { epoch }) {
      const found = await prepared({
        name: 'save-rests',
        text: `with ${leads('$5')}, gone as (delete from runner_rest using lead where not (name = any($1))), put as (
            insert into runner_rest (name, failures, rest_ms, until)
            select g.name, g.failures, g.rest_ms, now() + g.until_in_ms * interval '1 millisecond'
            from lead, unnest($1::text[], $2::int[], $3::float8[], $4::float8[]) as g(name, failures, rest_ms, until_in_ms)
            on conflict (name) do update set failures = excluded.failures, rest_ms = excluded.rest_ms, until = excluded.until
          ) select from lead`,
        values: [
          rests.map(({ name }) => name),
          rests.map(({ failures }) => failures),
          rests.map(({ restMs }) => restMs),
          rests.map(({ untilInMs }) => untilInMs),
          epoch,
        ],
      });
      if (found.length === 0) throw superseded();
    },
    async pruneFleet({ epoch, from, before }) {
      await rows('delete from runner_file f where not exists (select from runner r where r.id = f.runner_id)');
      await rows(
        `delete from outbox where xid >= $1::xid8 and xid < $2::xid8 and (topic like 'task.%' or topic like 'runner.%' or topic like 'workspace.%')
           and exists (select from leadership where epoch = $3)`,
        [String(from), String(before), epoch],
      );
    },
  };
}
