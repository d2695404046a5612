import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '@filmwright/contracts';
import type { LoadedPicture } from './load-picture.ts';

/** Prepared pictures by what they were prepared from, so that the spans of a shot do not prepare them again. */
export type PictureCache = {
  /** The picture of a source, made by `load` if it is not kept. */
  get(source: Source, load: () => Promise<LoadedPicture>): Promise<LoadedPicture>;
};

export type PictureCacheOptions = {
  /** Most bytes kept in memory. */
  readonly maxBytes: number;
  /** Folder that processes share, and the most bytes in it; what was not used for longest goes first. Its name must change when preparing changes. */
  readonly shared?: { readonly folder: string; readonly maxBytes: number };
};

/** Keeps the pictures used last, in memory and, if a folder is given, on disk. A picture that cannot be kept is simply made again. */
export function createPictureCache({ maxBytes, shared }: PictureCacheOptions): PictureCache {
  const kept = new Map<string, LoadedPicture>();
  const coming = new Map<string, Promise<LoadedPicture>>();
  let bytes = 0;
  const keep = (name: string, picture: LoadedPicture): void => {
    kept.set(name, picture);
    bytes += picture.bytes.byteLength;
    for (const [oldest, old] of kept) {
      if (bytes <= maxBytes || oldest === name) break;
      kept.delete(oldest);
      bytes -= old.bytes.byteLength;
    }
  };
  return {
    async get(source, load) {
      const name = createHash('sha256').update(JSON.stringify(source)).digest('hex');
      const found = kept.get(name);
      if (found !== undefined) {
        kept.delete(name);
        kept.set(name, found);
        return found;
      }
      const made = coming.get(name) ?? make(name, load).finally(() => coming.delete(name));
      coming.set(name, made);
      return made;
    },
  };

  async function make(name: string, load: () => Promise<LoadedPicture>): Promise<LoadedPicture> {
    const stored = shared === undefined ? null : await readStored(join(shared.folder, name));
    const picture = stored ?? (await load());
    keep(name, picture);
    if (shared !== undefined && stored === null) await store(picture, { folder: shared.folder, name, maxBytes: shared.maxBytes });
    return picture;
  }
}

const headerBytes = 256;

async function readStored(path: string): Promise<LoadedPicture | null> {
  try {
    const file = await readFile(path);
    const now = new Date();
    await utimes(path, now, now);
    const { format, width, height, x, y } = JSON.parse(file.toString('latin1', 0, headerBytes)) as LoadedPicture;
    return { format, width, height, x, y, bytes: file.subarray(headerBytes) };
  } catch {
    return null;
  }
}

type Store = { readonly folder: string; readonly name: string; readonly maxBytes: number };

async function store({ bytes, ...about }: LoadedPicture, { folder, name, maxBytes }: Store): Promise<void> {
  const temporary = join(folder, `${name}.${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await makeRoom(folder, maxBytes - bytes.byteLength);
    await writeFile(temporary, Buffer.concat([Buffer.from(JSON.stringify(about).padEnd(headerBytes), 'latin1'), bytes]));
    await rename(temporary, join(folder, name));
  } catch {
    await rm(temporary, { force: true });
  }
}

/** Removes the files that were not used for longest until at most `maxBytes` are left. */
async function makeRoom(folder: string, maxBytes: number): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => ({
      name,
      ...(await stat(join(folder, name)).then(
        ({ size, mtimeMs }) => ({ size, mtimeMs }),
        () => ({ size: 0, mtimeMs: 0 }),
      )),
    })),
  );
  let total = files.reduce((sum, file) => sum + file.size, 0);
  for (const file of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= maxBytes) return;
    await rm(join(folder, file.name), { force: true });
    total -= file.size;
  }
}
