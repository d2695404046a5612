import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FilmwrightError } from '@filmwright/contracts';
import type { ModelCard } from './model-card.ts';
import { type ModelAnswer, type ModelProcess, type ModelRun, openModelProcess } from './model-process.ts';

/** A card with the file it describes. */
export type InstalledModel = { readonly card: ModelCard; readonly modelPath: string };

/** Processes of loaded models, one a model, ended after `idleMs` without a call. */
export type ModelPool = {
  readonly run: (model: InstalledModel, request: ModelRun) => Promise<ModelAnswer>;
  /** What is loaded now, for supervision. */
  readonly processes: () => Promise<readonly { readonly model: string; readonly pid: number }[]>;
  /** Ends every process; the pool cannot be used afterwards. */
  readonly dispose: () => Promise<void>;
};

async function checkDigest({ card, modelPath }: InstalledModel): Promise<void> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(modelPath)) hash.update(bytes as Buffer);
  const found = hash.digest('hex');
  if (found === card.sha256) return;
  throw new FilmwrightError(
    'digest-mismatch',
    `The weights of the model ${card.name} are not what its card says: ${modelPath} has SHA-256 ${found}, wanted ${card.sha256}. Delete its folder and install it again.`,
    { retryable: false },
  );
}

type Loaded = { readonly process: Promise<ModelProcess>; calls: number; timer?: NodeJS.Timeout };

/** Opens an empty pool; every model runs with `threads` threads (the same number everywhere gives the same bytes everywhere). */
export function openModelPool({ threads = 2, idleMs = 60_000 }: { readonly threads?: number; readonly idleMs?: number } = {}): ModelPool {
  const loaded = new Map<string, Loaded>();
  let disposed = false;

  const drop = async (key: string, entry: Loaded): Promise<void> => {
    clearTimeout(entry.timer);
    if (loaded.get(key) === entry) loaded.delete(key);
    const process = await entry.process.catch(() => undefined);
    await process?.close();
  };
  const load = ({ card, modelPath }: InstalledModel): Loaded => {
    const process = checkDigest({ card, modelPath }).then(() => openModelProcess({ name: card.name, modelPath, threads }));
    return { process, calls: 0 };
  };
  const entryFor = async (model: InstalledModel): Promise<Loaded> => {
    const key = model.modelPath;
    const known = loaded.get(key);
    if (known) {
      const process = await known.process.catch(() => undefined);
      if (process?.alive()) return known;
      await drop(key, known);
    }
    if (disposed) throw new FilmwrightError('unavailable', 'The model pool is closed.');
    const entry = loaded.get(key) ?? load(model);
    loaded.set(key, entry);
    return entry;
  };
  return {
    run: async (model, request) => {
      request.signal?.throwIfAborted();
      const entry = await entryFor(model);
      clearTimeout(entry.timer);
      entry.calls++;
      try {
        const process = await entry.process;
        return await process.run(request);
      } finally {
        entry.calls--;
        const process = await entry.process.catch(() => undefined);
        if (!process?.alive()) await drop(model.modelPath, entry);
        else if (entry.calls === 0 && !disposed) entry.timer = setTimeout(() => void drop(model.modelPath, entry), idleMs).unref();
      }
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
