import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type Blobs, openFolderBlobs } from '@filmwright/blobs';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import { openSnapshot, type Snapshot } from '@filmwright/records/backup';
import { assetList, assetListName } from '../keep/asset-list.ts';
import { type BackupManifest, backupForm } from '../keep/backup-manifest.ts';
import { type BackupTarget, openTarget } from '../keep/backup-target.ts';
import { homeFiles } from '../keep/home-files.ts';
import { inLanes } from '../keep/in-lanes.ts';
import { useDatabase } from '../keep/use-database.ts';
import { filmwrightHome } from '../platform/home.ts';
import { sizeText } from '../show/size-text.ts';

export type BackupOptions = { readonly path: string; readonly json: boolean };

/** A database that restarts ends a backup; it is begun anew so often. What a folder has of it by then is not copied again. */
const mostTries = 3;
const assetsAtOnce = 4;
/** Rows are written faster than a disk takes them: packing them hardly costs time. */
const packing = { level: 1 };

type Copied = { copied: number; copiedBytes: number; readonly missing: Digest[] };

/** Writes records and assets, as they are at one instant, to a folder or a .zip file, while the platform goes on. */
export async function backup({ path, json }: BackupOptions): Promise<void> {
  const home = filmwrightHome();
  const startedMs = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      const { manifest, copied } = await useDatabase(home, (connectionString) => backUp({ connectionString, home, path: resolve(path) }));
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      const wallMs = Math.round(performance.now() - startedMs);
      const { count, bytes, missing } = manifest.assets;
      const assets = { count, bytes, copied: copied.copied, copiedBytes: copied.copiedBytes, missing };
      if (json) process.stdout.write(`${JSON.stringify({ backup: resolve(path), instant: manifest.instant, rows, assets, wallMs })}\n`);
      else process.stdout.write(`${summary({ path: resolve(path), manifest, copied, rows, wallMs })}\n`);
      return;
    } catch (error) {
      if (!(error instanceof FilmwrightError && error.code === 'unavailable') || tries === mostTries) throw error;
    }
  }
}

type BackUp = { readonly connectionString: string; readonly home: string; readonly path: string };

async function backUp({ connectionString, home, path }: BackUp): Promise<{ readonly manifest: BackupManifest; readonly copied: Copied }> {
  const onWait = (): void => void process.stderr.write('A sweep or another backup runs on these records; waiting for its end.\n');
  const snapshot = await openSnapshot({ connectionString, onWait });
  try {
    const target = await openTarget(path);
    try {
      return await writeAll({ snapshot, target, home });
    } catch (error) {
      await target.abandon();
      throw fullDisk(error, path);
    }
  } finally {
    await snapshot.close();
  }
}

function fullDisk(error: unknown, path: string): unknown {
  const { code } = error as { readonly code?: unknown };
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'disk-full') return error;
  return new FilmwrightError(
    'disk-full',
    `There is no room for the backup in ${path}. Free space there, or give another place; run it again then.`,
    { cause: error },
  );
}

type WriteAll = { readonly snapshot: Snapshot; readonly target: BackupTarget; readonly home: string };

async function writeAll({ snapshot, target, home }: WriteAll): Promise<{ readonly manifest: BackupManifest; readonly copied: Copied }> {
  const id = randomUUID();
  const records = `records/${id}`;
  const dump = await snapshot.dump((table, rows) => target.add(`${records}/${table}.copy.gz`, packed(rows)));
  const list = assetList(snapshot.assets);
  await target.add(`${records}/${assetListName}`, packed(Readable.from(list.lines())));
  const blobs = await openFolderBlobs({ root: process.env.FILMWRIGHT_MEDIA || join(home, 'media') });
  const copied: Copied = { copied: 0, copiedBytes: 0, missing: [] };
  await copyAssets({ snapshot, target, blobs, copied });
  const files = await homeFiles(home);
  for (const { digest, bytes, from, path } of files)
    if ((await target.addAsset({ digest, bytes, from })) === 'damaged')
      throw new FilmwrightError('unavailable', `${path} was changed while it was copied. Run the backup again.`);
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  const manifest: BackupManifest = {
    form: backupForm,
    id,
    instant: snapshot.instant,
    filmwright: version,
    records,
    ...dump,
    assets: {
      count: snapshot.assets.length,
      bytes: snapshot.assets.reduce((sum, { bytes }) => sum + bytes, 0),
      digest: list.digest(),
      missing: copied.missing,
    },
    files: files.map(({ path, digest, bytes, mode }) => ({ path, digest: digest as Digest, bytes, mode })),
  };
  // Only while the connection stands did the lock keep sweeps away.
  await snapshot.check();
  const named = new Set([...snapshot.assets, ...files].map(({ digest }) => digest));
  for (const digest of copied.missing) named.delete(digest);
  await target.finish({ manifest, named });
  return { manifest, copied };
}

/** Unlike a plain pipe it ends with an error when its source does. */
function packed(source: Readable): Readable {
  const gzip = createGzip(packing);
  pipeline(source, gzip, () => {});
  return gzip;
}

type CopyAssets = Omit<WriteAll, 'home'> & { readonly blobs: Blobs; readonly copied: Copied };

/** Copies what is there; what is gone or damaged is noted. A zip takes one after the other by itself. */
async function copyAssets({ snapshot, target, blobs, copied }: CopyAssets): Promise<void> {
  const work = async ({ digest, bytes }: Snapshot['assets'][number]): Promise<void> => {
    const from = await blobs.path(digest as Digest).catch(() => null);
    const became = await target.addAsset({ digest, bytes, from });
    if (became === 'damaged') copied.missing.push(digest as Digest);
    if (became !== 'copied') return;
    copied.copied += 1;
    copied.copiedBytes += bytes;
  };
  await inLanes(snapshot.assets, { lanes: assetsAtOnce, work });
  copied.missing.sort();
}

type Summary = {
  readonly path: string;
  readonly manifest: BackupManifest;
  readonly copied: Copied;
  readonly rows: number;
  readonly wallMs: number;
};

function summary({ path, manifest, copied, rows, wallMs }: Summary): string {
  const { count, bytes, missing } = manifest.assets;
  const lines = [
    `Backed up to ${path}, as of ${manifest.instant}.`,
    `  records  ${rows} rows in ${manifest.tables.length} tables`,
    `  assets   ${count} (${sizeText(bytes)}); ${copied.copied} copied (${sizeText(copied.copiedBytes)})`,
    `  took     ${(wallMs / 1000).toFixed(1)} s`,
  ];
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).join(', ');
    lines.push(`  missing  ${missing.length} assets whose bytes are gone or damaged: ${shown}${missing.length > 5 ? ', ...' : ''}`);
    lines.push('           What was made is made again when it is wanted; what was uploaded has to be uploaded again.');
  }
  return lines.join('\n');
}
