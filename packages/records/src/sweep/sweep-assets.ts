import { type Digest, FilmwrightError } from '@filmwright/contracts';
import pg from 'pg';
import { keepLock } from '../backup/records-dump.ts';
import { away, isPassing, openDatabase } from '../database.ts';
import { databaseHosts } from '../database-hosts.ts';
import { migrate } from '../migrate.ts';
import { checkStore } from './check-store.ts';
import { findNamed, isNamedSince, isUnnamed, type Keeper, keepers, milliseconds } from './find-unnamed.ts';

/** Where the bytes lie. `has` says whether bytes are there, and `mark` whose records the store belongs to, null where nobody's yet (neither is asked where it is left out); `removeOlder` removes bytes that were stored before an instant (milliseconds of the epoch), and says whether it did. */
export type SweepStore = {
  readonly list: () => AsyncIterable<{ readonly digest: Digest; readonly bytes: number; readonly changedAtMs: number }>;
  readonly has?: (digest: Digest) => Promise<boolean>;
  readonly removeOlder: (blob: { readonly digest: Digest; readonly thanMs: number }) => Promise<boolean>;
  readonly mark?: () => Promise<string | null>;
  /** Marks it; a mark that is there stays unless it is to be another `instead`. */
  readonly setMark?: (options: { readonly mark: string; readonly instead: boolean }) => Promise<void>;
};

export type SweepOptions = {
  readonly connectionString: string;
  readonly store: SweepStore;
  /** Assets that somebody asked for within this time stay, whoever names them; at least an hour. */
  readonly olderMs: number;
  /** Builds that ended within this time keep all that they made. */
  readonly buildsMs: number;
  /** Looks and counts, and removes nothing. */
  readonly dryRun: boolean;
  /** Does nothing where a sweep ended within this time. */
  readonly everyMs?: number;
  /** Makes a store theirs that is marked as that of other records, or not at all. */
  readonly takeStore?: boolean;
  readonly signal?: AbortSignal;
};

/** A number of assets and their bytes. */
export type Amount = { readonly assets: number; readonly bytes: number };
export type SweptWorkspace = {
  readonly id: string;
  readonly name: string;
  readonly kept: Readonly<Record<Keeper, Amount>>;
  readonly swept: Amount;
};
/** What a sweep did, or would do. `stray` are bytes that no row named; `freedBytes` is what the store has less, since workspaces share bytes. */
export type SweepReport = { readonly workspaces: readonly SweptWorkspace[]; readonly stray: Amount; readonly freedBytes: number };

const hourMs = 3_600_000;
const rowsAtOnce = 200;
/** Whoever writes waits behind a lock that is waited for: it is given up soon, and tried again. */
const lockTimeoutMs = 500;
const lockTries = 40;
/** A store may be slow: so long at most do writers wait while bytes are removed. */
const heldMs = 100;
/** Films and library items are not saved, and rows of assets are not written. */
const namingLocks = ['lock table film_version, library_item in share mode', 'lock table asset in share row exclusive mode'];
const rowLocks = ['lock table asset in share row exclusive mode'];

/**
 * Removes assets that nothing names: first their rows, so that what made them is made again when it is wanted, then their bytes, and bytes that no row names (SPEC.md, G).
 * Null, with nothing done, while a backup or another sweep runs and where it is not due. Throws `request-invalid` for an age below an hour and for a store that is marked as that of other records or lacks what these named last, `unavailable` when the database goes away.
 */
export async function sweepAssets(options: SweepOptions): Promise<SweepReport | null> {
  if (options.olderMs < hourMs)
    throw new FilmwrightError(
      'request-invalid',
      `Assets are swept from an age of one hour on; found ${options.olderMs} ms. What was just uploaded is not named yet.`,
    );
  const database = openDatabase(options.connectionString);
  await migrate(database).finally(() => database.close());
  const client = new pg.Client({
    connectionString: databaseHosts(options.connectionString).now(),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'filmwright-sweep',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [keepLock]);
    if (rows[0]?.held !== true || !(await isDue(client, options))) return null;
    await checkStore(client, options);
    return await sweep(client, options);
  } catch (error) {
    throw isPassing(error) ? away(error) : error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function isDue(client: pg.Client, { everyMs = 0 }: SweepOptions): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from upkeep where name = 'sweep' and done_at > now() - ${milliseconds(everyMs)} and done_at <= now()`,
  );
  return rowCount === 0;
}

async function sweep(client: pg.Client, options: SweepOptions): Promise<SweepReport> {
  await findNamed(client, options);
  const workspaces = await report(client, options);
  let freedBytes = 0;
  if (!options.dryRun) {
    await forgetOldViews(client);
    freedBytes += await sweepRows(client, options);
  }
  const stray = await sweepStrays(client, options);
  if (!options.dryRun && !options.signal?.aborted)
    await client.query(`insert into upkeep (name) values ('sweep') on conflict (name) do update set done_at = now()`);
  return { workspaces, stray, freedBytes: freedBytes + (options.dryRun ? 0 : stray.bytes) };
}

/** What a build that is not kept whole could be watched by is gone with its spans. */
async function forgetOldViews(client: pg.Client): Promise<void> {
  for (const table of ['build_package', 'build_shots'])
    await client.query(
      `delete from ${table} p using build b where b.id = p.build_id and b.ended_at is not null and not exists (select from sweep_build s where s.id = b.id)`,
    );
}

async function report(client: pg.Client, options: SweepOptions): Promise<readonly SweptWorkspace[]> {
  const { rows } = await client.query<{ id: string; name: string; keeper: number; assets: string; bytes: string }>(
    `select w.id, w.name, a.keeper, count(a.digest) as assets, coalesce(sum(a.bytes), 0) as bytes from workspace w left join (
       select a.workspace_id, a.digest, a.bytes, case when ${isUnnamed(options)} then -1 else coalesce(n.keeper, 5) end as keeper
       from asset a left join sweep_named n on n.workspace_id = a.workspace_id and n.digest = a.digest
     ) a on a.workspace_id = w.id group by w.id, w.name, a.keeper order by w.id, a.keeper`,
  );
  return [...new Set(rows.map(({ id }) => id))].map((id) => {
    const own = rows.filter((row) => row.id === id);
    const amount = (keeper: number): Amount => {
      const found = own.find((row) => row.keeper === keeper);
      return { assets: Number(found?.assets ?? 0), bytes: Number(found?.bytes ?? 0) };
    };
    const kept = Object.fromEntries(keepers.map((keeper, at) => [keeper, amount(at)])) as Record<Keeper, Amount>;
    return { id, name: own[0]?.name ?? '', kept, swept: amount(-1) };
  });
}

type Unnamed = { readonly workspace_id: string; readonly digest: Digest; readonly bytes: string };

/** Rows of a few assets at a time, and then their bytes: whoever waits for the locks waits for milliseconds. Returns the bytes that were freed. */
async function sweepRows(client: pg.Client, options: SweepOptions): Promise<number> {
  const { rows: unnamed } = await client.query<Unnamed>(
    `select a.workspace_id, a.digest, a.bytes from asset a where ${isUnnamed(options)} order by a.digest, a.workspace_id`,
  );
  let freedBytes = 0;
  for (let first = 0; first < unnamed.length && !options.signal?.aborted; first += rowsAtOnce) {
    const some = unnamed.slice(first, first + rowsAtOnce);
    const gone = await locked(client, {
      locks: namingLocks,
      work: async () => {
        const { rows } = await client.query<Unnamed>(
          `delete from asset a using unnest($1::uuid[], $2::text[]) as c(workspace_id, digest)
           where a.workspace_id = c.workspace_id and a.digest = c.digest and a.seen_at < now() - ${milliseconds(options.olderMs)} and not ${isNamedSince}
           returning a.workspace_id, a.digest, a.bytes`,
          [some.map((row) => row.workspace_id), some.map((row) => row.digest)],
        );
        return rows;
      },
    });
    const sizes = new Map(gone.map(({ digest, bytes }) => [digest, Number(bytes)]));
    for (const digest of await removeBytes(client, { ...options, digests: [...sizes.keys()] })) freedBytes += sizes.get(digest) ?? 0;
  }
  return freedBytes;
}

/** Removes bytes that still no row names, while no row can come; returns what was removed. */
async function removeBytes(
  client: pg.Client,
  { store, digests }: Pick<SweepOptions, 'store'> & { readonly digests: readonly Digest[] },
): Promise<readonly Digest[]> {
  const removed: Digest[] = [];
  for (let next = 0; next < digests.length; ) {
    next = await locked(client, {
      locks: rowLocks,
      work: async () => {
        const { rows } = await client.query<{ digest: string }>('select digest from asset where digest = any($1)', [digests.slice(next)]);
        const named = new Set(rows.map(({ digest }) => digest));
        const untilMs = performance.now() + heldMs;
        let at = next;
        for (; at < digests.length && (at === next || performance.now() < untilMs); at++) {
          const digest = digests[at];
          if (digest === undefined || named.has(digest)) continue;
          if (await store.removeOlder({ digest, thanMs: Date.now() - hourMs })) removed.push(digest);
        }
        return at;
      },
    });
  }
  return removed;
}

/** Bytes of killed writers and sweeps, older than an hour: a row follows its bytes within moments. */
async function sweepStrays(client: pg.Client, { store, dryRun, signal }: SweepOptions): Promise<Amount> {
  const stray = { assets: 0, bytes: 0 };
  let some = new Map<Digest, number>();
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ digest: Digest }>('select digest from asset where digest = any($1)', [[...some.keys()]]);
    for (const { digest } of rows) some.delete(digest);
    const removed = dryRun ? [...some.keys()] : await removeBytes(client, { store, digests: [...some.keys()] });
    for (const digest of removed) {
      stray.assets += 1;
      stray.bytes += some.get(digest) ?? 0;
    }
    some = new Map();
  };
  for await (const { digest, bytes, changedAtMs } of store.list()) {
    if (signal?.aborted) break;
    if (changedAtMs < Date.now() - hourMs) some.set(digest, bytes);
    if (some.size >= rowsAtOnce) await look();
  }
  if (some.size > 0) await look();
  return stray;
}

/** Runs `work` in a transaction under locks: what was named before them is seen, and whoever names something after them sees what is gone. */
async function locked<T>(
  client: pg.Client,
  { locks, work }: { readonly locks: readonly string[]; readonly work: () => Promise<T> },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query('begin');
      await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
      for (const lock of locks) await client.query(lock);
      const result = await work();
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      const { code } = error as { readonly code?: unknown };
      // lock_not_available, deadlock_detected
      if ((code !== '55P03' && code !== '40P01') || tries === lockTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, lockTimeoutMs));
    }
  }
}
