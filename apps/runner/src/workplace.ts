import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileChecks, openFolderBlobs } from '@filmwright/blobs';
import { createClient } from '@filmwright/client';
import { taskKinds } from '@filmwright/contracts';
import type { DiffusionEngine, ModelPool } from '@filmwright/engines';
import { isAlive } from '@filmwright/process/is-alive';
import { findFfmpeg, type Toolset } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { renderToolchain } from '@filmwright/render/render-toolchain';
import { createPictureCache, type PictureCache } from '@filmwright/render/span/picture-cache';
import { cacheBudget } from './cache-budget.ts';
import { clearCheckpoints } from './checkpoint-file.ts';
import { openAccess } from './gateway-access.ts';
import type { HeldModels } from './held-models.ts';
import { openMediaCache } from './media-cache.ts';
import { mountedMedia } from './mounted-media.ts';
import { storeFolderOf } from './read-config.ts';
import { provenStore } from './store-mark.ts';
import { type MediaDesk, remoteMedia, sharedMedia } from './task-media.ts';

/** What an executor works with from its start to its end. */
export type Workplace = {
  readonly home: string;
  readonly media: MediaDesk;
  /** This machine shares no disk with the gateway. */
  readonly elsewhere: boolean;
  readonly toolset: Toolset;
  readonly tempRoot: string;
  readonly cache: PictureCache;
  /** Models stay loaded from task to task. */
  readonly models: HeldModels;
  /** Finds what models compute on here, once; to be waited for before one is loaded. */
  readonly compute: () => Promise<void>;
  readonly pictureModels: () => Promise<ModelPool>;
  readonly diffusion: () => Promise<DiffusionEngine>;
  /** Unloads models, by the names that tasks ask for them, and leaves those that are in use. */
  readonly unload: (names: readonly string[]) => Promise<void>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const mebibyte = 1024 ** 2;
/** Larger files of a store that is shared are not read whole before they are used: a span wants seconds of an hour. */
const checkedBytes = 128 * mebibyte;
/** A model of pictures stays loaded so long after its last task: it takes memory that others need. On a GPU it stays as long as its process. */
const modelIdleMs = 15_000;

/** A model that draws is larger, and takes longer to load. */
const drawingIdleMs = 60_000;

type Opening = {
  readonly env: Environment;
  readonly models: HeldModels;
  /** Told when a task begins to read or write the mounted folder of a gateway elsewhere. */
  readonly onMount: (folder: string) => void;
};

/** Opens the store, finds ffmpeg and clears what dead executors left behind. */
export async function createWorkplace({ env, models, onMount }: Opening): Promise<Workplace> {
  const home = env.FILMWRIGHT_HOME ?? '';
  const work = join(home, 'work');
  await mkdir(work, { recursive: true });
  await clearLeftOvers(work);
  await clearCheckpoints(home);
  const tempRoot = join(work, String(process.pid));
  await mkdir(tempRoot, { recursive: true });
  const media = await openMedia({ home, env, onMount });
  const toolset = await findFfmpeg({ keptIn: join(home, 'cache') });
  // Prepared pictures are of use only to the programs that made them.
  const made = createHash('sha256')
    .update(`${taskKinds.encode.version} ${toolset.toolchain} ${await renderToolchain()}`)
    .digest('hex');
  const shared = { folder: join(home, 'cache', `prepared-${made.slice(0, 16)}`), maxBytes: 1024 * mebibyte };
  const onDevice = Boolean(env.FILMWRIGHT_DEVICE);
  const pictures = pictureModels(models, onDevice ? Number.POSITIVE_INFINITY : modelIdleMs);
  const drawing = diffusion(models, onDevice ? Number.POSITIVE_INFINITY : drawingIdleMs);
  return {
    home,
    media,
    elsewhere: Boolean(env.FILMWRIGHT_JOIN),
    toolset,
    tempRoot,
    models,
    compute: compute({ wish: env.FILMWRIGHT_COMPUTE || 'auto', home }),
    pictureModels: pictures,
    diffusion: drawing,
    unload: unloading({ models, pictures, drawing }),
    cache: createPictureCache({ maxBytes: 192 * mebibyte, shared }),
  };
}

/** What models of this process compute on; the code that finds out is loaded when it is asked for. */
function compute(machine: { readonly wish: string; readonly home: string }): () => Promise<void> {
  let found: Promise<void> | undefined;
  return () => {
    found ??= findAndSet(machine);
    return found;
  };
}

async function findAndSet(machine: { readonly wish: string; readonly home: string }): Promise<void> {
  const { computeOn } = await import('@filmwright/engines/compute/compute');
  const { findCompute } = await import('@filmwright/engines/compute/find-compute');
  computeOn(await findCompute(machine));
}

/** Models of pictures that all tasks of this process share; the code that runs them is loaded with the first. */
function pictureModels({ noteLoaded, drop }: HeldModels, idleMs: number): () => Promise<ModelPool> {
  let opened: Promise<ModelPool> | undefined;
  return () => {
    opened ??= import('@filmwright/engines/onnx/model-pool').then(({ openModelPool }) =>
      openModelPool({ idleMs, watch: { loaded: noteLoaded, dropped: drop } }),
    );
    return opened;
  };
}

/** Models that draw, a process for each revision, for all tasks of this process. */
function diffusion({ noteLoaded, drop }: HeldModels, idleMs: number): () => Promise<DiffusionEngine> {
  let opened: Promise<DiffusionEngine> | undefined;
  return () => {
    opened ??= import('@filmwright/engines/diffusion/open-diffusion-engine').then(({ openDiffusionEngine }) =>
      openDiffusionEngine({ idleMs, watch: { loaded: noteLoaded, dropped: drop } }),
    );
    return opened;
  };
}

type Engines = {
  readonly models: HeldModels;
  readonly pictures: () => Promise<ModelPool>;
  readonly drawing: () => Promise<DiffusionEngine>;
};

/** Has whatever holds a model unload it; what is not held opens no engine. */
function unloading({ models, pictures, drawing }: Engines): Workplace['unload'] {
  return async (names) => {
    for (const name of names) {
      models.unload(name);
      if (!models.names().includes(name)) continue;
      for (const engine of [await pictures(), await drawing()]) await engine.unload(name);
    }
  };
}

/** Where tasks of this home read and store media. */
async function openMedia({ home, env, onMount }: Omit<Opening, 'models'> & { readonly home: string }): Promise<MediaDesk> {
  const folder = storeFolderOf(env);
  const url = env.FILMWRIGHT_JOIN ?? '';
  const remote = (): Promise<MediaDesk> => openRemoteMedia({ home, url, env });
  if (folder === null) return remote();
  const checks = fileChecks({ mostBytes: checkedBytes });
  const open = () => openFolderBlobs({ root: folder });
  if (url === '') return sharedMedia(await open(), { waits: false, checks });
  const shared = async (): Promise<MediaDesk> => sharedMedia(await open(), { waits: true });
  return mountedMedia({ store: provenStore({ home, folder }), checks, shared, remote, used: () => onMount(folder) });
}

type Remote = { readonly home: string; readonly url: string; readonly env: Environment };

/** Media of a gateway elsewhere, through a cache that all executors of this machine share. */
async function openRemoteMedia({ home, url, env }: Remote): Promise<MediaDesk> {
  const client = createClient(openAccess({ home, url }));
  const heard = { moved: (): void => {} };
  const budget = cacheBudget(env.FILMWRIGHT_HOT_CACHE_BYTES);
  const cache = await openMediaCache({ home, client, budget, arrived: () => heard.moved() });
  return remoteMedia({ client, cache, heard });
}

/** Removes the folders of executors that no longer live. */
async function clearLeftOvers(work: string): Promise<void> {
  for (const name of await readdir(work)) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue;
    await rm(join(work, name), { recursive: true, force: true });
  }
}
