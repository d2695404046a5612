import { createHash } from 'node:crypto';
import type { Asset, BuildResult, Digest } from '@filmwright/contracts';
import { defaultWorkspace as workspaceId } from '../records.ts';
import { type SweepOptions, type SweepStore, sweepAssets } from '../sweep/index.ts';
import { leaseOne } from './lead.ts';
import { completionOf, someBuild, someOffer, someProgress, someTask } from './made-up.ts';
import type { TestRecords, TestServer } from './test-server.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** The digest under which a made-up asset lies. */
export const digestOf = (name: string): Digest => `sha256-${createHash('sha256').update(name).digest('hex')}`;

/** A store that only knows when bytes came. */
export function storeOf(): SweepStore & { readonly held: Map<Digest, number> } {
  const held = new Map<Digest, number>();
  return {
    held,
    async *list() {
      for (const [digest, changedAtMs] of [...held]) yield { digest, bytes: 10, changedAtMs };
    },
    removeOlder: async ({ digest, thanMs }) => (held.get(digest) ?? Number.POSITIVE_INFINITY) < thanMs && held.delete(digest),
  };
}

/** Records with a store beside them. */
export type Place = TestRecords & { readonly store: ReturnType<typeof storeOf> };
/** Empty records and an empty store. */
export async function openPlace(server: Pick<TestServer, 'open'>): Promise<Place> {
  return { ...(await server.open()), store: storeOf() };
}

/** Stores an asset as it would lie there after 100 days. */
export async function put({ records, sql, store }: Place, name: string): Promise<Digest> {
  const digest = digestOf(name);
  await records.putAsset({ workspaceId, digest, bytes: 10, mediaType: 'image/png' });
  await age({ sql }, digest);
  store.held.set(digest, Date.now() - 100 * dayMs);
  return digest;
}

/** Nobody asked for an asset in 100 days. */
export async function age({ sql }: Pick<Place, 'sql'>, digest: Digest): Promise<void> {
  await sql(`update asset set seen_at = now() - interval '100 days' where digest = $1`, [digest]);
}

/** A sweep of what is older than a week and builds older than a month. */
export const sweep = ({ connectionString, store }: Place, changes: Partial<SweepOptions> = {}) =>
  sweepAssets({ connectionString, store, olderMs: 7 * dayMs, buildsMs: 30 * dayMs, dryRun: false, ...changes });

/** Which of these assets still have a row. */
export const left = async ({ sql }: Place, digests: readonly Digest[]): Promise<readonly boolean[]> => {
  const rows = await sql('select digest from asset where digest = any($1)', [digests]);
  return digests.map((digest) => rows.some((row) => row.digest === digest));
};

/** What a task is said to have made. */
export const assetOf = (digest: Digest): Asset => ({ digest, bytes: 10, mediaType: 'video/mp4' });
const resultOf = (master: Digest): BuildResult => ({
  master: assetOf(master),
  vtt: null,
  srt: null,
  report: null,
  frame: null,
  issues: [],
});

/** A build that made one span and a master, and ended so many days ago. */
export async function built(
  at: Place,
  { name, days, title = 'A film' }: { readonly name: string; readonly days: number; readonly title?: string },
) {
  const { records, sql } = at;
  const [span, master] = [await put(at, `span ${name}`), await put(at, `master ${name}`)];
  const task = someTask(name, { inputs: [] });
  const build = await someBuild(records, { title, document: { title, name }, tasks: [task] });
  const { runnerId } = await records.joinRunner(someOffer());
  const lease = await leaseOne(records, { runnerId });
  await records.completeTask({ ...completionOf(lease), assets: [assetOf(span), assetOf(master)], runnerId });
  await records.endBuild({ buildId: build.id, state: 'succeeded', result: resultOf(master), problem: null, progress: someProgress });
  await sql(`update build set ended_at = now() - $2 * interval '1 day' where id = $1`, [build.id, days]);
  await Promise.all([span, master].map((digest) => age(at, digest)));
  return { build, span, master, key: name };
}
