import { type Amount, FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { bigintArray, floatArray, intArray, textArray, uuidArray } from './array-values.ts';
import type { Database } from './database.ts';
import { costOf, paidMs, postEnds, refundOf } from './endings.ts';
import { gather } from './gather.ts';
import { eventsOf, notify, notifyEach } from './notify.ts';
import type { Records } from './records.ts';
import { type Failure, failedProblem, mostAttempts, mostTries, retryAfter } from './troubles.ts';

type Claim = { readonly key: string; readonly fence: number; readonly runnerId: string };
type EndRow = { key: string; fence: string; runner_id: string };
type SpentRow = { readonly name: string; readonly gpu_ms: number; readonly slot_ms: number; readonly credits: number };
type Held = { workspace_id: string; outcome: string | null };

/** The outcome is the task's own, told under its lock. */
const complete = `
  with taken as (
    update task t set state = 'done', outcome = 'done', output = g.output, problem = null, percent = 100, wall_ms = g.wall_ms, cpu_ms = g.cpu_ms,
      finished_at = now()
    from unnest($1::text[], $2::bigint[], $3::uuid[], $4::json[], $5::float8[], $6::float8[], $7::json[])
      with ordinality as g(key, fence, runner_id, output, wall_ms, cpu_ms, body, at)
    join attempt a on a.fence = g.fence and a.key = g.key and a.runner_id = g.runner_id
    where t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence and (t.outcome is null or t.outcome = 'lost')
    returning g.at, t.workspace_id, t.key, t.fence, a.devices, a.build_id, g.body,
      ${paidMs({ ranMs: 'g.wall_ms', endedAt: 'now()' })} as paid_ms, g.wall_ms
  ), ended as (
    update attempt a set ended_at = now(), outcome = 'done', ran_ms = d.wall_ms
    from taken d where a.fence = d.fence and a.workspace_id = d.workspace_id and a.key = d.key
  ), rates as materialized (select id, name, gpu_rate, slot_rate from workspace
  ), settled as (
    insert into spend_entry (workspace_id, key, fence, kind, build_id, gpu_ms, slot_ms, credits)
    select d.workspace_id, d.key, d.fence, 'settle', d.build_id, ${costOf({ ms: 'd.paid_ms', devices: 'd.devices' })}
    from taken d join rates w on w.id = d.workspace_id returning workspace_id, gpu_ms, slot_ms, credits
  ), spent as (
    select w.name, sum(s.gpu_ms) as gpu_ms, sum(s.slot_ms) as slot_ms, sum(s.credits) as credits
    from settled s join rates w on w.id = s.workspace_id group by w.name
  ), made as (
    select d.workspace_id, d.key, m.digest, m.bytes, m.media_type
    from unnest($8::int[], $9::text[], $10::bigint[], $11::text[]) as m(at, digest, bytes, media_type) join taken d on d.at = m.at
  ), stored as (
    insert into asset (workspace_id, digest, bytes, media_type)
    select workspace_id, digest, bytes, media_type from made order by workspace_id, digest on conflict do nothing
  ), linked as (
    insert into task_asset (workspace_id, key, digest, role) select workspace_id, key, digest, 'output' from made
  ), posted as (
    insert into outbox (workspace_id, topic, key, fence, body) select workspace_id, 'task.ended', key, fence, body from taken
  )
  select count(*)::int as done, ${notifyEach('$12')}, (select json_agg(spent) from spent) as spent from taken`;

/** Which are done, by that very attempt. */
const wereDone = `
  select a.key, a.fence, a.runner_id from unnest($1::text[], $2::bigint[], $3::uuid[]) as g(key, fence, runner_id)
  join attempt a on a.fence = g.fence and a.key = g.key and a.runner_id = g.runner_id
  join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
  where t.outcome = 'done'`;

/** Of what was said of a try so many characters are kept. */
const mostDetail = 2000;

/** Another runner that may do a task `c`: one that it has not failed on, and that does not rest. Whether it has the models is not looked at. */
const untried = `
  select from runner r where r.gone_at is null and not r.draining and (r.offer->'kinds')::jsonb ? c.kind
    and c.toolchain in ('', r.offer->'toolchain'->>c.kind) and coalesce((r.offer->'versions'->>c.kind)::int, c.version) = c.version
    and (c.pool is null or c.pool = r.pool) and (c.region is null or c.region = r.region)
    and not exists (select from jsonb_array_elements(c.failures) f where f->>'runner' = r.name)
    and not exists (select from runner_rest x where x.name = r.name and x.until > now())`;

const fail = `
  with counted as (
    select t.workspace_id, t.key, t.fence, t.kind, t.version, t.toolchain, t.pool, t.region, case when t.state = 'leased' then t.attempts else t.attempts + 1 end as tries,
      case when t.state = 'leased' then t.lost else greatest(0, t.lost - 1) end as lost,
      case when t.state = 'leased' then t.losses else t.losses - -1 end as losses,
      t.failures || jsonb_build_object('runner', a.runner_name, 'startedAt', a.started_at, 'endedAt', now(), 'percent', a.percent,
        'detail', left($3::json->>'detail', ${mostDetail}), 'beside', (
          select count(*) from attempt n where n.runner_id = a.runner_id and n.ended_at is null and n.delivered_at is not null and n.fence <> a.fence
        )) as failures
    from task t join attempt a on a.fence = t.fence and a.workspace_id = t.workspace_id and a.key = t.key where t.workspace_id = $1 and t.key = $2
  ), judged as (
    select c.*, $4 and c.tries < $6 and (select count(distinct f->>'runner') from jsonb_array_elements(c.failures) f) < $5
      and (c.tries < $5 or exists (${untried})) as again
    from counted c
  ), ended as (
    update attempt a set ended_at = now(), outcome = 'failed', problem = $3
    from counted c where a.fence = c.fence and a.workspace_id = c.workspace_id and a.key = c.key
  ), refunded as (${refundOf('counted')}), posted as (${postEnds('counted', { outcome: 'failed' })})
  update task t set attempts = c.tries, lost = c.lost, losses = c.losses, failures = c.failures, problem = $3, percent = 0, resume = null, outcome = 'failed',
    state = case when c.again then 'waiting' else 'failed' end,
    ready_at = case when c.again then now() + ${retryAfter('c.tries')} else t.ready_at end,
    finished_at = case when c.again then null else now() end
  from judged c where t.workspace_id = c.workspace_id and t.key = c.key returning t.state, t.failures`;

/** It goes on elsewhere from what it left; a task that is stale already was given back by another way. */
const handBack = `
  with held as materialized (
    select t.workspace_id, t.key, t.fence from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where a.key = $1 and a.fence = $2 and a.runner_id = $3 and t.state = 'leased' for update of t
  ), ended as (
    update attempt a set ended_at = now(), outcome = 'returned' from held h
    where a.fence = h.fence and a.workspace_id = h.workspace_id and a.key = h.key
  ), refunded as (${refundOf('held')}), posted as (${postEnds('held', { outcome: 'returned' })}), taken as (
    update task t set state = 'waiting', fence = nextval('task_fence'), percent = 0, attempts = greatest(0, t.attempts - 1), resume = $4
    from held h where t.workspace_id = h.workspace_id and t.key = h.key returning t.key
  )
  select key, ${notifyEach('$5')} from taken`;

/** So many completions go into one statement; while one runs, the next is sent already. */
const gathered = { most: 200, lanes: 2 };

/** How attempts end: done or failed, each guarded by its fence (SPEC.md, F). */
export function outcomeRecords({
  prepared,
  piped,
  transaction,
}: Database): Pick<Records, 'completeTask' | 'completeTasks' | 'failTask' | 'handBack' | 'settledHere'> {
  const settledHere = new Map<string, Amount>();
  const note = ({ name, gpu_ms, slot_ms, credits }: SpentRow): void => {
    const before = settledHere.get(name) ?? { gpuS: 0, slotS: 0, credits: 0 };
    settledHere.set(name, { gpuS: before.gpuS + gpu_ms / 1000, slotS: before.slotS + slot_ms / 1000, credits: before.credits + credits });
  };
  const completeTasks: Records['completeTasks'] = async (completions) => {
    // Said twice, an end is written once. In order of keys, so that two writers of many rows cannot wait for each other.
    const named = new Map(completions.map((one) => [nameOf(one), one]));
    const ends = [...named.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const made = ends.flatMap(({ assets }, at) => assets.map((asset) => ({ at: at + 1, ...asset })));
    const claims = [
      textArray(ends.map(({ key }) => key)),
      bigintArray(ends.map(({ fence }) => fence)),
      uuidArray(ends.map(({ runnerId }) => runnerId)),
    ];
    const [row] = await piped<{ done: number; spent: readonly SpentRow[] | null }>({
      name: 'complete',
      text: complete,
      values: [
        ...claims,
        textArray(
          ends.map(({ output }) => JSON.stringify(output) ?? 'null'),
          'json',
        ),
        floatArray(ends.map(({ wallMs }) => wallMs)),
        floatArray(ends.map(({ cpuMs }) => cpuMs)),
        textArray(
          ends.map(({ wallMs, loadMs = 0, loadedFrom }) => JSON.stringify({ outcome: 'done', ranMs: wallMs - loadMs, loadMs, loadedFrom })),
          'json',
        ),
        intArray(made.map(({ at }) => at)),
        textArray(made.map(({ digest }) => digest)),
        bigintArray(made.map(({ bytes }) => bytes)),
        textArray(made.map(({ mediaType }) => mediaType)),
        textArray(eventsOf({ type: 'finished', keys: ends.map(({ key }) => key) })),
      ],
    });
    row?.spent?.forEach(note);
    if (row?.done === ends.length) return completions.map(() => 'done');
    const names = new Set((await prepared<EndRow>({ name: 'were-done', text: wereDone, values: claims })).map(rowName));
    return completions.map((one) => (names.has(nameOf(one)) ? 'done' : 'stale'));
  };
  const completeOne = gather(completeTasks, gathered);
  return {
    settledHere: () => settledHere,
    completeTasks,
    async completeTask(completion) {
      if ((await completeOne(completion)) === 'stale') throw stale(completion.key);
    },
    async handBack({ key, fence, runnerId, resume }) {
      const values = [key, fence, runnerId, JSON.stringify(resume), [JSON.stringify({ type: 'ready' })]];
      if ((await prepared({ name: 'hand-back', text: handBack, values })).length === 0) throw stale(key);
    },
    failTask: ({ problem, ...claim }) =>
      transaction(async (client) => {
        const held = await hold(client, claim);
        if (held.outcome === 'failed') return;
        if (held.outcome === 'done') throw stale(claim.key);
        const { rows: failed } = await client.query<{ state: string; failures: readonly Failure[] }>(fail, [
          held.workspace_id,
          claim.key,
          JSON.stringify(problem),
          problem.retryable,
          ...[mostAttempts, mostTries],
        ]);
        const [{ state, failures } = { state: '', failures: [] }] = failed;
        if (state === 'failed' && failures.length > 1)
          await client.query('update task set problem = $3 where workspace_id = $1 and key = $2', [
            ...[held.workspace_id, claim.key, JSON.stringify(failedProblem(problem, failures))],
          ]);
        await notify(client, state === 'failed' ? { type: 'finished', keys: [claim.key] } : { type: 'ready' });
      }),
  };
}

function nameOf({ key, fence, runnerId }: Claim): string {
  return `${key} ${fence} ${runnerId}`;
}

function rowName({ key, fence, runner_id }: EndRow): string {
  return `${key} ${fence} ${runner_id}`;
}

/** Locks the task and answers how this very attempt ended so far; throws `lease-stale` unless the task's fence is the claim's. */
async function hold(client: PoolClient, { key, fence, runnerId }: Claim): Promise<Held> {
  const { rows } = await client.query<Held>(
    `select t.workspace_id, t.outcome from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
     where a.key = $1 and a.fence = $2 and a.runner_id = $3 for update of t`,
    [key, fence, runnerId],
  );
  const held = rows[0];
  if (held === undefined) throw stale(key);
  return held;
}

function stale(key: string): FilmwrightError {
  return new FilmwrightError(
    'lease-stale',
    `The lease of task ${key} is no longer held: it ran out and was given away, it had ended, or no build wants it any more. Stop the work.`,
  );
}
