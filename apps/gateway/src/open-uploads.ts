import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blobs, diskProblem } from '@filmwright/blobs';
import { type Asset, FilmwrightError, type Upload } from '@filmwright/contracts';

/** An upload as it is kept; `bytes` is its whole length, `mediaType` what its sender calls it. */
type Kept = Omit<Upload, 'received'> & { readonly mediaType: string };
export type UploadState = Upload & { readonly mediaType: string; readonly expiresAt: Date };

/** A part of an upload's bytes; `cut` is called when another request goes on with the upload, and must make the bytes end. */
export type UploadPart = { readonly id: string; readonly offset: number; readonly bytes: AsyncIterable<Buffer>; readonly cut: () => void };

/** Uploads that are gone on with after a broken connection, or after the death of this process: how far one is, is the size of its file. */
export type Uploads = {
  create(upload: { readonly name: string; readonly mediaType: string; readonly bytes: number }): Promise<UploadState>;
  /** Null for one that never was, is expired or removed. */
  find(id: string): Promise<UploadState | null>;
  /** Writes a part; throws `offset-conflict` where `offset` is not what was received. What came before a break is kept. */
  append(part: UploadPart): Promise<UploadState>;
  /** Ends what still writes to an upload: its sender has come back and lost the connection. */
  interrupt(id: string): Promise<void>;
  /** Takes an upload with all its bytes into the store, once however often it is asked; gives the state with its asset. */
  finish(upload: UploadState): Promise<UploadState>;
  remove(id: string): Promise<void>;
  /** Removes what was not touched for as long as uploads are kept. */
  removeExpired(): Promise<void>;
};

type Options = {
  /** Folder of the uploads, best on the file system of the store. */
  readonly root: string;
  readonly blobs: Blobs;
  readonly keepMs: number;
  /** Notes an asset that was taken into the store. */
  readonly note: (asset: Asset) => Promise<void>;
};

/** Opens (and makes) the folder of uploads; one process at a time. */
export async function openUploads({ root, blobs, keepMs, note }: Options): Promise<Uploads> {
  await mkdir(root, { recursive: true });
  const writing = new Map<string, { readonly cut: () => void; readonly ended: Promise<unknown> }>();
  const finishing = new Map<string, Promise<UploadState>>();
  const kept = (id: string): string => join(root, `${id}.json`);
  const data = (id: string): string => join(root, `${id}.part`);

  /** Whole or not at all: a half-written note would lose its upload. */
  const keep = async (upload: Kept): Promise<void> => {
    const path = join(root, `${upload.id}.${randomUUID()}.tmp`);
    await writeFile(path, JSON.stringify(upload));
    await rename(path, kept(upload.id));
  };

  const find = async (id: string): Promise<UploadState | null> => {
    const text = await orNull(readFile(kept(id), 'utf8'));
    if (text === null) return null;
    const upload = JSON.parse(text) as Kept;
    const [noted, file] = await Promise.all([orNull(stat(kept(id))), orNull(stat(data(id)))]);
    const expiresAt = new Date(Math.max(noted?.mtimeMs ?? 0, file?.mtimeMs ?? 0) + keepMs);
    if (expiresAt.getTime() <= Date.now()) return null;
    return { ...upload, received: upload.asset === null ? (file?.size ?? 0) : upload.bytes, expiresAt };
  };

  const interrupt = async (id: string): Promise<void> => {
    const writer = writing.get(id);
    writer?.cut();
    await writer?.ended;
  };

  const write = async ({ id, offset, bytes }: UploadPart): Promise<UploadState> => {
    const upload = await find(id);
    if (upload === null) throw noUpload(id);
    if (offset !== upload.received)
      throw new FilmwrightError(
        'offset-conflict',
        `The part begins at byte ${offset}; of the upload ${upload.received} of ${upload.bytes} bytes are there. Ask by HEAD, and go on from its Upload-Offset.`,
      );
    // Its bytes are in the store already, or there are none to come.
    if (upload.received === upload.bytes) return upload;
    const file = await open(data(id), 'a');
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
  };

  const takeIn = async (upload: UploadState): Promise<UploadState> => {
    const asset = await blobs.putFile({ path: data(upload.id), mediaType: upload.mediaType });
    await note(asset);
    const { id, name, bytes, mediaType } = upload;
    await keep({ id, name, bytes, mediaType, asset: asset.digest });
    return { ...upload, asset: asset.digest };
  };

  const remove = async (id: string): Promise<void> => {
    await interrupt(id);
    await rm(kept(id), { force: true });
    await rm(data(id), { force: true });
  };

  return {
    find,
    interrupt,
    remove,
    async create({ name, mediaType, bytes }) {
      const { bavail, bsize } = await statfs(root);
      if (bavail * bsize < bytes)
        throw await diskProblem(Object.assign(new Error('no room'), { code: 'ENOSPC' }), { folder: root, neededBytes: bytes });
      const upload: Kept = { id: randomUUID(), name, bytes, mediaType, asset: null };
      await writeFile(data(upload.id), '');
      await keep(upload);
      return { ...upload, received: 0, expiresAt: new Date(Date.now() + keepMs) };
    },
    async append(part) {
      // In one step with the wait, so that of three at once no two write.
      while (writing.has(part.id)) await interrupt(part.id);
      const written = write(part);
      const ended = written.catch(() => {}).then(() => writing.delete(part.id));
      writing.set(part.id, { cut: part.cut, ended });
      try {
        return await written;
      } finally {
        await ended;
      }
    },
    async finish(upload) {
      if (upload.asset !== null || upload.received < upload.bytes) return upload;
      const running = finishing.get(upload.id) ?? takeIn(upload).finally(() => finishing.delete(upload.id));
      finishing.set(upload.id, running);
      return running;
    },
    async removeExpired() {
      for (const file of await readdir(root)) {
        const id = file.split('.', 1)[0] ?? '';
        if (writing.has(id) || finishing.has(id)) continue;
        const found = await orNull(stat(join(root, file)));
        if (found !== null && found.mtimeMs + keepMs <= Date.now() && (await find(id)) === null)
          await rm(join(root, file), { force: true });
      }
    },
  };
}

/** The refusal for an upload that is not there. */
export function noUpload(id: string): FilmwrightError {
  return new FilmwrightError(
    'not-found',
    `There is no upload ${id}: it expired, was removed or never was. Begin a new one with POST /v1/uploads.`,
  );
}

async function orNull<Value>(found: Promise<Value>): Promise<Value | null> {
  return found.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
}
