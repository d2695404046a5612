import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FilmwrightError, modelName, modelRef } from '@filmwright/contracts';
import type { MemoryWatch } from '../memory-watch.ts';
import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { type Held, holdInstalled } from '../models/place-revision.ts';
import { type ModelAnswer, type ModelProcess, type ModelRun, openModelProcess } from './model-process.ts';
import { type PictureFile, pictureFile } from './picture-card.ts';

/** Processes of loaded models, one a model, ended after `idleMs` without a call; never where that is infinite. */
export type ModelPool = {
  readonly run: (model: InstalledModel, request: ModelRun) => Promise<ModelAnswer>;
  /** Ends the process of a model, by the name that tasks ask for it; one that runs stays. */
  readonly unload: (name: string) => Promise<void>;
  /** What is loaded now, for supervision. */
  readonly processes: () => Promise<readonly { readonly model: string; readonly pid: number }[]>;
  /** Ends every process; the pool cannot be used afterwards. */
  readonly dispose: () => Promise<void>;
};

async function checkDigest(model: InstalledModel, { card, path, digest }: PictureFile): Promise<void> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  } catch (error) {
    const message = `The weights of the model ${card.name} cannot be read: ${(error as Error).message}. Mend it with \`filmwright models add ${card.name}\`.`;
    throw new ModelFault(model, { code: 'model-unavailable', message, ofCopy: true });
  }
  const found = `sha256-${hash.digest('hex')}`;
  if (found === digest) return;
  throw new ModelFault(model, {
    code: 'digest-mismatch',
    ofCopy: true,
    message: `The weights of the model ${card.name} are not what its card says: ${path} has ${found}, wanted ${digest}. Mend it with \`filmwright models add ${card.name}\`.`,
  });
}

type Loaded = {
  readonly name: string;
  readonly process: Promise<ModelProcess>;
  /** Keeps its weights from being evicted. */
  readonly held: Promise<Held | null>;
  calls: number;
  timer?: NodeJS.Timeout;
};
/** Most pixels to a side that a model may always be given and keep the memory of a run for the next. */
const keptSide = 512;

/** Whether a model is given pictures of one size over and over: small ones always of that size, or tiles. */
function runsAlike({ card: { processing } }: InstalledModel): boolean {
  if (processing.type !== 'picture') return false;
  const { size } = processing.input;
  return processing.enlarge !== undefined || (size !== 'picture' && Math.max(size.width, size.height) <= keptSide);
}

type PoolOptions = { readonly threads?: number; readonly idleMs?: number; readonly watch?: MemoryWatch };

/** Opens an empty pool; every model runs with `threads` threads (the same number everywhere gives the same bytes everywhere). */
export function openModelPool({ threads = 2, idleMs = 60_000, watch }: PoolOptions = {}): ModelPool {
  const loaded = new Map<string, Loaded>();
  let disposed = false;

  const drop = async (key: string, entry: Loaded): Promise<void> => {
    clearTimeout(entry.timer);
    if (loaded.get(key) === entry) loaded.delete(key);
    const process = await entry.process.catch(() => undefined);
    await process?.close();
    if (process !== undefined) watch?.dropped(entry.name);
    await (await entry.held)?.release();
  };
  const load = (model: InstalledModel, deadlineMs?: number): Loaded => {
    const file = pictureFile(model);
    const name = modelName([modelRef(model.card)]) ?? model.card.name;
    const startMs = performance.now();
    const process = checkDigest(model, file)
      .then(() => openModelProcess({ model, modelPath: file.path, threads, keepsMemory: runsAlike(model), deadlineMs }))
      .then((opened) => {
        watch?.loaded(name, performance.now() - startMs);
        return opened;
      });
    return { name, process, held: holdInstalled(model), calls: 0 };
  };
  const entryFor = async (model: InstalledModel, deadlineMs?: number): Promise<Loaded> => {
    const key = pictureFile(model).path;
    const known = loaded.get(key);
    if (known) {
      const process = await known.process.catch(() => undefined);
      if (process?.alive()) return known;
      await drop(key, known);
    }
    if (disposed) throw new FilmwrightError('unavailable', 'The model pool is closed.');
    const entry = loaded.get(key) ?? load(model, deadlineMs);
    loaded.set(key, entry);
    return entry;
  };
  return {
    run: async (model, request) => {
      request.signal?.throwIfAborted();
      const entry = await entryFor(model, request.deadlineMs);
      clearTimeout(entry.timer);
      entry.calls++;
      try {
        const process = await entry.process;
        return await process.run(request);
      } catch (error) {
        // What a run took of the memory is given back by nothing but the end of its process.
        if (error instanceof FilmwrightError && error.code === 'out-of-memory') await drop(pictureFile(model).path, entry);
        throw error;
      } finally {
        entry.calls--;
        const process = await entry.process.catch(() => undefined);
        if (!process?.alive()) await drop(pictureFile(model).path, entry);
        else if (entry.calls === 0 && !disposed) {
          // Two calls that end together both come here, and a timer that is forgotten would end the process in the midst of later calls.
          clearTimeout(entry.timer);
          if (Number.isFinite(idleMs)) entry.timer = setTimeout(() => void drop(pictureFile(model).path, entry), idleMs).unref();
        }
      }
    },
    unload: async (name) => {
      await Promise.all([...loaded].flatMap(([key, entry]) => (entry.name === name && entry.calls === 0 ? [drop(key, entry)] : [])));
    },
    processes: async () => {
      const all = await Promise.all([...loaded].map(async ([, entry]) => ({ entry, process: await entry.process.catch(() => undefined) })));
      const byEntry = new Map(all.map(({ entry, process }) => [entry, process]));
      return [...loaded].flatMap(([modelPath, entry]) => {
        const process = byEntry.get(entry);
        return process?.alive() ? [{ model: modelPath, pid: process.pid }] : [];
      });
    },
    dispose: async () => {
      disposed = true;
      await Promise.all([...loaded].map(([key, entry]) => drop(key, entry)));
    },
  };
}
