import type { Readable } from 'node:stream';
import type { BackupManifest } from './backup-manifest.ts';
import { folderTarget } from './folder-target.ts';
import { zipTarget } from './zip-target.ts';

/** What became of an asset: its bytes were copied, were there from an earlier backup, or are not those of its digest. */
export type AddedAsset = 'copied' | 'there' | 'damaged';

/** Where a backup is written. It is a backup from the moment at which `finish` puts its manifest in place, never before. */
export type BackupTarget = {
  /** Writes a file, from a stream that is read to its end. */
  readonly add: (path: string, bytes: Readable) => Promise<void>;
  /** Writes the bytes of the file at `from` if they have this digest; null where they are gone. */
  readonly addAsset: (asset: { readonly digest: string; readonly bytes: number; readonly from: string | null }) => Promise<AddedAsset>;
  /** Puts the manifest in place; `named` are the digests of all assets of the backup. */
  readonly finish: (backup: { readonly manifest: BackupManifest; readonly named: ReadonlySet<string> }) => Promise<void>;
  /** Takes away what was written of a backup that cannot be finished; assets of a folder stay for the next. */
  readonly abandon: () => Promise<void>;
};

/** Opens what a backup is written to: a single file where the name ends in .zip, else a folder. */
export function openTarget(path: string): Promise<BackupTarget> {
  return path.endsWith('.zip') ? zipTarget(path) : folderTarget(path);
}
