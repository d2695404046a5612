import type { RunnerOffer, TaskKind } from '@filmwright/contracts';
import { offerWithin } from '@filmwright/core/plan/installed-models';
import { mostLosses } from '@filmwright/core/pools/pool-supply';
import type { Database } from './database.ts';
import type { OfferAtRest, PoolMemoryRow, PoolMemoryStore } from './pool-store.ts';
import { isOfMachine, isOutdated } from './pooled.ts';
import { isHeard } from './silence.ts';
import { holdTurn } from './wanted.ts';

/** An offer is noted to be there still so often. */
const noteAgain = `interval '10 seconds'`;
/** What was learned last counts for so much of what is known of a pool's starts. */
const newShare = 0.5;
/** A pool that fell short so lately may bring no machine soon. */
const doubt = `interval '15 minutes'`;
/** Null where nothing is noted. */
const agoMs = (column: string): string =>
  `(extract(epoch from now() - case when ${column} > now() then now() else ${column} end) * 1000)::double precision`;

type MemoryRow = {
  readonly name: string;
  readonly runner_id: string | null;
  readonly offered_ago_ms: number | null;
  readonly start_ms: number | null;
  readonly short_ago_ms: number | null;
  readonly scout_at: Date | null;
  readonly scout_ago_ms: number | null;
  readonly scouts: number;
  readonly there: boolean;
  readonly lost: boolean;
  readonly bringing: readonly string[];
  readonly losses: number;
  readonly machines: number;
  readonly outdated: number;
};

/** Whether something is still to be fetched, of the names in a column. */
const isAny = (names: string): string => `coalesce(json_array_length(${names}) > 0, false)`;
/** A machine `m` was lost so often while it fetched that nobody waits for it any more. */
const isInVain = `coalesce(m.losses >= ${mostLosses}, false)`;
/** The machine that offered last is to stay: what it was still fetching may come though its runner is not there, which leaves to offer anew. */
const isKept = `exists (select from pool_machine m where m.id = split_part(p.offer->>'name', '/', 1) and m.state = 'wanted' and not ${isInVain})`;

/** What machines of pools showed (SPEC.md, O5). */
export function poolMemoryRecords(database: Database): PoolMemoryStore {
  const { rows, transaction } = database;
  return {
    async namePools(pools) {
      const named = [pools.map(({ name }) => name), pools.map(({ spec }) => spec)];
      await rows('delete from pool_memory where (name, spec) not in (select * from unnest($1::text[], $2::text[]))', named);
      await rows(
        `insert into pool_memory (name, spec, kinds)
         select n, s, string_to_array(k, ' ') from unnest($1::text[], $2::text[], $3::text[]) as p(n, s, k)
         on conflict (name) do update set kinds = excluded.kinds where pool_memory.kinds is distinct from excluded.kinds`,
        [...named, pools.map(({ kinds }) => kinds?.join(' ') ?? null)],
      );
    },
    async rememberPools(pools) {
      const names = pools.map(({ name }) => name);
      await noteFetching(rows, names);
      await rows(
        `with newest as (
           select distinct on (m.pool) m.pool, r.id
           from pool_machine m join pool_memory p on p.name = m.pool and not ${isOutdated} join runner r on ${isOfMachine}
           where m.pool = any($1) and ${isHeard} order by m.pool, r.id desc
         )
         update pool_memory p set runner_id = n.id, offer = case when p.runner_id = n.id then p.offer else r.offer end, offered_at = now(),
           scouts = case when ${isAny('r.bringing')} then p.scouts else 0 end
         from newest n join runner r on r.id = n.id
         where p.name = n.pool and (p.runner_id is distinct from n.id or p.offered_at < now() - ${noteAgain})`,
        [names],
      );
      return memoriesOf(rows, names);
    },
    poolMemories: (names) => memoriesOf(rows, names),
    async noteScouts(scouts, { turn } = {}) {
      if (scouts.length === 0) return;
      await transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query(
          'update pool_memory p set scout_at = now(), scouts = s.count from unnest($1::text[], $2::int[]) as s(pool, count) where p.name = s.pool',
          [scouts.map(({ pool }) => pool), scouts.map(({ count }) => count)],
        );
      });
    },
    noteStart: ({ pool, startMs }, { turn } = {}) =>
      transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query(
          `update pool_memory set short_at = null, start_ms = coalesce(start_ms * (1 - ${newShare}) + $2::double precision * ${newShare}, $2)
           where name = $1`,
          [pool, startMs],
        );
      }),
    async noteShort(pools, { turn } = {}) {
      if (pools.length === 0) return;
      await transaction(async (client) => {
        await holdTurn(client, turn);
        await client.query('update pool_memory set short_at = now() where name = any($1)', [pools]);
      });
    },
    async runnerOffers(ids) {
      return rows<{ id: string; offer: RunnerOffer }>(
        `select id, offer from runner where id = any($1::uuid[])
         union all select runner_id, offer from pool_memory p where runner_id = any($1::uuid[]) and offer is not null
           and not exists (select from runner r where r.id = p.runner_id)`,
        [ids],
      );
    },
    offersAtRest: () => offersAtRest(database),
  };
}

/**
 * Notes what each machine is still fetching, for when its runner leaves to offer anew. One that joins under another name while it fetched was lost and brought again: that
 * counts beside it and as another scout of its pool.
 */
async function noteFetching(rows: Database['rows'], pools: readonly string[]): Promise<void> {
  await rows(
    `with told as (
       select distinct on (m.id) m.id, m.pool, r.name, r.bringing, m.told_by <> r.name and ${isAny('m.bringing')} and ${isAny('r.bringing')} as lost
       from pool_machine m join runner r on ${isOfMachine} where m.pool = any($1) and ${isHeard} order by m.id, r.id desc
     ), noted as (
       update pool_machine m set told_by = t.name, bringing = t.bringing,
         losses = case when not ${isAny('t.bringing')} then 0 when t.lost then m.losses + 1 else m.losses end
       from told t where t.id = m.id and (m.told_by, m.bringing::text) is distinct from (t.name, t.bringing::text)
     )
     update pool_memory p set scouts = p.scouts + l.count
     from (select pool, count(*)::int as count from told where lost group by pool) l where l.pool = p.name`,
    [pools],
  );
}

async function memoriesOf(rows: Database['rows'], names: readonly string[]): Promise<readonly PoolMemoryRow[]> {
  const found = await rows<MemoryRow>(
    `select p.name, p.runner_id, ${agoMs('p.offered_at')} as offered_ago_ms, p.start_ms, ${agoMs('p.short_at')} as short_ago_ms,
       p.scout_at, ${agoMs('p.scout_at')} as scout_ago_ms, p.scouts, t.there, not t.there and not ${isKept} and ${isAny(`p.offer->'bringing'`)} as lost, f.bringing, f.losses,
       a.machines, a.outdated
     from pool_memory p cross join lateral (
       select exists (
         select from runner r join pool_machine m on ${isOfMachine} and m.pool = p.name and not ${isOutdated} and not ${isInVain}
         where r.pool = p.name and ${isHeard}
       ) as there
     ) t cross join lateral (
       select count(*)::int as machines, (count(*) filter (where ${isOutdated}))::int as outdated from pool_machine m where m.pool = p.name
     ) a cross join lateral (
       select coalesce(json_agg(distinct b), '[]') as bringing, coalesce(max(o.losses), 0) as losses from (
         select r.bringing, m.losses from runner r left join pool_machine m on ${isOfMachine} where r.pool = p.name and ${isHeard} and not ${isInVain}
         union all
         select m.bringing, m.losses from pool_machine m where m.pool = p.name and m.state = 'wanted' and not ${isInVain} and ${isAny('m.bringing')}
           and not exists (select from runner r where ${isOfMachine} and ${isHeard})
       ) o cross join lateral json_array_elements_text(o.bringing) b
     ) f where p.name = any($1) order by p.name`,
    [names],
  );
  return found.map((row): PoolMemoryRow => {
    const { name, runner_id: runnerId, start_ms: startMs, there: isThere, lost: isLost } = row;
    const { scouts, bringing, losses, machines, outdated } = row;
    const ago = { offeredAgoMs: row.offered_ago_ms, shortAgoMs: row.short_ago_ms, scoutAgoMs: row.scout_ago_ms };
    const told = { scoutAt: row.scout_at?.toISOString() ?? null, scouts, isThere, isLost, bringing, losses };
    return { name, runnerId, startMs, ...ago, ...told, machines, outdated };
  });
}

/** What machines of pools offered last of which none is there. */
export async function offersAtRest({ prepared }: Pick<Database, 'prepared'>): Promise<readonly OfferAtRest[]> {
  const found = await prepared<OfferAtRest & { readonly kinds: readonly TaskKind[] | null }>({
    name: 'offers-at-rest',
    text: `select p.name as pool, p.offer, p.kinds, coalesce(p.short_at between now() - ${doubt} and now(), false) as "isShort" from pool_memory p
     where p.offer is not null and not exists (
       select from runner r left join pool_machine m on ${isOfMachine} where r.pool = p.name and ${isHeard} and not ${isOutdated}
     ) order by p.name`,
    values: [],
  });
  return found.map(({ kinds, offer, ...row }) => ({ ...row, offer: kinds === null ? offer : offerWithin(offer, kinds) }));
}
