import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AcceptedLicence, type Digest, FilmwrightError, type ModelCard, modelCardSchema, modelRef } from '@filmwright/contracts';
import { canonicalText } from '@filmwright/core/plan/task-key';
import { archiveEndBytes, archiveHeader, archivePadding } from '@filmwright/process/archive-header';
import { z } from 'zod';
import type { WeightsHome } from './add-model.ts';
import { hiddenName, removeLeftOvers } from './left-overs.ts';
import { rememberLicences, stricterLicence, wantLicence } from './licences.ts';
import { withModelLock } from './model-lock.ts';
import { installedModel, offeredModels, revisionOf } from './model-shelf.ts';
import { tellShelf } from './model-state.ts';
import { readArchive } from './package-archive.ts';
import { makeRoom, placeRevision } from './place-revision.ts';
import { digestOf } from './verify-models.ts';
import { readLocal } from './weights.ts';

const manifestName = 'filmwright-models.json';
const bundleSchema = z.strictObject({
  format: z.literal(1),
  models: z.array(modelCardSchema).min(1),
  /** Digest of `models` as canonical JSON. */
  digest: z.string(),
});
const mostManifestBytes = 64e6;

/** What a bundle holds; `digest` names its cards, and so all its bytes: compare it with what packing printed. */
export type Bundle = { readonly refs: readonly string[]; readonly bytes: number; readonly digest: string };

export type PackModels = {
  readonly home: string;
  readonly wanted: readonly string[];
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
};

const digestOfCards = (models: readonly ModelCard[]): string =>
  `sha256-${createHash('sha256').update(canonicalText(models)).digest('hex')}`;

/** Writes revisions (cards, licences, files) into one tar file for machines without a network; each file is checked as it is written. The bundle is there whole or not at all. */
export async function packModels({ home, wanted, out, signal }: PackModels): Promise<Bundle> {
  const models = await Promise.all(wanted.map((name) => installedModel({ name, home })));
  const cards = models.map(({ card }) => card);
  const digest = digestOfCards(cards);
  const part = join(dirname(out), `.${randomUUID()}.part`);
  await mkdir(dirname(out), { recursive: true });
  const handle = await open(part, 'wx');
  try {
    const manifest = Buffer.from(`${JSON.stringify({ format: 1, digest, models: cards }, null, 2)}\n`);
    await append(handle, { path: manifestName, bytes: manifest.length, pieces: [manifest] });
    const written = new Set<Digest>();
    for (const { card, folder } of models)
      for (const file of card.files) {
        if (written.has(file.digest)) continue;
        written.add(file.digest);
        const path = join(folder, file.path);
        const found = await digestOf(path, signal);
        if (found?.digest !== file.digest)
          throw new FilmwrightError(
            'digest-mismatch',
            `${file.path} of ${modelRef(card)} is damaged; nothing was packed. Mend it with \`filmwright models add ${card.name}\`.`,
          );
        await append(handle, { path: file.digest, bytes: file.bytes, pieces: createReadStream(path) });
      }
    await handle.appendFile(Buffer.alloc(archiveEndBytes));
    await handle.sync();
    await handle.close();
    await rename(part, out);
    const bytes = cards.reduce((sum, card) => sum + card.files.reduce((all, file) => all + file.bytes, 0), 0);
    return { refs: models.map(({ ref }) => ref), bytes, digest };
  } finally {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
  }
}

type Entry = { readonly path: string; readonly bytes: number; readonly pieces: AsyncIterable<unknown> | Iterable<unknown> };

async function append(handle: FileHandle, { path, bytes, pieces }: Entry): Promise<void> {
  await handle.appendFile(archiveHeader({ path, bytes }));
  for await (const piece of pieces) await handle.appendFile(piece as Buffer);
  await handle.appendFile(Buffer.alloc(archivePadding(bytes)));
}

export type UnpackModels = WeightsHome & {
  readonly file: string;
  readonly acceptLicence: boolean;
  /** The digest that packing printed, where somebody has it from elsewhere. */
  readonly expect?: string | undefined;
  readonly pin?: boolean;
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
};

/** Puts the models of a bundle on the shelf once all of it was read and found to be what its cards say; a tampered or cut one is refused and nothing is changed. */
export async function unpackModels(options: UnpackModels): Promise<Bundle> {
  const { file, home } = options;
  const manifest = await readManifest(file);
  const names = [...new Set(manifest.cards.map(({ name }) => name))];
  const locked = names.reduce<() => Promise<Bundle>>(
    (work, name) => () => withModelLock({ home, name }, work),
    () => unpackLocked(options, manifest),
  );
  return locked();
}

async function unpackLocked(options: UnpackModels, { cards: packed, digest }: Manifest): Promise<Bundle> {
  const { home, file, acceptLicence, openWeights, budgetBytes, keepFreeBytes, now, signal } = options;
  if (options.expect !== undefined && options.expect !== digest)
    throw refuse(file, `it holds other models than were expected: its digest is ${digest}, wanted ${options.expect}`);
  // A bundle makes no licence freer than the catalogue has it.
  const offered = new Map((await offeredModels()).map(({ name, licence }) => [name, licence]));
  const cards = packed.map((card) => ({ ...card, licence: stricterLicence(card.licence, offered.get(card.name)) }));
  const accepted: AcceptedLicence[] = [];
  for (const { name, licence } of cards) {
    const entry = await wantLicence({ home, model: name, licence, accept: acceptLicence, now });
    if (entry !== null) accepted.push(entry);
  }
  const wanted = new Map(cards.flatMap((card) => card.files.map((each) => [each.digest, each] as const)));
  const bytes = [...wanted.values()].reduce((sum, each) => sum + each.bytes, 0);
  // Read once before any model makes room for it.
  const sizes = new Map([...wanted].map(([name, each]) => [name, each.bytes]));
  await readChecked(file, { folder: null, wanted: sizes, signal });
  await makeRoom({ home, bytes, budgetBytes, keepFreeBytes, keep: () => false });
  await removeLeftOvers(home);
  const folder = join(home, 'models', hiddenName('unpack'));
  await mkdir(folder, { recursive: true });
  const pins: { readonly path: string; readonly release: () => Promise<void> }[] = [];
  const weights = await openWeights(({ digest: name, startByte }) => readLocal(join(folder, name), startByte));
  try {
    await readChecked(file, { folder, wanted: sizes, signal });
    await rememberLicences(home, accepted);
    const paths = new Map<Digest, string>();
    for (const name of wanted.keys()) {
      await weights.keep({ path: join(folder, name), digest: name });
      const pin = await weights.pin(name);
      pins.push(pin);
      paths.set(name, pin.path);
    }
    for (const card of cards) {
      const files = card.files.map((each) => ({ ...each, localPath: paths.get(each.digest) ?? '' }));
      await placeRevision(card, { home, files, pinned: options.pin ?? false, now });
    }
    await tellShelf(home);
    return { refs: cards.map(modelRef), bytes, digest };
  } finally {
    await Promise.all(pins.map(({ release }) => release()));
    await weights.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Manifest = { readonly cards: readonly ModelCard[]; readonly digest: string };

async function readManifest(file: string): Promise<Manifest> {
  const pieces: Buffer[] = [];
  let [size, seen] = [0, false];
  try {
    for await (const { path, bytes, isFirst } of readArchive(file, { gzipped: false, wanted: () => true })) {
      if (isFirst && (seen || path !== manifestName)) break;
      seen = true;
      size += bytes.length;
      if (size > mostManifestBytes) break;
      pieces.push(Buffer.from(bytes));
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new FilmwrightError('not-found', `There is no bundle at ${file}.`);
    if (!(error instanceof FilmwrightError)) throw error;
    throw refuse(file, error.message);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw refuse(file, `it does not begin with ${manifestName}`);
  }
  const read = bundleSchema.safeParse(value);
  if (!read.success)
    throw refuse(file, `its list of models is not valid at ${read.error.issues[0]?.path.join('.')}: ${read.error.issues[0]?.message}`);
  const { models, digest } = read.data;
  if (digestOfCards(models) !== digest) throw refuse(file, `its cards were changed: they have ${digestOfCards(models)}, it says ${digest}`);
  for (const card of models)
    if (revisionOf(card) !== card.revision) throw refuse(file, `the card of ${modelRef(card)} does not match its revision`);
  return { cards: models, digest };
}

type Reading = { readonly folder: string | null; readonly wanted: ReadonlyMap<Digest, number>; readonly signal?: AbortSignal | undefined };

/** Holds every file of a bundle to its digest, and writes it into `folder` where there is one. */
async function readChecked(file: string, { folder, wanted, signal }: Reading): Promise<void> {
  const left = new Map(wanted);
  let current: { readonly name: string; readonly handle: FileHandle | undefined; readonly hash: ReturnType<typeof createHash> } | undefined;
  const finish = async (): Promise<void> => {
    if (current === undefined) return;
    const { name, handle, hash } = current;
    current = undefined;
    await handle?.sync();
    await handle?.close();
    const found = `sha256-${hash.digest('hex')}`;
    if (found !== name) throw refuse(file, `${name} has the digest ${found}`);
    left.delete(name);
  };
  try {
    for await (const { path, bytes, isFirst } of readArchive(file, { gzipped: false, wanted: (name) => wanted.has(name) })) {
      signal?.throwIfAborted();
      if (isFirst) {
        await finish();
        const handle = folder === null ? undefined : await open(join(folder, path), 'w');
        current = { name: path, handle, hash: createHash('sha256') };
      }
      current?.hash.update(bytes);
      await current?.handle?.appendFile(bytes);
    }
    await finish();
  } catch (error) {
    if (!(error instanceof FilmwrightError) || error.code !== 'media-invalid') throw error;
    throw error.message.includes('bundle') ? error : refuse(file, error.message);
  } finally {
    await current?.handle?.close();
  }
  const [missing] = left.keys();
  if (missing !== undefined) throw refuse(file, `${left.size} of its files are missing, first ${missing}`);
}

function refuse(file: string, why: string): FilmwrightError {
  return new FilmwrightError(
    'media-invalid',
    `The bundle ${file} was not unpacked, and nothing was changed: ${why}. Pack or copy it again.`,
  );
}
