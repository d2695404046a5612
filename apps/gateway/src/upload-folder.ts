import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskProblem } from '@filmwright/blobs';
import { type Digest, FilmwrightError, type Upload } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';

/** An upload as it is kept; `bytes` is its whole length, `mediaType` what its sender calls it. */
type Kept = Omit<Upload, 'received'> & { readonly mediaType: string; readonly workspaceId: string };
export type UploadState = Kept & Pick<Upload, 'received'> & { readonly expiresAt: Date };

/** The default workspace if `workspaceId` is left out. */
export type NewUpload = Pick<Kept, 'name' | 'mediaType' | 'bytes'> & { readonly workspaceId?: string };

/** Bytes of an upload, from `offset` on. */
export type UploadBytes = { readonly id: string; readonly offset: number; readonly bytes: AsyncIterable<Buffer> };

/** Uploads as files, two for each: a note of what it is, and its bytes, whose number says how far it is. Whoever writes keeps others from the same upload. */
export type UploadFolder = {
  create(upload: NewUpload): Promise<UploadState>;
  /** Null for one that never was, is expired or removed, and for another workspace's (the default one if left out). */
  find(id: string, workspaceId?: string): Promise<UploadState | null>;
  /** Writes a part behind what `upload` has; what came before a break is kept. */
  write(upload: UploadState, part: UploadBytes): Promise<UploadState>;
  /** Where the bytes lie; whoever moves them from there notes the asset. */
  bytesPath(id: string): string;
  noteAsset(upload: UploadState, asset: Digest): Promise<UploadState>;
  remove(id: string): Promise<void>;
  /** Removes what was not touched for as long as uploads are kept, except the uploads that are busy. */
  removeExpired(isBusy: (id: string) => boolean): Promise<void>;
};

/** Opens (and makes) the folder; an upload expires `keepMs` after its last byte. */
export async function openUploadFolder({ root, keepMs }: { readonly root: string; readonly keepMs: number }): Promise<UploadFolder> {
  await mkdir(root, { recursive: true });
  const notePath = (id: string): string => join(root, `${id}.json`);
  const bytesPath = (id: string): string => join(root, `${id}.part`);

  /** Whole or not at all: a half-written note would lose its upload. */
  const keep = async (upload: Kept): Promise<void> => {
    const path = join(root, `${upload.id}.${randomUUID()}.tmp`);
    await writeFile(path, JSON.stringify(upload));
    await rename(path, notePath(upload.id));
  };

  const read = async (id: string): Promise<UploadState | null> => {
    const upload = keptOf(await orNull(readFile(notePath(id), 'utf8')));
    if (upload === null) return null;
    const [note, file] = await Promise.all([orNull(stat(notePath(id))), orNull(stat(bytesPath(id)))]);
    const expiresAt = new Date(Math.max(note?.mtimeMs ?? 0, file?.mtimeMs ?? 0) + keepMs);
    if (expiresAt.getTime() <= Date.now()) return null;
    return { ...upload, received: upload.asset === null ? (file?.size ?? 0) : upload.bytes, expiresAt };
  };

  return {
    bytesPath,
    async find(id, workspaceId = defaultWorkspace) {
      const upload = await read(id);
      return upload?.workspaceId === workspaceId ? upload : null;
    },
    async create({ name, mediaType, bytes, workspaceId = defaultWorkspace }) {
      const { bavail, bsize } = await statfs(root);
      if (bavail * bsize < bytes)
        throw await diskProblem(Object.assign(new Error('no room'), { code: 'ENOSPC' }), { folder: root, neededBytes: bytes });
      const upload: Kept = { id: randomUUID(), workspaceId, name, bytes, mediaType, asset: null };
      await writeFile(bytesPath(upload.id), '');
      await keep(upload);
      return { ...upload, received: 0, expiresAt: new Date(Date.now() + keepMs) };
    },
    async write(upload, { id, offset, bytes }) {
      if (offset !== upload.received)
        throw new FilmwrightError(
          'offset-conflict',
          `The part begins at byte ${offset}; of the upload ${upload.received} of ${upload.bytes} bytes are there. Ask by HEAD, and go on from its Upload-Offset.`,
        );
      // Its bytes are in the store already, or there are none to come.
      if (upload.received === upload.bytes) return upload;
      const file = await open(bytesPath(id), 'a');
      let received = offset;
      try {
        for await (const piece of bytes) {
          if (received + piece.length > upload.bytes)
            throw new FilmwrightError(
              'media-too-large',
              `More bytes came than the ${upload.bytes} that the upload was begun with; what is more was not kept.`,
            );
          received += piece.length;
          await file.appendFile(piece);
        }
        await file.sync();
      } catch (error) {
        throw await diskProblem(error, { folder: root, neededBytes: upload.bytes - received });
      } finally {
        await file.close();
      }
      return { ...upload, received, expiresAt: new Date(Date.now() + keepMs) };
    },
    async noteAsset(upload, asset) {
      const { id, workspaceId, name, bytes, mediaType } = upload;
      await keep({ id, workspaceId, name, bytes, mediaType, asset });
      return { ...upload, asset };
    },
    async remove(id) {
      await rm(notePath(id), { force: true });
      await rm(bytesPath(id), { force: true });
    },
    async removeExpired(isBusy) {
      for (const file of await readdir(root)) {
        const id = file.split('.', 1)[0] ?? '';
        if (isBusy(id)) continue;
        const found = await orNull(stat(join(root, file)));
        if (found !== null && found.mtimeMs + keepMs <= Date.now() && (await read(id)) === null)
          await rm(join(root, file), { force: true });
      }
    },
  };
}

/** A note as it was written; null for none, and for one that a power cut left empty. */
function keptOf(text: string | null): Kept | null {
  try {
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}

async function orNull<Value>(found: Promise<Value>): Promise<Value | null> {
  return found.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
}
