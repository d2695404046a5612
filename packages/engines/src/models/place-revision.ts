import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FilmwrightError, type ModelCard, type ModelFile, modelCardSchema, modelRef } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { syncFolder } from '@filmwright/process/sync-folder';
import { checkOnnx } from './check-onnx.ts';
import { hiddenName } from './left-overs.ts';
import { licenceText } from './licences.ts';
import { type InstalledModel, isOwn, modelFolder, parseCard, revisionFolder, type ShelvedModel, shelvedModels } from './model-shelf.ts';
import { changeState, readState, tellShelf } from './model-state.ts';

/** Which processes use a revision; it begins with a dot, so that no backup carries it to another machine. */
const held = '.held';

export type LocalFile = ModelFile & { readonly localPath: string };

/**
 * Puts a revision on the shelf: its files by links to those of the weights cache, its card, and what is known of it. It is there whole or not at all, and a
 * revision that was there before (evicted, or damaged) has its new files at once. Files that cannot be weights are refused first.
 */
export async function placeRevision(
  card: ModelCard,
  {
    home,
    files,
    pinned,
    now,
  }: { readonly home: string; readonly files: readonly LocalFile[]; readonly pinned: boolean; readonly now: Date },
): Promise<string> {
  parseCard(card, { schema: modelCardSchema, where: `of ${card.name}` });
  if (card.engine === 'onnx')
    for (const { path, localPath } of files) if (path.endsWith('.onnx')) await checkOnnx(localPath, `${path} of ${card.name}`);
  const place = revisionFolder(home, card);
  const part = join(modelFolder(home, card.name), hiddenName('part'));
  await mkdir(part, { recursive: true });
  try {
    for (const { path, localPath } of files) {
      const target = join(part, 'files', path);
      await mkdir(dirname(target), { recursive: true });
      await link(localPath, target);
    }
    const before = await readState(place);
    await writeFile(join(part, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
    await writeFile(join(part, 'NOTICE'), `${card.title}\nFrom ${card.source}, ${changesOf(card)}.\n${licenceText(card.licence)}\n`);
    const at = now.toISOString();
    await changeState(part, { addedAt: before.addedAt || at, usedAt: at, pinned: pinned || before.pinned, broken: null });
    // Who uses the revision goes on using it.
    await rename(join(place, held), join(part, held)).catch(whereThere);
    // A folder cannot be renamed over one that is filled; between the two steps the revision is missing, which adding it again mends.
    const old = part.replace(/part$/, 'old');
    await rename(place, old).catch(whereThere);
    await rename(part, place);
    await rm(old, { recursive: true, force: true });
    await syncFolder(dirname(place));
    return place;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

function changesOf({ convert }: ModelCard): string {
  return convert === undefined ? 'bytes unchanged' : `rewritten from ${convert.from} as ONNX; the weights are the same numbers`;
}

function whereThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** A revision that is in use until it is released. */
export type Held = { readonly release: () => Promise<void> };

/** Says that a process uses a revision until it is released or ends; meanwhile its files are not evicted. Throws where the revision is gone. */
export async function holdRevision({ place }: Pick<ShelvedModel, 'place'>, now: Date): Promise<Held> {
  const path = join(place, held, `${process.pid}-${randomUUID()}`);
  // One that was removed meanwhile is not made anew.
  await mkdir(join(place, held)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await writeFile(path, '');
  await changeState(place, { usedAt: now.toISOString() });
  return { release: () => rm(path, { force: true }) };
}

/** The same for a model that is about to be loaded; null for one that lies in no cache, or came along and may lie where nothing can be written, and for a revision that is gone. */
export async function holdInstalled({ card, place }: InstalledModel): Promise<Held | null> {
  if (place === undefined || card.builtIn === true) return null;
  return holdRevision({ place }, new Date()).catch(() => null);
}

/** Whether a living process holds a revision; what dead ones left is removed. */
export async function isHeld({ place }: Pick<ShelvedModel, 'place'>): Promise<boolean> {
  for (const name of await readdir(join(place, held)).catch(() => [] as string[])) {
    if (isAlive(Number(name.split('-', 1)[0]))) return true;
    await rm(join(place, held, name), { force: true });
  }
  return false;
}

/** The bytes that weights may take at most, of the budget and of what the disk has now. */
export async function roomFor({
  home,
  budgetBytes,
  keepFreeBytes,
}: Pick<MakeRoom, 'home' | 'budgetBytes' | 'keepFreeBytes'>): Promise<number> {
  const { bavail, bsize } = await statfs(home);
  return Math.max(0, Math.min(budgetBytes, bavail * bsize - keepFreeBytes));
}

export type MakeRoom = {
  readonly home: string;
  readonly bytes: number;
  /** Weights may take so much. */
  readonly budgetBytes: number;
  /** Of the disk so much stays free. */
  readonly keepFreeBytes: number;
  readonly keep: (model: ShelvedModel) => boolean;
};

/**
 * Lets go of the files of revisions that were not used for the longest time until `bytes` more fit the budget; their cards stay. Pinned and held ones
 * stay. Answers which went; throws `disk-full` where it does not suffice.
 */
export async function makeRoom({ home, bytes, budgetBytes, keepFreeBytes, keep }: MakeRoom): Promise<readonly string[]> {
  const shelf = (await shelvedModels({ home })).filter(({ place, present }) => present && isOwn({ place }));
  const sizes = new Map<string, number>();
  const uses = new Map<string, number>();
  for (const { card } of shelf)
    for (const file of card.files) {
      sizes.set(file.digest, file.bytes);
      uses.set(file.digest, (uses.get(file.digest) ?? 0) + 1);
    }
  let taken = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  await mkdir(home, { recursive: true });
  const { bavail, bsize } = await statfs(home);
  let free = bavail * bsize - keepFreeBytes;
  const going: ShelvedModel[] = [];
  const enough = (): boolean => taken + bytes <= budgetBytes && bytes <= free;
  for (const model of [...shelf].sort((a, b) => (a.state.usedAt < b.state.usedAt ? -1 : 1))) {
    if (enough()) break;
    if (model.state.pinned || keep(model) || (await isHeld(model))) continue;
    going.push(model);
    for (const { digest, bytes: size } of model.card.files) {
      const left = (uses.get(digest) ?? 1) - 1;
      uses.set(digest, left);
      if (left > 0) continue;
      taken -= size;
      free += size;
    }
  }
  if (enough()) {
    for (const { folder } of going) await rm(folder, { recursive: true, force: true });
    if (going.length > 0) await tellShelf(home);
    return going.map(({ ref }) => ref);
  }
  const pinned = shelf.filter(({ state }) => state.pinned).map(({ card }) => modelRef(card));
  throw new FilmwrightError(
    'disk-full',
    `There is no room for ${bytes} bytes of weights in ${home}: the disk has ${Math.max(0, free)} bytes beside the ${keepFreeBytes} that stay free, the weights take ${taken} of ${budgetBytes}. Remove models (\`filmwright models remove NAME\`${pinned.length === 0 ? '' : `; pinned are ${pinned.join(', ')}`}), raise FILMWRIGHT_WEIGHTS_BYTES, or set FILMWRIGHT_HOME to a larger disk.`,
  );
}

/** The size of a file, or null. */
export async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}
