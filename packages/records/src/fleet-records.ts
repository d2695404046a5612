import type { TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import type { FleetFigures, FleetStore } from './fleet-store.ts';
import { pooled } from './pooled.ts';
import { isHeard } from './silence.ts';

/** The advisory lock of the one controller that leads; any constant of our own, since locks are counted per database. */
export const leadershipLock = '5058210041972';

type WaitingRow = { kind: TaskKind; priority: 'interactive' | 'normal' | 'bulk'; tasks: number; work_s: number; oldest_s: number };

/** Tasks that active builds list, each once; what else there is in the ledger is not looked at. */
export const listedTasks = `(select distinct bt.workspace_id, bt.key from build b join build_task bt on bt.build_id = b.id where b.ended_at is null and bt.key is not null)`;

/** What monitoring asks; each call reads what active builds list, never what others did. */
export function fleetRecords({ rows }: Database): FleetStore {
  return {
    async isLed() {
      const [row] = await rows<{ led: boolean }>(
        `select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
           and database = (select oid from pg_database where datname = current_database())
           and (classid::bigint << 32) + objid::bigint = $1::bigint) as led`,
        [leadershipLock],
      );
      return row?.led === true;
    },
    async figures() {
      const [waiting, running, builds, runners, workspaces, pools, [database]] = await Promise.all([
        rows<WaitingRow>(
          `select t.kind, t.priority, count(*)::int as tasks, sum(t.estimate_ms) / 1000 as work_s,
             greatest(0, extract(epoch from now() - min(t.created_at)))::double precision as oldest_s
           from ${listedTasks} l join task t on t.workspace_id = l.workspace_id and t.key = l.key
           where t.state = 'waiting' and t.wanted_by is not null group by 1, 2 order by 1, 2`,
        ),
        rows<FleetFigures['running'][number]>(
          `select t.kind, count(*)::int as tasks from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
           where a.ended_at is null group by 1 order by 1`,
        ),
        rows<FleetFigures['builds'][number]>(
          'select state, count(*)::int as builds from build where ended_at is null group by state order by state',
        ),
        rows<FleetFigures['runners'][number]>(
          `select coalesce(r.offer->>'pool', '') as pool, count(*)::int as runners, sum((r.offer->>'slots')::int)::int as slots,
             count(*) filter (where exists (select from runner_rest x where x.name = r.name and x.until > now()))::int as resting,
             coalesce(sum(json_array_length(coalesce(r.offer->'devices', '[]'))), 0)::int as gpus,
             coalesce(sum(h.slots), 0)::int as "slotsBusy", coalesce(sum(h.gpus), 0)::int as "gpusBusy"
           from runner r left join lateral (
             select count(distinct coalesce(a.batch::text, a.fence::text)) filter (where cardinality(a.devices) = 0)::int as slots, count(distinct d)::int as gpus
             from attempt a left join lateral unnest(a.devices) d on true where a.runner_id = r.id and a.ended_at is null
           ) h on true where ${isHeard} group by 1 order by 1`,
        ),
        rows<FleetFigures['workspaces'][number]>(
          `select w.id, w.name, coalesce(q.waiting, 0)::int as waiting, coalesce(q.oldest_s, 0)::float8 as "oldestS", coalesce(h.running, 0)::int as running
           from workspace w left join (
             select t.workspace_id, count(*) as waiting, greatest(0, extract(epoch from now() - min(t.created_at))) as oldest_s
             from ${listedTasks} l join task t on t.workspace_id = l.workspace_id and t.key = l.key
             where t.state = 'waiting' and t.wanted_by is not null group by 1
           ) q on q.workspace_id = w.id left join (
             select workspace_id, count(*) as running from attempt where ended_at is null group by 1
           ) h on h.workspace_id = w.id order by w.name`,
        ),
        rows<FleetFigures['pools'][number]>(
          `select name, there, starting, stopping, (body->>'wanted')::int as wanted, (body->>'costPerHour')::float8 as "costPerHour"
           from (${pooled}) p order by name`,
        ),
        rows<FleetFigures['database']>(
          `select pg_database_size(datname)::float8 as bytes, numbackends as connections, xact_commit::float8 as committed,
             xact_rollback::float8 as "rolledBack", deadlocks::float8 as deadlocks from pg_stat_database where datname = current_database()`,
        ),
      ]);
      return {
        waiting: waiting.map(({ work_s: workS, oldest_s: oldestS, ...row }) => ({ ...row, workS, oldestS })),
        running,
        builds,
        runners,
        workspaces,
        pools,
        database: database ?? { bytes: 0, connections: 0, committed: 0, rolledBack: 0, deadlocks: 0 },
      };
    },
  };
}
