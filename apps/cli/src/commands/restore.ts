import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Blobs, openFolderBlobs, type SweepFolder, sweepFolder } from '@filmwright/blobs';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import { checkKnownSchema, endRestore, type Loaded, loadRecords } from '@filmwright/records/backup';
import { startPostgres } from '@filmwright/records/embedded';
import { writeWhole } from '../film/save-media.ts';
import { assetListName, type ListedAsset, readAssetList } from '../keep/asset-list.ts';
import { assetPath } from '../keep/backup-manifest.ts';
import { type BackupSource, openSource } from '../keep/backup-source.ts';
import { inLanes } from '../keep/in-lanes.ts';
import { newHome } from '../keep/new-home.ts';
import { untilInterrupted } from '../keep/use-database.ts';
import { filmwrightHome } from '../platform/home.ts';
import { addressOf, writeHomeRecords } from '../platform/home-records.ts';
import { sizeText } from '../show/size-text.ts';

export type RestoreOptions = {
  readonly path: string;
  readonly keepMachines: boolean;
  readonly json: boolean;
};

type Restored = { readonly count: number; readonly bytes: number; readonly leftMachines: readonly string[] };

const assetsAtOnce = 4;

/** Brings a backup back, into a home that is empty and the database of DATABASE_URL or one of its own. What cannot be restored whole leaves nothing that starts. */
export async function restore({ path, keepMachines, json }: RestoreOptions): Promise<void> {
  const home = filmwrightHome();
  const startedMs = performance.now();
  const source = await openSource(resolve(path));
  try {
    await checkKnownSchema(source.manifest);
    const made = await newHome(home);
    let isPlaced = false;
    const work = async (): Promise<Restored> => {
      const root = process.env.FILMWRIGHT_MEDIA || join(made.folder, 'media');
      const store = sweepFolder(root);
      const isNew = (await store.list().next()).done === true;
      const files = await restoreFiles(source, { folder: made.folder, root });
      const { leftMachines, id } = await restoreRecords(source, { folder: made.folder, keepMachines });
      if (id !== null) await noteWhose(id, { folder: made.folder, store, isNew });
      await made.place();
      isPlaced = true;
      return { ...files, leftMachines };
    };
    const end = async (): Promise<void> => (isPlaced ? undefined : made.abandon());
    const restored = await untilInterrupted({ work, end }).catch((error: unknown) => {
      throw isUnpackable(error) ? damaged(`a file of it cannot be unpacked (${error.message})`, error) : error;
    });
    if (process.env.DATABASE_URL) await endRestore({ connectionString: process.env.DATABASE_URL });
    const { instant, tables, assets } = source.manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const wallMs = Math.round(performance.now() - startedMs);
    const { missing } = assets;
    const { count, bytes, leftMachines } = restored;
    if (leftMachines.length > 0)
      process.stderr.write(
        `These machines of pools stay with the platform that was backed up: ${leftMachines.join(', ')}. If that is gone, end them at their service, or restore with --keep-machines.\n`,
      );
    process.stdout.write(
      json
        ? `${JSON.stringify({ home, instant, rows, assets: { count, bytes, missing }, leftMachines, wallMs })}\n`
        : `Restored to ${home}, as of ${instant}.\n  records  ${rows} rows in ${tables.length} tables\n  assets   ${count} (${sizeText(bytes)})\n  took     ${(wallMs / 1000).toFixed(1)} s\nStart it with FILMWRIGHT_HOME=${home}.\n`,
    );
  } finally {
    source.close();
  }
}

type Whose = { readonly folder: string; readonly store: SweepFolder; readonly isNew: boolean };

/** The home and a new store belong to what was restored; a store that was there stays whose it is. */
async function noteWhose(id: string, { folder, store, isNew }: Whose): Promise<void> {
  const external = process.env.DATABASE_URL;
  await writeHomeRecords(folder, { id, address: external ? addressOf(external) : null });
  if (isNew) await store.setMark({ mark: id, instead: false });
  const mark = await store.mark();
  if (mark !== null && mark !== id)
    process.stderr.write(
      'The media folder belongs to other records, and is not swept for these. If these take the place of those for good, `filmwright sweep --take-store` makes it theirs.\n',
    );
}

type RestoreFiles = { readonly folder: string; readonly root: string };

/** Assets and files of the home, each held against its digest while it is copied. */
async function restoreFiles({ manifest, read }: BackupSource, { folder, root }: RestoreFiles): Promise<Omit<Restored, 'leftMachines'>> {
  const assets = await readAssetList(await unpacked(await read(`${manifest.records}/${assetListName}`)), manifest.assets.digest);
  if (assets === null) throw damaged('its list of assets is not the one that was written');
  const missing = new Set<string>(manifest.assets.missing);
  const blobs = await openFolderBlobs({ root });
  const present = assets.filter(({ digest }) => !missing.has(digest));
  await inLanes(present, { lanes: assetsAtOnce, work: (asset) => restoreAsset({ asset, read, blobs }) });
  for (const { path, digest, mode } of manifest.files) {
    const hash = createHash('sha256');
    const bytes = await read(assetPath(digest));
    await writeWhole(join(folder, path), async (file) => {
      for await (const piece of bytes) {
        hash.update(piece as Buffer);
        await file.appendFile(piece as Buffer);
      }
      await file.chmod(mode);
    });
    if (`sha256-${hash.digest('hex')}` !== digest) throw damaged(`the bytes of ${path} are others than were written`);
  }
  return { count: present.length, bytes: present.reduce((sum, { bytes }) => sum + bytes, 0) };
}

type RestoreAsset = { readonly asset: ListedAsset; readonly read: BackupSource['read']; readonly blobs: Blobs };

async function restoreAsset({ asset: { digest, bytes }, read, blobs }: RestoreAsset): Promise<void> {
  const expect = digest as Digest;
  if ((await blobs.size(expect)) === bytes) return;
  await blobs.putStream({ stream: await read(assetPath(digest)), mediaType: '', expect }).catch((error: unknown) => {
    throw wrongBytes(error, `the asset ${digest}`);
  });
}

type RestoreRecords = { readonly folder: string; readonly keepMachines: boolean };

async function restoreRecords({ manifest, read }: BackupSource, { folder, keepMachines }: RestoreRecords): Promise<Loaded> {
  const load = async (connectionString: string): Promise<Loaded> =>
    loadRecords({
      connectionString,
      dump: manifest,
      read: async (table) => unpacked(await read(`${manifest.records}/${table}.copy.gz`)),
      missing: manifest.assets.missing,
      keepMachines,
      keepId: false,
      mark: `restore of ${manifest.id} is not finished`,
    });
  if (process.env.DATABASE_URL) return load(process.env.DATABASE_URL);
  const database = await startPostgres({ home: folder });
  try {
    const loaded = await load(database.connectionString);
    await endRestore({ connectionString: database.connectionString });
    return loaded;
  } finally {
    await database.stop();
  }
}

/** Unlike a plain pipe it ends with an error when its source does. */
async function unpacked(source: Readable): Promise<Readable> {
  const gunzip = createGunzip();
  pipeline(source, gunzip, () => {});
  return gunzip;
}

function isUnpackable(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

function wrongBytes(error: unknown, what: string): unknown {
  if (!(error instanceof FilmwrightError && error.code === 'digest-mismatch')) return error;
  return damaged(`the bytes of ${what} are others than were written`, error);
}

function damaged(why: string, cause?: unknown): FilmwrightError {
  return new FilmwrightError('digest-mismatch', `The backup is damaged: ${why}. Nothing was restored; take another backup.`, {
    cause,
    retryable: false,
  });
}
