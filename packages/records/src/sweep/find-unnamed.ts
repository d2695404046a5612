import type pg from 'pg';

/** What keeps an asset, the first of these that does: saved films, the library, builds and what they made, masters of older builds, fonts of runners, or its age. */
export const keepers = ['films', 'library', 'builds', 'masters', 'fonts', 'recent'] as const;
export type Keeper = (typeof keepers)[number];

/** A version that may be opened, or comes back at once: what a later save stands for can be read for two minutes more (V2). */
export const isReadable = `v.number is not null and (v.superseded_at is null or v.superseded_at > now() - interval '1 hour')`;

/** Every digest in a text of JSON, as a set of rows. */
const digestsIn = (text: string): string => `regexp_matches(${text}, 'sha256-[0-9a-f]{64}', 'g')`;

/**
 * Notes for this connection, in temporary tables, which builds are kept whole (`sweep_build`: those that run, that ended within `buildsMs`, and the newest that made each
 * film) and which assets are named by whom (`sweep_named`).
 */
export async function findNamed(client: pg.ClientBase, { buildsMs }: { readonly buildsMs: number }): Promise<void> {
  await client.query('drop table if exists sweep_build, sweep_named');
  await client.query(
    `create temporary table sweep_build as
     select b.id from build b where b.ended_at is null or b.ended_at > now() - ${milliseconds(buildsMs)}
     union
     select id from (select distinct on (film_id) id from build where purpose = 'make' and state = 'succeeded' order by film_id, id desc) newest`,
  );
  await client.query('create unique index on sweep_build (id)');
  await client.query('analyze sweep_build');
  await client.query(
    `create temporary table sweep_named as
     select workspace_id, digest, min(keeper)::int as keeper from (
       select v.workspace_id, unnest(v.assets) as digest, 0 as keeper from film_version v where ${isReadable}
       union all select workspace_id, unnest(assets), 1 from library_item
       union all select v.workspace_id, unnest(v.assets), 2 from film_version v join build b on b.film_version_id = v.id join sweep_build s on s.id = b.id
       union all select ta.workspace_id, ta.digest, 2 from sweep_build s join build_task bt on bt.build_id = s.id
         join task_asset ta on ta.workspace_id = bt.workspace_id and ta.key = bt.key
       union all select t.workspace_id, d[1], 2 from task t, ${digestsIn('t.payload::text')} as d
         where t.state in ('waiting', 'leased') and t.wanted_by is not null
       union all select b.workspace_id, d[1], 2 from sweep_build s join build b on b.id = s.id, ${digestsIn('b.result::text')} as d
       union all select p.workspace_id, d[1], 2 from sweep_build s join build_package p on p.build_id = s.id, ${digestsIn('p.body::text')} as d
       union all select p.workspace_id, d[1], 2 from sweep_build s join build_shots p on p.build_id = s.id, ${digestsIn('p.body::text')} as d
       union all select b.workspace_id, b.result->part->>'digest', 3 from build b, unnest(array['master', 'vtt', 'srt']) as part
         where b.purpose = 'make' and b.state = 'succeeded' and json_typeof(b.result->part) = 'object'
       union all select r.workspace_id, d[1], 4 from runner r, ${digestsIn('r.offer::text')} as d
     ) named group by workspace_id, digest`,
  );
  await client.query('create unique index on sweep_named (workspace_id, digest)');
  await client.query('analyze sweep_named');
}

/** SQL of an asset `a` that nobody names and that nobody asked for since `olderMs`. */
export function isUnnamed({ olderMs }: { readonly olderMs: number }): string {
  return `a.seen_at < now() - ${milliseconds(olderMs)}
    and not exists (select from sweep_named n where n.workspace_id = a.workspace_id and n.digest = a.digest)`;
}

/** SQL of an asset `a` that was named since `findNamed` looked. */
export const isNamedSince = `(
  exists (select from film_version v where v.workspace_id = a.workspace_id and v.assets @> array[a.digest] and (${isReadable}
    or exists (select from build b where b.film_version_id = v.id and b.ended_at is null)))
  or exists (select from library_item l where l.workspace_id = a.workspace_id and l.assets @> array[a.digest])
  or exists (select from task_asset ta join build_task bt on bt.workspace_id = ta.workspace_id and bt.key = ta.key join build b on b.id = bt.build_id
    where ta.workspace_id = a.workspace_id and ta.digest = a.digest
      and (b.ended_at is null or b.ended_at > now() - interval '1 hour' or exists (select from sweep_build s where s.id = b.id))))`;

/** An interval of SQL. */
export function milliseconds(value: number): string {
  return `${Math.round(value)} * interval '1 millisecond'`;
}
