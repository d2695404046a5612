import type { Blobs } from '@filmwright/blobs';
import { type Asset, FilmwrightError } from '@filmwright/contracts';
import { type NewUpload, openUploadFolder, type UploadBytes, type UploadState } from './upload-folder.ts';

/** A part of an upload's bytes; `cut` is called when another request goes on with the upload, and must make the bytes end. */
export type UploadPart = UploadBytes & { readonly workspaceId?: string; readonly cut: () => void };

/** Uploads that are gone on with after a broken connection, or after the death of this process: how far one is, is the size of its file. */
export type Uploads = {
  create(upload: NewUpload): Promise<UploadState>;
  /** Null for one that never was, is expired or removed, and for another workspace's (the default one if left out); waits for one that is just taken into the store. */
  find(id: string, workspaceId?: string): Promise<UploadState | null>;
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
  readonly note: (asset: Asset & { readonly workspaceId: string }) => Promise<void>;
};

/** Opens (and makes) the folder of uploads; one process at a time. */
export async function openUploads({ root, blobs, keepMs, note }: Options): Promise<Uploads> {
  const folder = await openUploadFolder({ root, keepMs });
  const writing = new Map<string, { readonly cut: () => void; readonly ended: Promise<unknown> }>();
  const finishing = new Map<string, Promise<UploadState>>();

  /** While it is taken into the store its bytes are in neither place for a moment. */
  const settled = async (id: string): Promise<void> => void (await finishing.get(id)?.catch(() => {}));

  const interrupt = async (id: string): Promise<void> => {
    const writer = writing.get(id);
    writer?.cut();
    await writer?.ended;
  };

  const write = async ({ workspaceId, ...part }: UploadPart): Promise<UploadState> => {
    const upload = await folder.find(part.id, workspaceId);
    if (upload === null) throw noUpload(part.id);
    return folder.write(upload, part);
  };

  const takeIn = async ({ id, workspaceId }: UploadState): Promise<UploadState> => {
    const upload = await folder.find(id, workspaceId);
    if (upload === null) throw noUpload(id);
    // Another request was quicker.
    if (upload.asset !== null) return upload;
    const asset = await blobs.putFile({ path: folder.bytesPath(id), mediaType: upload.mediaType });
    await note({ ...asset, workspaceId });
    return folder.noteAsset(upload, asset.digest);
  };

  return {
    create: folder.create,
    interrupt,
    async find(id, workspaceId) {
      await settled(id);
      return folder.find(id, workspaceId);
    },
    async append(part) {
      const { id } = part;
      // In one step with the wait, so that of three at once no two write.
      while (writing.has(id) || finishing.has(id)) await (finishing.has(id) ? settled(id) : interrupt(id));
      const written = write(part);
      const ended = written.catch(() => {}).then(() => writing.delete(id));
      writing.set(id, { cut: part.cut, ended });
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
    async remove(id) {
      await interrupt(id);
      await settled(id);
      await folder.remove(id);
    },
    removeExpired: () => folder.removeExpired((id) => writing.has(id) || finishing.has(id)),
  };
}

/** The refusal for an upload that is not there. */
export function noUpload(id: string): FilmwrightError {
  return new FilmwrightError(
    'not-found',
    `There is no upload ${id}: it expired, was removed or never was. Begin a new one with POST /v1/uploads.`,
  );
}
