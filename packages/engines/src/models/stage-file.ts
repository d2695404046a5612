import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import type { FoundFile } from './found-source.ts';
import { type RetryRules, readRemote } from './read-remote.ts';
import type { ProgressCount } from './weights.ts';

export type StageFile = {
  readonly folder: string;
  readonly retry: RetryRules;
  readonly count: ProgressCount;
  readonly signal?: AbortSignal | undefined;
};
/** A file that is here whole and was checked by all that was known of it. */
export type StagedFile = { readonly path: string; readonly bytes: number; readonly digest: Digest };

/**
 * Brings one file whose SHA-256 is not known beforehand into a folder; what a broken try left there is gone on with, as long as the source still calls it
 * the same (ETag). Throws `digest-mismatch` where size, git's digest or npm's integrity is another.
 */
export async function stageFile(file: FoundFile, options: StageFile): Promise<StagedFile> {
  const source = 'url' in file.at ? file.at.url : file.at.localPath;
  const path = join(options.folder, createHash('sha256').update(source).digest('hex').slice(0, 32));
  if ((await stat(path).catch(() => null)) === null) {
    if ('url' in file.at) await fetchTo(path, { ...options, file, at: file.at });
    else if (file.at.movable === true) await rename(file.at.localPath, path);
    else await copyTo(path, { ...options, file, localPath: file.at.localPath });
  } else options.count.had((await stat(path)).size);
  try {
    return { path, ...(await checked(path, file)) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

type Fetching = StageFile & { readonly file: FoundFile; readonly at: Extract<FoundFile['at'], { readonly url: string }> };

async function fetchTo(path: string, { file, at, retry, count, signal }: Fetching): Promise<void> {
  const [part, note] = [`${path}.part`, `${path}.json`];
  const before = await stat(part).catch(() => null);
  const etag = await notedTag(note);
  const startByte = before !== null && etag !== undefined ? before.size : 0;
  const handle = await open(part, startByte > 0 ? 'r+' : 'w');
  try {
    count.had(startByte);
    let noted = etag;
    const onResponse = ({ etag: found }: { readonly etag: string | null }): void => {
      noted = found ?? undefined;
    };
    let written = etag;
    for await (const piece of readRemote({ ...at, startByte, etag, mostBytes: file.bytes ?? undefined, signal, retry, onResponse })) {
      if (noted !== written || piece.position === 0) await writeFile(note, JSON.stringify(noted === undefined ? {} : { etag: noted }));
      written = noted;
      if (piece.position === 0) await handle.truncate(0);
      await handle.write(piece.bytes, 0, piece.bytes.byteLength, piece.position);
      count.came(file.path, piece.bytes.byteLength);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
  await rm(note, { force: true });
}

/** What the source called the file whose part is here; nothing where the note was cut short by a kill, and the part is fetched anew. */
async function notedTag(note: string): Promise<string | undefined> {
  try {
    const { etag } = Object(JSON.parse(await readFile(note, 'utf8'))) as { readonly etag?: unknown };
    return typeof etag === 'string' ? etag : undefined;
  } catch {
    return undefined;
  }
}

type Copying = StageFile & { readonly file: FoundFile; readonly localPath: string };

async function copyTo(path: string, { file, localPath, count, signal }: Copying): Promise<void> {
  const handle = await open(`${path}.part`, 'w');
  try {
    for await (const piece of createReadStream(localPath, signal ? { signal } : {})) {
      await handle.appendFile(piece as Buffer);
      count.came(file.path, (piece as Buffer).length);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
}

async function checked(path: string, file: FoundFile): Promise<{ readonly bytes: number; readonly digest: Digest }> {
  const { size } = await stat(path);
  const sums: Record<string, Hash> = { sha256: createHash('sha256') };
  if (file.gitOid) sums['git'] = createHash('sha1').update(`blob ${size}\0`);
  const [algorithm, wanted] = /^(sha\d+)-([^\s?]+)/.exec(file.integrity ?? '')?.slice(1) ?? [];
  if (algorithm !== undefined) sums['npm'] = createHash(algorithm);
  for await (const piece of createReadStream(path)) for (const sum of Object.values(sums)) sum.update(piece as Buffer);
  const digest: Digest = `sha256-${sums['sha256']?.digest('hex')}`;
  const differs = (what: string, found: unknown, want: unknown): never => {
    throw new FilmwrightError(
      'digest-mismatch',
      `${file.path} came with ${what} ${found}, wanted ${want}. Nothing was added: it was changed or damaged on the way, or was cut short. Try again.`,
    );
  };
  if (file.bytes !== null && file.bytes !== size) differs('a size of', `${size} bytes`, `${file.bytes} bytes`);
  if (file.digest !== null && file.digest !== digest) differs('the digest', digest, file.digest);
  const [git, npm] = [sums['git']?.digest('hex'), sums['npm']?.digest('base64')];
  if (git !== undefined && git !== file.gitOid) differs("git's digest", git, file.gitOid);
  if (npm !== undefined && npm !== wanted) differs(`npm's ${algorithm}`, npm, wanted);
  return { bytes: size, digest };
}
