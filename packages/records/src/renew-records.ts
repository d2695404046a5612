import { FilmwrightError } from '@filmwright/contracts';
import { bigintArray, floatArray, realArray, textArray, uuidArray } from './array-values.ts';
import type { Database } from './database.ts';
import { gather } from './gather.ts';
import type { HeardRunner, Records, RenewAnswer, RenewRequest } from './records.ts';
import { isUuid } from './uuidv7.ts';

/** Which runners are given a sign of life: one that comes soon after another writes nothing. A runner that was silent for too long is back. */
const quiet = `id = any($1::uuid[]) and (seen_at < now() - interval '1 second' or gone_at is not null)`;
/** One that somebody writes about just now is left for its next sign. */
const aliveUnlocked = `update runner set seen_at = now(), gone_at = null where id in (select id from runner where ${quiet} for no key update skip locked)`;

/** What is said to many runners that ask for work; `granted` where there is something that was not delivered yet. */
const hear = `
  with alive as (${aliveUnlocked})
  select r.id, r.draining, exists (
    select from attempt a where a.runner_id = r.id and a.ended_at is null and a.delivered_at is null) as granted
  from runner r where r.id = any($1::uuid[])`;

const given = `unnest($2::uuid[], $3::text[], $4::bigint[], $5::real[], $6::float8[]) with ordinality as l(runner_id, key, fence, percent, lease_ms, at)`;
/** A lease that is held is found by its fence: `coalesce` keeps the database from holding each against all of a runner's, of which there may be thousands. */
const isHeld = `a.fence = l.fence and a.key = l.key and a.runner_id = l.runner_id and coalesce(a.ended_at, 'infinity') = 'infinity'`;
const heldOn = `heard_at = now(), lease_until = now() + l.lease_ms * interval '1 millisecond', delivered_at = coalesce(a.delivered_at, now())`;
const answered = `
  select at, back, null::uuid as id, null::boolean as draining from renewed
  union all select null, null, r.id, r.draining from runner r where r.id = any($1::uuid[])`;

/** The SQLSTATE of a lock that was not had in time. */
const locked = '55P03';
/** A condition that always holds: its statement waits for no lock longer than this, and fails with `locked` then. */
const waitsShortly = `(select set_config('lock_timeout', '300', true)) is not null`;

/** Renewals of many runners. Fails with `locked` where somebody writes one of them for so long that all others would wait. */
const renewMany = `
  with alive as (update runner set seen_at = now(), gone_at = null where ${quiet}), renewed as (
    update attempt a set percent = l.percent, ${heldOn} from ${given}
    where ${waitsShortly} and ${isHeld}
    returning l.at, a.asked_back is not null as back
  ) ${answered}`;

/** The same at twice the price: what another writes just now is left out, and then renewed for itself. */
const renewUnlocked = `
  with alive as (${aliveUnlocked}), free as materialized (
    select a.fence, l.at, l.percent, l.lease_ms from ${given} join attempt a on ${isHeld} for no key update of a skip locked
  ), renewed as (
    update attempt a set percent = l.percent, ${heldOn} from free l where a.fence = l.fence
    returning l.at, a.asked_back is not null as back
  ) ${answered}`;

/** Those of one runner that were left out; in order of keys, so that two writers of many rows cannot wait for each other. */
const renew = `
  update attempt a set percent = l.percent, heard_at = now(), lease_until = now() + $5::float8 * interval '1 millisecond',
    delivered_at = coalesce(a.delivered_at, now())
  from unnest($2::text[], $3::bigint[], $4::real[]) as l(key, fence, percent)
  where ${waitsShortly} and a.fence = l.fence and a.key = l.key and a.runner_id = $1 and coalesce(a.ended_at, 'infinity') = 'infinity'
  returning a.key, a.fence, a.asked_back is not null as back`;

/** Leases that ran out but whose tasks were given to nobody come to life again, unless another runner took the place of theirs. */
const revive = `
  with held as materialized (
    select t.workspace_id, t.key, t.fence, l.percent
    from unnest($2::text[], $3::bigint[], $4::real[]) as l(key, fence, percent)
    join attempt a on a.fence = l.fence and a.key = l.key and a.runner_id = $1
    join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where ${waitsShortly} and t.state = 'waiting' and t.outcome = 'lost' and t.wanted_by is not null and exists (select from runner r where r.id = $1)
    order by t.workspace_id, t.key for update of t
  ), heard as (
    update attempt a set percent = h.percent, heard_at = now(), lease_until = now() + $5::float8 * interval '1 millisecond', outcome = null, ended_at = null
    from held h where a.fence = h.fence and a.workspace_id = h.workspace_id and a.key = h.key
  ), revived as (
    update task t set state = 'leased', outcome = null, lost = greatest(0, t.lost - 1), losses = t.losses - -1, attempts = t.attempts + 1
    from held h where t.workspace_id = h.workspace_id and t.key = h.key
  ), posted as (
    insert into outbox (workspace_id, topic, key, fence, body) select workspace_id, 'task.resumed', key, fence, '{}' from held
  )
  select key, fence, false as back from held`;

type ManyRow = { at: string | null; back: boolean | null; id: string | null; draining: boolean | null };
type HearRow = { id: string; draining: boolean; granted: boolean };
type OneRow = { key: string; fence: string; back: boolean };
type Attempt = { readonly key: string; readonly fence: number };
/** What is held still, and of that what is to be handed back, as `nameOf` names it; `runner` is null where there is none. */
type Renewed = { readonly held: Set<string>; readonly back: Set<string>; readonly runner: { readonly draining: boolean } | null };

/** Signs of life of so many runners go into one statement, and so many statements run at once: one that hangs does not keep the others. */
const gathered = { most: 500, lanes: 2 };
/** Of the few that are looked at for themselves so many at once, since each of them may wait; one that waits in vain stands behind the others again. */
const single = { most: 1, lanes: 2 };
/** Nobody waits longer for what somebody else writes than its lease would hold. */
const mostWaitMs = 20_000;

/** Signs of life and renewals, gathered over all runners that come at the same moment (SPEC.md, L). */
export function renewRecords({ prepared }: Database): Pick<Records, 'beat' | 'renew' | 'renewLeases' | 'hear'> {
  const heard = gather(async (ids: readonly string[]) => {
    const found = await prepared<HearRow>({ name: 'hear', text: hear, values: [uuidArray([...new Set(ids)])] });
    const byId = new Map(found.map(({ id, ...said }) => [id, said]));
    return ids.map((id): HeardRunner | null => byId.get(id.toLowerCase()) ?? null);
  }, gathered);

  const many = gather(async (requests: readonly RenewRequest[]) => {
    // Said twice, as by a runner whose reply was late, a lease is written once; the later word stands.
    const named = new Map(
      requests.flatMap(({ runnerId, leases, leaseMs }) =>
        leases.map((lease) => [`${runnerId} ${nameOf(lease)}`, { runnerId, leaseMs, ...lease }] as const),
      ),
    );
    const leases = [...named.values()].sort((a, b) => a.fence - b.fence);
    const values = [
      uuidArray([...new Set(requests.map(({ runnerId }) => runnerId))]),
      uuidArray(leases.map(({ runnerId }) => runnerId)),
      textArray(leases.map(({ key }) => key)),
      bigintArray(leases.map(({ fence }) => fence)),
      realArray(leases.map(({ percent }) => percent)),
      floatArray(leases.map(({ leaseMs }) => leaseMs)),
    ];
    const found = await prepared<ManyRow>({ name: 'renew-many', text: renewMany, values }).catch((error: { readonly code?: unknown }) => {
      if (error.code !== locked) throw error;
      return prepared<ManyRow>({ name: 'renew-unlocked', text: renewUnlocked, values });
    });
    const runners = new Map<string, Renewed>();
    for (const { id, draining } of found)
      if (id !== null) runners.set(id, { held: new Set(), back: new Set(), runner: { draining: draining === true } });
    const of = (runnerId: string): Renewed => {
      const made = runners.get(runnerId.toLowerCase()) ?? { held: new Set(), back: new Set(), runner: null };
      runners.set(runnerId.toLowerCase(), made);
      return made;
    };
    for (const { at, back } of found) {
      const lease = at === null ? undefined : leases[Number(at) - 1];
      if (lease === undefined) continue;
      of(lease.runnerId).held.add(nameOf(lease));
      if (back === true) of(lease.runnerId).back.add(nameOf(lease));
    }
    return requests.map(({ runnerId }) => of(runnerId));
  }, gathered);

  type LeftOut = Omit<RenewRequest, 'leases'> & { readonly left: RenewRequest['leases'] };
  /** What the statement of one name finds of the leases of one runner. */
  const oneOf = gather(async (asked: readonly (LeftOut & { readonly name: string; readonly text: string })[]) => {
    const [{ name, text, runnerId, leaseMs, left }] = asked as readonly [(typeof asked)[0]];
    const columns = [
      textArray(left.map(({ key }) => key)),
      bigintArray(left.map(({ fence }) => fence)),
      realArray(left.map(({ percent }) => percent)),
    ];
    return [await prepared<OneRow>({ name, text, values: [runnerId, ...columns, leaseMs] })];
  }, single);
  const patient = async (asked: Parameters<typeof oneOf>[0]): Promise<readonly OneRow[]> => {
    for (const untilMs = performance.now() + mostWaitMs; ; ) {
      try {
        return await oneOf(asked);
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== locked) throw error;
        if (performance.now() > untilMs) throw hanging(error);
      }
    }
  };

  const beat: Records['beat'] = async (request) => {
    const { runnerId, leases, leaseMs } = request;
    if (!isUuid(runnerId)) return { ...answerOf({ stale: leases, back: [] }), runner: null };
    const { runner, held, back } = await many(request);
    // What was not found there ended, ran out, or was being written.
    for (const [name, text] of Object.entries({ renew, revive })) {
      const left = leases.filter((lease) => !held.has(nameOf(lease))).sort((a, b) => (a.key < b.key ? -1 : 1));
      if (left.length === 0) break;
      for (const one of await patient({ name, text, runnerId, leaseMs, left })) {
        held.add(nameOf(one));
        if (one.back) back.add(nameOf(one));
      }
    }
    return {
      ...answerOf({ stale: leases.filter((lease) => !held.has(nameOf(lease))), back: leases.filter((lease) => back.has(nameOf(lease))) }),
      runner,
    };
  };
  const renewed: Records['renew'] = async (request) => {
    const { runner: _, ...answer } = await beat(request);
    return answer;
  };
  return {
    beat,
    renew: renewed,
    renewLeases: async (request) => (await renewed(request)).stale,
    hear: async (runnerId) => (isUuid(runnerId) ? heard(runnerId) : null),
  };
}

function hanging(cause: unknown): FilmwrightError {
  return new FilmwrightError(
    'unavailable',
    `Leases were not renewed: something else has held their rows for ${mostWaitMs / 1000} s. Their runner asks again; pg_stat_activity tells which transaction hangs.`,
    { cause },
  );
}

function nameOf({ key, fence }: { readonly key: string; readonly fence: number | string }): string {
  return `${key} ${fence}`;
}

function answerOf({ stale, back }: Readonly<Record<'stale' | 'back', readonly Attempt[]>>): RenewAnswer {
  return {
    stale: stale.map(({ key }) => key),
    back: back.map(({ key }) => key),
    ...(stale.length > 0 && { staleFences: stale.map(({ fence }) => fence) }),
    ...(back.length > 0 && { backFences: back.map(({ fence }) => fence) }),
  };
}
