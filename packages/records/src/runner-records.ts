import { type CacheReport, type CountedOffer, noPool, type RunnerOffer } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { devicesNow, type ToldOfDevices } from './device-rows.ts';
import { postEnds, refundOf } from './endings.ts';
import { notify } from './notify.ts';
import { offersAtRest } from './pool-memory-records.ts';
import { defaultWorkspace, type Records } from './records.ts';
import { removeReplaced } from './runner-end-records.ts';
import { isHeard } from './silence.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';

/** What a runner holds goes back with a new fence; it counts neither as a try nor as a loss. What ends at the same moment stays ended. */
const giveBack = `
  with held as materialized (
    select t.workspace_id, t.key, t.fence from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where a.runner_id = $1 and a.ended_at is null and t.state = 'leased' order by t.workspace_id, t.key for update of t
  ), ended as (
    update attempt a set ended_at = now(), outcome = 'left' from held h
    where a.fence = h.fence and a.workspace_id = h.workspace_id and a.key = h.key
  ), refunded as (${refundOf('held')}), posted as (${postEnds('held', { outcome: 'returned' })})
  update task t set state = 'waiting', fence = nextval('task_fence'), outcome = null, percent = 0, attempts = greatest(0, t.attempts - 1)
  from held h where t.workspace_id = h.workspace_id and t.key = h.key`;

type ThereRow = Pick<ToldOfDevices, 'free_mib'> & {
  readonly id: string;
  readonly offer: RunnerOffer;
  readonly name: string;
  readonly draining: boolean;
  readonly cache: CacheReport | null;
};

/** Runners: who is there and what they can do. */
export function runnerRecords({
  rows,
  prepared,
  transaction,
}: Database): Pick<
  Records,
  | 'joinRunner'
  | 'leaveRunner'
  | 'drainRunner'
  | 'wakeRunner'
  | 'noteHeld'
  | 'noteFree'
  | 'noteMemory'
  | 'noteCache'
  | 'noteFiles'
  | 'runners'
  | 'offers'
> {
  const runners: Records['runners'] = async () => {
    const found = await prepared<ThereRow>({
      name: 'runners-there',
      text: `select r.id, r.offer, r.name, r.draining, r.free_mib, r.cache from runner r where ${isHeard} order by r.id`,
      values: [],
    });
    return found.map(({ offer, ...row }) => ({
      ...{ ...offer, name: row.name, runnerId: row.id, draining: row.draining, cache: row.cache },
      ...(offer.devices && { devices: devicesNow(offer.devices, row) }),
    }));
  };
  return {
    joinRunner(offer) {
      const runnerId = uuidv7();
      return transaction(async (client) => {
        // The runner that joins under a name is the only one of that name: what it held before it was killed is free at once.
        await client.query(removeReplaced, [offer.name]);
        await client.query('insert into runner (id, workspace_id, offer, name, pool, region) values ($1, $2, $3, $4, $5, $6)', [
          ...[runnerId, defaultWorkspace, JSON.stringify(offer), offer.name],
          ...[offer.pool ?? noPool, offer.region ?? ''],
        ]);
        await notify(client, { type: 'ready' });
        return { runnerId };
      });
    },
    async leaveRunner(runnerId) {
      if (!isUuid(runnerId)) return;
      await transaction(async (client) => {
        // Leases before their runner, as its heartbeats lock them: neither waits for the other.
        await client.query(giveBack, [runnerId]);
        // What is being given to it now is there afterwards, and nothing more comes.
        await client.query('select from runner where id = $1 for update', [runnerId]);
        await client.query(giveBack, [runnerId]);
        await client.query('delete from runner where id = $1', [runnerId]);
        await notify(client, { type: 'ready' });
      });
    },
    async drainRunner(runnerId) {
      if (isUuid(runnerId)) await rows('update runner set draining = true where id = $1 and not draining', [runnerId]);
    },
    async wakeRunner(runnerId) {
      if (!isUuid(runnerId)) return;
      // The next leader begins with the rests that are written, this one is told.
      await rows(
        `with woken as (select id, name, workspace_id from runner where id = $1),
           ended as (delete from runner_rest where name in (select name from woken))
         insert into outbox (workspace_id, topic, body) select workspace_id, 'runner.woken', json_build_object('id', id) from woken`,
        [runnerId],
      );
    },
    async noteHeld({ runnerId, models, held, beat }) {
      if (!isUuid(runnerId)) return;
      await rows(
        `update runner set held = $2::text::json, held_on = $3::text::json, held_beat = coalesce($4, held_beat)
         where id = $1 and case when $4::bigint is null then (held::text, held_on::text) is distinct from ($2::text, $3::text) else held_beat < $4 end`,
        [runnerId, JSON.stringify([...models].sort()), held === undefined ? null : JSON.stringify(held), beat ?? null],
      );
    },
    async noteFree({ runnerId, free, beat }) {
      if (!isUuid(runnerId)) return;
      await rows(
        `update runner set free_mib = $2::text::json, free_beat = coalesce($3, free_beat)
         where id = $1 and case when $3::bigint is null then free_mib::text is distinct from $2::text else free_beat < $3 end`,
        [runnerId, JSON.stringify(Object.fromEntries(free.map(({ id, freeMib }) => [id, freeMib]))), beat ?? null],
      );
    },
    async noteMemory({ runnerId, memory, beat }) {
      if (!isUuid(runnerId)) return;
      await rows(
        `update runner set host_memory = $2::text::json, memory_beat = coalesce($3, memory_beat)
         where id = $1 and case when $3::bigint is null then host_memory::text is distinct from $2::text else memory_beat < $3 end`,
        [runnerId, memory && JSON.stringify({ budgetMib: memory.budgetMib, models: [...memory.models].sort() }), beat ?? null],
      );
    },
    async noteCache({ runnerId, cache }) {
      if (!isUuid(runnerId)) return;
      await rows('update runner set cache = $2::text::json where id = $1 and cache::text is distinct from $2::text', [
        runnerId,
        JSON.stringify(cache),
      ]);
    },
    async noteFiles({ runnerId, added, removed, beat }) {
      if (!isUuid(runnerId)) return;
      await transaction(async (client) => {
        // A word that waited here for another sees, with its next statement, what that one wrote.
        const { rowCount } = await client.query(
          'update runner set files_beat = coalesce($2::bigint, files_beat) where id = $1 and ($2::bigint is null or files_beat < $2)',
          [runnerId, beat ?? null],
        );
        if (rowCount === 0) return;
        await client.query(
          `with gone as (delete from runner_file where runner_id = $1 and digest = any($3))
           insert into runner_file (runner_id, digest) select $1::uuid, d from unnest($2::text[]) d on conflict do nothing`,
          [runnerId, added, removed],
        );
      });
    },
    runners,
    async offers() {
      const [found, atRest] = await Promise.all([runners(), offersAtRest({ prepared })]);
      // What may be planned does not change with what a cache holds.
      const there = found.map(({ cache: _, ...offer }) => offer);
      return [...there, ...atRest.map(({ offer, isShort }): CountedOffer => ({ ...offer, atRest: isShort ? 'doubted' : 'likely' }))];
    },
  };
}
