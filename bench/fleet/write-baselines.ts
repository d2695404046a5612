import pg from 'pg';
import { keyOf, perSecond } from './made-up.ts';

/** Ways to write the same without a ledger's rules, in tables of their own beside it. */
export type Baselines = {
  /** The rows of a grant and a completion, inserted and updated by batches with no condition and no look at anything, on two connections. */
  readonly bare: (run: { readonly count: number; readonly batch: number }) => Promise<number>;
  /** One task claimed (`for update skip locked`) and completed at a time, by two connections; without spending and outbox. */
  readonly claims: (run: { readonly count: number; readonly waiting: number }) => Promise<number>;
  readonly close: () => Promise<void>;
};

const workspace = '00000000-0000-7000-8000-000000000001';

export async function openBaselines(connectionString: string): Promise<Baselines> {
  const clients = [new pg.Client({ connectionString }), new pg.Client({ connectionString })] as const;
  for (const client of clients) {
    await client.connect();
    // Like the ledger's own: a statement that was planned while the table was empty would read it whole for each batch.
    await client.query('set enable_seqscan = off');
  }
  const [one, two] = clients;
  await one.query(`
    create table bare_task (like task including defaults, primary key (workspace_id, key)) with (fillfactor = 70);
    create table bare_attempt (like attempt including defaults, primary key (fence)) with (fillfactor = 60);
    create table bare_spend (like spend_entry including defaults, primary key (fence, kind));
    create table bare_asset (like asset including defaults, primary key (digest, workspace_id));
    create table bare_task_asset (like task_asset including defaults);
    create index on bare_task_asset using hash (key);
    create index on bare_task_asset using hash (digest);
    create table bare_outbox (id bigint generated always as identity, workspace_id uuid, topic text, key text, fence bigint, body json,
      created_at timestamptz default now(), primary key (id));
    create table claim_task (like task including defaults, primary key (workspace_id, key)) with (fillfactor = 70);
    create index claim_waiting on claim_task (kind, estimate_ms desc, key) where state = 'waiting';
    create table claim_attempt (like attempt including defaults, primary key (workspace_id, key, fence));`);
  let runs = 0;

  const fill = (table: string, keys: readonly string[]) =>
    one.query(
      `insert into ${table} (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, wanted_by)
       select '${workspace}', key, 'encode', 1, '', '{"text":"${'x'.repeat(1000)}"}', '{}', 1000, '${workspace}' from unnest($1::text[]) as key`,
      [keys],
    );

  return {
    async bare({ count, batch }) {
      const run = runs++;
      const keys = Array.from({ length: count }, (_, at) => keyOf(`bare${run}-${at}`));
      await fill('bare_task', keys);
      const startMs = performance.now();
      let granted = 0;
      let wake = () => {};
      const grant = async () => {
        while (granted < count) {
          const some = keys.slice(granted, granted + batch);
          const fences = some.map((_, at) => run * count + granted + at);
          await one.query({
            name: 'bare-grant',
            text: `with done as (update bare_task t set state = 'leased', fence = g.fence, attempts = 1 from unnest($1::text[], $2::bigint[]) as g(key, fence)
                where t.workspace_id = '${workspace}' and t.key = g.key),
              noted as (insert into bare_attempt (workspace_id, key, fence, runner_id, runner_name, lease_until, expected_ms, reason)
                select '${workspace}', key, fence, '${workspace}', 'bench', now(), 1000, 'a slot is free' from unnest($1::text[], $2::bigint[]) as g(key, fence))
              insert into bare_spend (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits)
                select '${workspace}', key, fence, 'reserve', 0, 1000, 1 from unnest($1::text[], $2::bigint[]) as g(key, fence)`,
            values: [some, fences],
          });
          granted += some.length;
          wake();
        }
      };
      const complete = async () => {
        for (let completed = 0; completed < count; ) {
          const some = keys.slice(completed, Math.min(granted, completed + batch));
          if (some.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          const fences = some.map((_, at) => run * count + completed + at);
          await two.query({
            name: 'bare-complete',
            text: `with given as materialized (select * from unnest($1::text[], $2::bigint[]) as g(key, fence)),
              done as (update bare_task t set state = 'done', output = '{"frames":25}', percent = 100, wall_ms = 1000, finished_at = now() from given g
                where t.workspace_id = '${workspace}' and t.key = g.key),
              ended as (update bare_attempt a set ended_at = now(), outcome = 'done', ran_ms = 1000 from given g
                where a.fence = g.fence and a.workspace_id = '${workspace}' and a.key = g.key),
              spent as (insert into bare_spend (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits)
                select '${workspace}', key, fence, 'settle', 0, 1000, 1 from given),
              stored as (insert into bare_asset (workspace_id, digest, bytes, media_type) select '${workspace}', key, 1000, 'video/mp4' from given),
              linked as (insert into bare_task_asset (workspace_id, key, digest, role) select '${workspace}', key, key, 'output' from given)
              insert into bare_outbox (workspace_id, topic, key, fence, body) select '${workspace}', 'task.ended', key, fence, '{"ranMs":1000}' from given`,
            values: [some, fences],
          });
          completed += some.length;
        }
      };
      await Promise.all([grant(), complete()]);
      return perSecond(count, performance.now() - startMs);
    },
    async claims({ count, waiting }) {
      await fill(
        'claim_task',
        Array.from({ length: waiting }, (_, at) => keyOf(`claim-${at}`)),
      );
      await one.query('analyze claim_task');
      const startMs = performance.now();
      const work = async (client: pg.Client) => {
        for (let done = 0; done < count / 2; done++) {
          const { rows } = await client.query<{ key: string; fence: string }>({
            name: 'claim',
            text: `with taken as (update claim_task t set state = 'leased', fence = nextval('task_fence'), attempts = t.attempts + 1
                where (workspace_id, key) in (select workspace_id, key from claim_task where state = 'waiting' and kind = 'encode'
                  order by kind, estimate_ms desc, key limit 1 for update skip locked) returning workspace_id, key, fence),
              noted as (insert into claim_attempt (workspace_id, key, fence, runner_id, runner_name, reason) select workspace_id, key, fence, workspace_id, 'bench', '' from taken)
              select key, fence from taken`,
          });
          const [lease] = rows;
          if (lease === undefined) throw new Error('nothing to claim');
          await client.query({
            name: 'claim-done',
            text: `with done as (update claim_task set state = 'done', output = '{"frames":25}', percent = 100, wall_ms = 1000, finished_at = now()
                where workspace_id = '${workspace}' and key = $1 and fence = $2)
              update claim_attempt set ended_at = now(), outcome = 'done' where workspace_id = '${workspace}' and key = $1 and fence = $2`,
            values: [lease.key, lease.fence],
          });
        }
      };
      await Promise.all([work(one), work(two)]);
      return perSecond(count, performance.now() - startMs);
    },
    async close() {
      for (const client of clients) await client.end();
    },
  };
}
