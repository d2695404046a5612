import { type Digest, FilmwrightError } from '@filmwright/contracts';
import pg from 'pg';
import { databaseHosts } from '../database-hosts.ts';
import { recordsId } from '../records-id.ts';
import type { SweepOptions, SweepStore } from './sweep-assets.ts';

const sampledAssets = 20;

/**
 * Throws `request-invalid` for a store that belongs to other records: there every file would seem to be named by nobody. Its mark says so, or what is missing in it.
 * Marks it as that of these records where it is to be taken.
 */
export async function checkStore(client: pg.Client, { store, connectionString, takeStore = false, dryRun }: SweepOptions): Promise<void> {
  const id = await recordsId({ connectionString });
  const mark = (await store.mark?.()) ?? null;
  if (store.mark !== undefined && mark !== id && !takeStore && !(mark === null && (await isEmpty(store)))) throw notOurs(mark, id);
  await checkSample(client, store);
  if (takeStore && !dryRun && mark !== id && id !== null) await store.setMark?.({ mark: id, instead: true });
}

function notOurs(mark: string | null, id: string | null): FilmwrightError {
  const found =
    mark === null
      ? 'the media folder bears no mark yet that says whose it is'
      : `the media folder is marked as that of the records ${mark}, and these are ${id}`;
  const next =
    mark === null
      ? 'Start the platform once with this version, as it runs always, and it marks the folder'
      : 'Set FILMWRIGHT_HOME or FILMWRIGHT_MEDIA, and DATABASE_URL, to those of one platform';
  return new FilmwrightError(
    'request-invalid',
    `Nothing was swept: ${found}. ${next}. If these records have taken the place of others for good, and nobody works with those any more, \`filmwright sweep --take-store\` makes the folder theirs.`,
  );
}

async function checkSample(client: pg.Client, store: SweepStore): Promise<void> {
  if (store.has === undefined) return;
  const { found, wanted } = await sample(client, store.has);
  if (found * 2 > wanted) return;
  // A new platform has neither.
  if (wanted === 0 && (await isEmpty(store))) return;
  throw new FilmwrightError(
    'request-invalid',
    `Nothing was swept: of the ${wanted} assets that the records named last, ${found} lie in the media folder; wanted more than half. It seems to belong to other records. Set FILMWRIGHT_HOME or FILMWRIGHT_MEDIA, and DATABASE_URL, to those of one platform.`,
  );
}

/** How many of the assets that were asked for last lie in a store. */
async function sample(
  client: pg.Client,
  has: (digest: Digest) => Promise<boolean>,
): Promise<{ readonly found: number; readonly wanted: number }> {
  const { rows } = await client.query<{ digest: Digest }>(
    `select digest from asset group by digest order by max(seen_at) desc limit ${sampledAssets}`,
  );
  const there = await Promise.all(rows.map(({ digest }) => has(digest)));
  return { found: there.filter(Boolean).length, wanted: rows.length };
}

async function isEmpty({ list }: SweepStore): Promise<boolean> {
  return (await list()[Symbol.asyncIterator]().next()).done === true;
}

export type ClaimStore = { readonly connectionString: string; readonly store: Required<SweepStore> };

/** Marks a store that bears no mark as that of these records, where it is empty or has most of what they named last. Says whether it is theirs; whoever writes there asks at his start. */
export async function claimStore({ connectionString, store }: ClaimStore): Promise<boolean> {
  const id = await recordsId({ connectionString });
  if (id === null) return false;
  const mark = await store.mark();
  if (mark !== null) return mark === id;
  if (!(await isEmpty(store)) && !(await hasMost({ connectionString, store }))) return false;
  await store.setMark({ mark: id, instead: false });
  return (await store.mark()) === id;
}

async function hasMost({ connectionString, store }: ClaimStore): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseHosts(connectionString).now(), connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { found, wanted } = await sample(client, store.has);
    return found * 2 > wanted;
  } finally {
    await client.end().catch(() => {});
  }
}
