/** The machine of a pool whose runner `r` may be, as its name tells: one that joined by a token has a mark of its credential behind the machine's id. */
export const machineOf = `split_part(r.name, '/', 1)`;
/** Whether a runner `r` is that of a machine `m` of a pool. */
export const isOfMachine = `${machineOf} = m.id`;
/** Whether a machine `m` was asked for when its pool `p` got its machines otherwise than now: it shows nothing of those to come. */
export const isOutdated = `coalesce(m.spec <> p.spec, false)`;

/** How the one that leads sized each pool within the last minute, with machines that are there, on their way and going. */
export const pooled = `
  select p.name, p.body::text::json as body, count(*) filter (where m.state = 'wanted' and m.busy)::int as there,
    count(*) filter (where m.state = 'wanted' and not m.busy)::int as starting, count(*) filter (where m.state = 'stopping')::int as stopping
  from pool_state p left join lateral (
    select m.state, exists (select from runner r where ${isOfMachine} and r.gone_at is null) as busy from pool_machine m where m.pool = p.name
  ) m on true
  where p.at > now() - interval '1 minute' group by p.name, p.body::text`;
