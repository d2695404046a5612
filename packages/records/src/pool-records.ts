import type { Database } from './database.ts';
import { listedTasks } from './fleet-records.ts';
import type { MachineRow, PoolFacts, PoolStore } from './pool-store.ts';
import { holdTurn } from './wanted.ts';

const silence = `interval '30 seconds'`;

type WaitingRow = Omit<PoolFacts['waiting'][number], 'workMs' | 'dueInMs'> & {
  readonly work_ms: number;
  readonly due_in_ms: number | null;
};
/** One that joined by a token has a mark of its credential behind its name. */
const isOfMachine = `(r.name = m.id or starts_with(r.name, m.id || '/'))`;
type RunnerRow = Omit<PoolFacts['runners'][number], 'leftMs' | 'credentialId'> & {
  readonly left_ms: number;
  readonly credential_id: string | null;
};

/** Machines of pools (SPEC.md, O). */
export function poolRecords({ rows, transaction }: Database): PoolStore {
  return {
    async installationId() {
      const [row] = await rows<{ id: string }>('select id from installation');
      if (row === undefined) throw new Error('the installation has no name');
      return row.id;
    },
    async machines() {
      const found = await rows<Omit<MachineRow, 'ageMs'> & { readonly age_ms: number }>(
        `select m.id, m.pool, m.state, greatest(0, extract(epoch from now() - m.changed_at) * 1000)::double precision as age_ms,
           (select count(*)::int from runner r join attempt a on a.runner_id = r.id and a.ended_at is null where ${isOfMachine}) as busy
         from pool_machine m order by m.created_at, m.id`,
      );
      return found.map(({ age_ms: ageMs, ...row }) => ({ ...row, ageMs }));
    },
    addMachines: (machines, { turn } = {}) =>
      transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query('insert into pool_machine (id, pool) select * from unnest($1::text[], $2::text[]) on conflict do nothing', [
          machines.map(({ id }) => id),
          machines.map(({ pool }) => pool),
        ]);
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
    async poolFacts() {
      const [waiting, runners, builds] = await Promise.all([
        rows<WaitingRow>(
          `select t.kind, t.priority, t.pool, t.region, count(*)::int as tasks, sum(t.estimate_ms) as work_ms,
             (extract(epoch from t.deadline_at - now()) * 1000)::double precision as due_in_ms
           from ${listedTasks} l join task t on t.workspace_id = l.workspace_id and t.key = l.key
           where t.state = 'waiting' and t.wanted_by is not null group by 1, 2, 3, 4, t.deadline_at order by 1, 2, t.deadline_at`,
        ),
        rows<RunnerRow>(
          `select r.id, r.offer->>'name' as name, r.offer->>'pool' as pool, (r.offer->>'slots')::int as slots, c.credential_id,
             count(t.key)::int as busy, coalesce(sum(t.estimate_ms * (1 - a.percent / 100)), 0)::double precision as left_ms
           from runner r left join credential_runner c on c.runner_id = r.id
           left join attempt a on a.runner_id = r.id and a.ended_at is null
           left join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
           where r.seen_at > now() - ${silence} group by r.id, c.credential_id order by r.id`,
        ),
        rows<{ active: number; interactive: number }>(
          `select count(*)::int as active, (count(*) filter (where priority = 'interactive'))::int as interactive from build where ended_at is null`,
        ),
      ]);
      return {
        waiting: waiting.map(({ work_ms: workMs, due_in_ms: dueInMs, ...row }) => ({ ...row, workMs, dueInMs })),
        runners: runners.map(({ left_ms: leftMs, credential_id: credentialId, ...row }) => ({ ...row, leftMs, credentialId })),
        activeBuilds: builds[0]?.active ?? 0,
        interactiveBuilds: builds[0]?.interactive ?? 0,
      };
    },
  };
}
