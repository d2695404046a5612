import type { RunnerOffer } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import { defaultWorkspace, type Records } from './records.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';

/** A runner that was not heard of for so long, the longest lease, is taken for gone. */
const silenceMs = 30_000;

/** Runners: who is there and what they can do. */
export function runnerRecords({ rows, transaction }: Database): Pick<Records, 'joinRunner' | 'leaveRunner' | 'runners'> {
  return {
    joinRunner(offer) {
      const runnerId = uuidv7();
      return transaction(async (client) => {
        // The runner that joins under a name is the only one of that name: what it held before it was killed is free at once.
        await client.query(`delete from runner where offer->>'name' = $1`, [offer.name]);
        await client.query('insert into runner (id, workspace_id, offer) values ($1, $2, $3)', [
          runnerId,
          defaultWorkspace,
          JSON.stringify(offer),
        ]);
        await notify(client, { type: 'ready' });
        return { runnerId };
      });
    },
    async leaveRunner(runnerId) {
      if (!isUuid(runnerId)) return;
      await transaction(async (client) => {
        const { rowCount } = await client.query(
          `with out as (
             select workspace_id, key, fence from task where runner_id = $1 and state = 'leased' order by workspace_id, key for update
           ), noted as (
             update attempt a set ended_at = now(), outcome = 'left' from out o
             where a.workspace_id = o.workspace_id and a.key = o.key and a.fence = o.fence
           )
           update task t set state = 'waiting', fence = nextval('task_fence'), lease_until = null, runner_id = null, percent = 0,
             attempts = greatest(0, attempts - 1)
           from out o where t.workspace_id = o.workspace_id and t.key = o.key`,
          [runnerId],
        );
        await client.query('delete from runner where id = $1', [runnerId]);
        if ((rowCount ?? 0) > 0) await notify(client, { type: 'ready' });
      });
    },
    async runners() {
      const found = await rows<{ id: string; offer: RunnerOffer }>(
        `select id, offer from runner where seen_at > now() - $1 * interval '1 millisecond' order by id`,
        [silenceMs],
      );
      return found.map((row) => ({ ...row.offer, runnerId: row.id }));
    },
  };
}
