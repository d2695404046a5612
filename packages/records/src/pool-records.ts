import { noPool } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { listedTasks } from './fleet-records.ts';
import type { MachineRow, PoolFacts, PoolMemoryStore, PoolStore } from './pool-store.ts';
import { isOfMachine, isOutdated, machineOf } from './pooled.ts';
import { isHeard } from './silence.ts';
import { holdTurn } from './wanted.ts';

type WaitingRow = Omit<PoolFacts['waiting'][number], 'workMs' | 'dueInMs' | 'vramMib'> & {
  readonly work_ms: number;
  readonly due_in_ms: number | null;
  readonly vram_mib: number;
};
type RunnerRow = Omit<PoolFacts['runners'][number], 'slots' | 'devices'> &
  Readonly<Record<`${'slot' | 'device'}_${'tasks' | 'left_ms'}`, number>>;
type KeptMachine = Pick<MachineRow, 'id' | 'pool' | 'state' | 'refused' | 'busy' | 'isOutdated' | 'hasCome' | 'losses'> & {
  readonly age_ms: number;
  readonly ends_in_ms: number | null;
};

const leftMs = `t.estimate_ms * (1 - a.percent / 100)`;
/** Places that what runs takes: tasks of one batch share theirs, and one of several GPUs has as many. */
const slotLoad = `count(distinct coalesce(a.batch::text, a.fence::text)) filter (where cardinality(a.devices) = 0)::int as slot_tasks,
  coalesce(sum(${leftMs}) filter (where cardinality(a.devices) = 0), 0)::double precision as slot_left_ms`;
const deviceLoad = `(select count(distinct d)::int from attempt h cross join lateral unnest(h.devices) d where h.runner_id = r.id and h.ended_at is null) as device_tasks,
  coalesce(sum(${leftMs} * cardinality(a.devices)), 0)::double precision as device_left_ms`;

/** Machines of pools (SPEC.md, O). */
export function poolRecords({ rows, transaction }: Database): Omit<PoolStore, keyof PoolMemoryStore> {
  return {
    async installationId() {
      const [row] = await rows<{ id: string }>('select id from installation');
      if (row === undefined) throw new Error('the installation has no name');
      return row.id;
    },
    async machines() {
      const found = await rows<KeptMachine>(
        `select m.id, m.pool, m.state, m.refused, m.told_by is not null as "hasCome", m.losses, greatest(0, extract(epoch from now() - m.changed_at) * 1000)::double precision as age_ms,
           (extract(epoch from m.ends_at - now()) * 1000)::double precision as ends_in_ms, coalesce(b.busy, 0) as busy, ${isOutdated} as "isOutdated"
         from pool_machine m left join pool_memory p on p.name = m.pool left join (
           select ${machineOf} as machine, count(*)::int as busy from runner r join attempt a on a.runner_id = r.id and a.ended_at is null group by 1
         ) b on b.machine = m.id order by m.created_at, m.id`,
      );
      return found.map(({ age_ms: ageMs, ends_in_ms: endsInMs, ...row }) => ({ ...row, ageMs, endsInMs }));
    },
    addMachines: (machines, { turn } = {}) =>
      transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query(
          `insert into pool_machine (id, pool, spec) select n.id, n.pool, p.spec
           from unnest($1::text[], $2::text[]) as n(id, pool) left join pool_memory p on p.name = n.pool on conflict do nothing`,
          [machines.map(({ id }) => id), machines.map(({ pool }) => pool)],
        );
      }),
    stopMachine: (id, { turn } = {}) =>
      transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query(`update pool_machine set state = 'stopping', changed_at = now() where id = $1 and state <> 'stopping'`, [id]);
        await client.query(`update runner r set draining = true from pool_machine m where m.id = $1 and ${isOfMachine} and not draining`, [
          id,
        ]);
      }),
    async forgetMachine(id) {
      await rows('delete from pool_machine where id = $1', [id]);
    },
    async tellMachines(news) {
      if (news.length === 0) return;
      await rows(
        `update pool_machine m set refused = n.refused, ends_at = n.ends_at
         from unnest($1::text[], $2::text[], $3::timestamptz[]) as n(id, refused, ends_at)
         where m.id = n.id and (m.refused, m.ends_at) is distinct from (n.refused, n.ends_at)`,
        [news.map(({ id }) => id), news.map(({ refused }) => refused), news.map(({ endsAt }) => endsAt)],
      );
    },
    async poolFacts() {
      const [waiting, runners, builds, awaited] = await Promise.all([
        rows<WaitingRow>(
          `select t.kind, t.version, t.toolchain, t.model, t.gpus, t.vram_mib, t.priority, t.pool, t.region, count(*)::int as tasks,
             sum(t.estimate_ms) as work_ms, (extract(epoch from t.deadline_at - now()) * 1000)::double precision as due_in_ms
           from ${listedTasks} l join task t on t.workspace_id = l.workspace_id and t.key = l.key
           where t.state = 'waiting' and t.wanted_by is not null group by 1, 2, 3, 4, 5, 6, 7, 8, 9, t.deadline_at order by 1, 7, t.deadline_at, 4, 5`,
        ),
        rows<RunnerRow>(
          `select r.id, r.name, nullif(r.pool, '${noPool}') as pool, nullif(r.region, '') as region, r.draining,
             exists (select from runner_rest x where x.name = r.name and x.until > now()) as resting,
             ${slotLoad}, ${deviceLoad}
           from runner r left join attempt a on a.runner_id = r.id and a.ended_at is null
           left join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
           where ${isHeard} group by r.id order by r.id`,
        ),
        rows<{ active: number; interactive: number }>(
          `select count(*)::int as active, (count(*) filter (where priority = 'interactive'))::int as interactive from build where ended_at is null`,
        ),
        rows<{ pool: string }>(
          `select distinct p.name as pool from build b cross join lateral json_array_elements_text(b.awaits->'pools') p(name) where b.ended_at is null order by 1`,
        ),
      ]);
      return {
        waiting: waiting.map(({ work_ms: workMs, due_in_ms: dueInMs, vram_mib: vramMib, ...row }) => ({
          ...row,
          vramMib,
          workMs,
          dueInMs,
        })),
        runners: runners.map(({ slot_tasks, slot_left_ms, device_tasks, device_left_ms, ...row }) => ({
          ...row,
          slots: { tasks: slot_tasks, leftMs: slot_left_ms },
          devices: { tasks: device_tasks, leftMs: device_left_ms },
        })),
        activeBuilds: builds[0]?.active ?? 0,
        interactiveBuilds: builds[0]?.interactive ?? 0,
        awaited: awaited.map(({ pool }) => pool),
      };
    },
  };
}
