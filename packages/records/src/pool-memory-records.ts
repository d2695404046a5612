import type { RunnerOffer, TaskKind } from '@filmwright/contracts';
import { offerWithin } from '@filmwright/core/plan/installed-models';
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
};

/** The machine that offered last is to stay: what it was still fetching may come though its runner is not there, which leaves to offer anew. */
const isKept = `exists (select from pool_machine m where m.id = split_part(p.offer->>'name', '/', 1) and m.state = 'wanted')`;

/** What machines of pools showed (SPEC.md, O5). */
export function poolMemoryRecords({ rows, transaction }: Database): PoolMemoryStore {
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
      await rows(
        `with newest as (
           select distinct on (m.pool) m.pool, r.id
           from pool_machine m join pool_memory p on p.name = m.pool and not ${isOutdated} join runner r on ${isOfMachine}
           where m.pool = any($1) and ${isHeard} order by m.pool, r.id desc
         )
         update pool_memory p set runner_id = n.id, offer = case when p.runner_id = n.id then p.offer else r.offer end, offered_at = now(),
           scouts = case when json_array_length(r.offer->'bringing') > 0 then p.scouts else 0 end
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
    offersAtRest: () => offersAtRest(rows),
  };
}

async function memoriesOf(rows: Database['rows'], names: readonly string[]): Promise<readonly PoolMemoryRow[]> {
  const found = await rows<MemoryRow>(
    `select p.name, p.runner_id, ${agoMs('p.offered_at')} as offered_ago_ms, p.start_ms, ${agoMs('p.short_at')} as short_ago_ms,
       p.scout_at, ${agoMs('p.scout_at')} as scout_ago_ms, p.scouts, t.there, not t.there and not k.kept and coalesce(json_array_length(p.offer->'bringing') > 0, false) as lost,
       to_json(case when t.heard then t.bringing when k.kept then array(select json_array_elements_text(p.offer->'bringing')) else '{}' end) as bringing
     from pool_memory p cross join lateral (
       select count(*) > 0 as heard, count(m.id) filter (where not ${isOutdated}) > 0 as there,
         coalesce((select array_agg(distinct b order by b) from unnest(array_agg(r.bringing)) o cross join lateral json_array_elements_text(o) b), '{}') as bringing
       from runner r left join pool_machine m on ${isOfMachine} and m.pool = p.name where r.pool = p.name and ${isHeard}
     ) t cross join lateral (select ${isKept} as kept) k where p.name = any($1) order by p.name`,
    [names],
  );
  return found.map((row): PoolMemoryRow => {
    const { name, runner_id: runnerId, start_ms: startMs, scouts, there: isThere, lost: isLost, bringing } = row;
    const ago = { offeredAgoMs: row.offered_ago_ms, shortAgoMs: row.short_ago_ms, scoutAgoMs: row.scout_ago_ms };
    return { name, runnerId, startMs, ...ago, scoutAt: row.scout_at?.toISOString() ?? null, scouts, isThere, isLost, bringing };
  });
}

/** What machines of pools offered last of which none is there. */
export async function offersAtRest(rows: Database['rows']): Promise<readonly OfferAtRest[]> {
  const found = await rows<OfferAtRest & { readonly kinds: readonly TaskKind[] | null }>(
    `select p.name as pool, p.offer, p.kinds, coalesce(p.short_at between now() - ${doubt} and now(), false) as "isShort" from pool_memory p
     where p.offer is not null and not exists (
       select from runner r left join pool_machine m on ${isOfMachine} where r.pool = p.name and ${isHeard} and not ${isOutdated}
     ) order by p.name`,
  );
  return found.map(({ kinds, offer, ...row }) => ({ ...row, offer: kinds === null ? offer : offerWithin(offer, kinds) }));
}
