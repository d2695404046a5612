import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { digestOfFile } from '@filmwright/blobs';
import {
  type AcceptedLicence,
  type Digest,
  type ModelFile,
  modelCardSchema,
  type PlatformShelf,
  readModelRef,
  type ShelfVoice,
} from '@filmwright/contracts';

/** The models and voices of a home, as its runners are given them. */
export type HomeShelf = {
  readonly list: () => Promise<PlatformShelf>;
  /** Where a file of the list lies; null for one that is in none of them, or gone. */
  readonly find: (digest: Digest) => Promise<{ readonly path: string; readonly bytes: number } | null>;
};

type Listed = PlatformShelf['models'][number];
type State = { readonly size: number; readonly mtimeMs: number; readonly ino: number; readonly digest: Promise<Digest> };

/** A list serves all runners that ask within so long. */
const keepListMs = 5000;

/** Reads the shelves of a home when they are asked for; files of voices, whose digests no card says, are read once for as long as they do not change. */
export function openHomeShelf(home: string): HomeShelf {
  const digests = new Map<string, State>();
  let places: ReadonlyMap<string, { readonly path: string; readonly bytes: number }> = new Map();

  /** Read once, however many runners ask meanwhile. */
  const fileOf = async (path: string): Promise<{ readonly bytes: number; readonly digest: Digest }> => {
    const { size, mtimeMs, ino } = await lstat(path);
    const known = digests.get(path);
    if (known?.size === size && known.mtimeMs === mtimeMs && known.ino === ino) return { bytes: size, digest: await known.digest };
    const state: State = { size, mtimeMs, ino, digest: digestOfFile(path).then(({ digest }) => digest) };
    digests.set(path, state);
    const digest = await state.digest.catch((error: unknown) => {
      if (digests.get(path) === state) digests.delete(path);
      throw error;
    });
    return { bytes: size, digest };
  };

  const voiceOf = async (id: string, accepted: readonly AcceptedLicence[]): Promise<ShelfVoice | null> => {
    const folder = join(home, 'voices', id);
    const card = await readJson(join(folder, 'voice.json'));
    if (card === null) return null;
    const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    const files: ModelFile[] = [];
    for (const path of paths.sort()) {
      files.push({ path, ...(await fileOf(join(folder, path))) });
    }
    const model = typeof card['fromModel'] === 'string' ? readModelRef(card['fromModel']).name : id;
    return { id, files, accepted: accepted.filter((one) => one.model === model) };
  };

  const read = async (): Promise<PlatformShelf> => {
    const accepted = await acceptedIn(home);
    const found = new Map<string, { readonly path: string; readonly bytes: number }>();
    const models: (Listed & { readonly addedAt: string })[] = [];
    for (const name of await namesIn(join(home, 'models')))
      for (const revision of await namesIn(join(home, 'models', name))) {
        const place = join(home, 'models', name, revision);
        const read = modelCardSchema.safeParse(await readJson(join(place, 'card.json')));
        const state = await readJson(join(place, 'state.json'));
        if (!read.success || (state?.['broken'] ?? null) !== null) continue;
        const { data: card } = read;
        const files = card.files.map(({ path, bytes, digest }) => ({ digest, bytes, path: join(place, 'files', path) }));
        if (!(await Promise.all(files.map(isThere))).every(Boolean)) continue;
        for (const file of files) found.set(file.digest, file);
        models.push({ card, accepted: accepted.filter((one) => one.model === card.name), addedAt: String(state?.['addedAt'] ?? '') });
      }
    const voices: ShelfVoice[] = [];
    for (const id of await namesIn(join(home, 'voices'))) {
      const voice = await voiceOf(id, accepted).catch(nothingWhereGone);
      if (voice === null) continue;
      voices.push(voice);
      for (const { digest, bytes, path } of voice.files) found.set(digest, { bytes, path: join(home, 'voices', id, path) });
    }
    places = found;
    const newestFirst = models.sort((a, b) => Number(a.addedAt < b.addedAt) - Number(a.addedAt > b.addedAt));
    return { models: newestFirst.map(({ card, accepted }) => ({ card, accepted })), voices };
  };

  let kept: { readonly shelf: Promise<PlatformShelf>; readonly atMs: number } | undefined;
  return {
    list() {
      if (kept === undefined || performance.now() - kept.atMs > keepListMs) {
        const shelf = read();
        kept = { shelf, atMs: performance.now() };
        shelf.catch(() => {
          kept = undefined;
        });
      }
      return kept.shelf;
    },
    async find(digest) {
      const known = places.get(digest);
      if (known !== undefined && (await isThere(known))) return known;
      await read();
      return places.get(digest) ?? null;
    },
  };
}

async function isThere({ path, bytes }: { readonly path: string; readonly bytes: number }): Promise<boolean> {
  const about = await lstat(path).catch(() => null);
  return about?.isFile() === true && about.size === bytes;
}

async function acceptedIn(home: string): Promise<readonly AcceptedLicence[]> {
  const found: unknown = await readJson(join(home, 'models', '_licences.json'));
  return Array.isArray(found) ? (found as readonly AcceptedLicence[]) : [];
}

/** A voice that is removed or replaced while it is looked at is none just now, and keeps nobody from the others. */
function nothingWhereGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Names of what is in place: what is written or only noted begins with a dot or a line. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() && /^[a-z0-9]/i.test(entry.name) ? [entry.name] : [])).sort();
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
