import { type Digest, type DrillBuildState, type DrillPlace, type DrillState, FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { keepLock } from './backup/records-dump.ts';
import type { Database } from './database.ts';
import type { DrillStore } from './drill-store.ts';
import type { Records } from './records.ts';
import { isHeard } from './silence.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';
import { lockWants } from './wanted.ts';

type PlaceRow = { id: string; workspace: string; pool: string; created_at: Date };
type BuildStateRow = Pick<DrillBuildState, 'id' | 'state' | 'problem'> & { ended_at: Date | null };

const places =
  'select d.workspace_id as id, w.name as workspace, d.pool, d.created_at from drill d join workspace w on w.id = d.workspace_id';
/** Who uses a pool, in words; nobody where it gives no row. */
const users = `
  select 'another drill, begun ' || to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC, has it (drill --remove takes away one that was killed)' as used from drill where pool = $1
  union all select 'the runner ' || name || ' is in it' from runner where pool = $1 and gone_at is null
  union all select 'the credential ' || id || ' of the runner ' || name || ' lets into it' from runner_credential where pool = $1 and revoked_at is null
  union all select 'the machine ' || id || ' is in it' from pool_machine where pool = $1
  union all select 'machines are brought for it' from pool_state where name = $1
  limit 1`;
/** Rows of a workspace by their tables, those first that others refer to. */
const tables = [
  ...['preview', 'standing', 'standing_came', 'spend_entry', 'attempt', 'task_asset', 'task', 'build_task', 'request_key'],
  ...['film', 'workspace_token', 'library_item', 'drill'],
] as const;
const bytesAtOnce = 50;
/** Whoever writes assets waits behind a lock that is waited for: it is given up soon, and tried again. */
const lockTimeoutMs = 500;
const lockTries = 20;

/** Drills on a platform that is in use (SPEC.md, D). */
export function drillRecords({ rows, prepared, transaction }: Database, builds: Pick<Records, 'cancelBuild'>): DrillStore {
  const find = async (id: string): Promise<PlaceRow | undefined> =>
    isUuid(id)
      ? (await prepared<PlaceRow>({ name: 'drill-place', text: `${places} where d.workspace_id = $1`, values: [id] }))[0]
      : undefined;
  return {
    async drillPlace(id) {
      const place = await find(id);
      return place === undefined ? null : placeOf(place);
    },
    addDrill({ pool, id = uuidv7() }) {
      return transaction(async (client) => {
        const { rows: known } = await client.query<PlaceRow>(`${places} where d.workspace_id = $1`, [id]);
        if (known[0] !== undefined) return placeOf(known[0]);
        // One after another, so that two do not find the same pool free.
        await client.query('lock table drill in share row exclusive mode');
        const { rows: used } = await client.query<{ used: string }>(users, [pool]);
        if (used[0] !== undefined)
          throw new FilmwrightError(
            'request-invalid',
            `The pool ${JSON.stringify(pool)} is not free for a drill: ${used[0].used}. Name a pool that nobody uses.`,
          );
        await client.query('insert into workspace (id, name) values ($1, $2)', [id, `drill-${id.replaceAll('-', '').slice(-12)}`]);
        await client.query('insert into drill (workspace_id, pool) values ($1, $2)', [id, pool]);
        const { rows: made } = await client.query<PlaceRow>(`${places} where d.workspace_id = $1`, [id]);
        return placeOf(made[0] as PlaceRow);
      });
    },
    listDrills: async () => (await rows<PlaceRow>(`${places} order by d.workspace_id`)).map(placeOf),
    async drillState(id) {
      const place = await find(id);
      if (place === undefined) return null;
      const [runners, tasks, found] = await Promise.all([
        rows<DrillState['runners'][number]>(
          `select r.id, r.name, (r.offer->>'pid')::int as pid from runner r where r.pool = $1 and ${isHeard} order by r.id`,
          [place.pool],
        ),
        rows<DrillState['tasks'][number]>(
          `select t.key, t.wanted_by as build, a.runner_id as runner from build b join build_task bt on bt.build_id = b.id
             join task t on t.workspace_id = bt.workspace_id and t.key = bt.key and t.wanted_by = b.id and t.state in ('waiting', 'leased')
             left join attempt a on a.fence = t.fence and t.state = 'leased'
           where b.workspace_id = $1 and b.ended_at is null order by t.key`,
          [id],
        ),
        rows<BuildStateRow>('select id, state, ended_at, problem from build where workspace_id = $1 order by id', [id]),
      ]);
      const states = found.map(({ ended_at, ...build }) => ({ ...build, endedAt: ended_at?.toISOString() ?? null }));
      return { ...placeOf(place), runners, tasks, builds: states };
    },
    async removeDrill({ id, removeBytes }) {
      const place = await find(id);
      if (place === undefined) return null;
      const active = await rows<{ id: string }>('select id from build where workspace_id = $1 and ended_at is null', [id]);
      for (const build of active) await builds.cancelBuild(build.id, id);
      const { digests, ...counts } = await transaction((client) => forget(client, place));
      let assetsLeft = 0;
      for (let first = 0; first < digests.length; first += bytesAtOnce) {
        const some = digests.slice(first, first + bytesAtOnce);
        if (!(await whileNobodyNames(transaction, { digests: some, removeBytes }))) assetsLeft += some.length;
      }
      return { ...counts, assets: digests.length, assetsLeft };
    },
  };
}

function placeOf({ id, workspace, pool, created_at }: PlaceRow): DrillPlace {
  return { id, workspace, pool, createdAt: created_at.toISOString() };
}

type Forgotten = { readonly digests: readonly Digest[]; readonly builds: number; readonly credentials: number };

/** Removes every row of a drill; gives the digests of its assets. */
async function forget(client: PoolClient, { id, pool, created_at: begunAt }: PlaceRow): Promise<Forgotten> {
  await lockWants(client, id);
  const { rows: counted } = await client.query<{ builds: number }>('select count(*)::int as builds from build where workspace_id = $1', [
    id,
  ]);
  const { rows: made } = await client.query<{ digest: Digest }>('delete from asset where workspace_id = $1 returning digest', [id]);
  const digests = made.map(({ digest }) => digest);
  for (const table of tables) await client.query(`delete from ${table} where workspace_id = $1`, [id]);
  await client.query('delete from runner_token where pool = $1 and created_at >= $2', [pool, begunAt]);
  const { rowCount: credentials } = await client.query('delete from runner_credential where pool = $1 and created_at >= $2', [
    pool,
    begunAt,
  ]);
  await client.query('delete from runner where pool = $1', [pool]);
  await client.query('delete from workspace where id = $1', [id]);
  return { digests, builds: counted[0]?.builds ?? 0, credentials: credentials ?? 0 };
}

type Bytes = { readonly digests: readonly Digest[]; readonly removeBytes: (digest: Digest) => Promise<void> };

/** Removes bytes that no row names, while no row can come; false, with nothing done, while a backup or a sweep runs or writers do not let it in. */
async function whileNobodyNames(transaction: Database['transaction'], { digests, removeBytes }: Bytes): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction(async (client) => {
        await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
        const { rows: lock } = await client.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [keepLock]);
        if (lock[0]?.held !== true) return false;
        await client.query('lock table asset in share row exclusive mode');
        const { rows: named } = await client.query<{ digest: string }>('select digest from asset where digest = any($1)', [digests]);
        const kept = new Set(named.map(({ digest }) => digest));
        for (const digest of digests) if (!kept.has(digest)) await removeBytes(digest);
        return true;
      });
    } catch (error) {
      // lock_not_available
      if ((error as { readonly code?: unknown }).code !== '55P03') throw error;
      if (tries === lockTries) return false;
    }
  }
}
