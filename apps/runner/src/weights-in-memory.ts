import { join } from 'node:path';
import { type HostMemory, type LoadedFrom, modelName } from '@filmwright/contracts';
import { availableBytes } from './available-memory.ts';
import { pagesInMemory } from './pages-in-memory.ts';

/** Which weights lie in the memory of this machine, since something read them and nothing has needed their place. */
export type WeightsInMemory = {
  /** What was found last, with how much memory there is for weights; null while that is not known, or no more. `held` are models that processes hold now: they are looked at next. */
  readonly now: (held: readonly string[]) => HostMemory | null;
  /** From where models would be loaded at this moment; null where that is not known of all of them. */
  readonly sourceOf: (models: readonly string[]) => Promise<LoadedFrom | null>;
  /** Says that a model was read, and is to be looked at next. */
  readonly noteRead: (model: string) => void;
  readonly close: () => void;
};

type Watching = {
  readonly home: string;
  readonly lookMs?: number;
  /** It rests for so many times as long as it looked. */
  readonly restFactor?: number;
  /** Files of models, by the names that tasks ask for them. */
  readonly list?: (home: string) => Promise<ReadonlyMap<string, readonly string[]>>;
  readonly ask?: typeof pagesInMemory;
  /** Bytes of memory that could be had now, files that lie in it counted as free; null where the system does not tell. */
  readonly available?: () => number | null;
};

/** A machine that starts has more pressing things to do. */
const firstMs = 2000;
const everyMs = 15_000;
/** Looking takes a thirtieth of the time at most, where nothing else is said: of large files it takes a processor some 13 ms for each GiB, on kernels that count page by page. */
const thirtyfold = 30;
/** Others may read weights too: all models are looked at so often, and those that lie there or were used in between. */
const allEveryMs = 600_000;
/** A model is in memory if no more than a twentieth of it must be read from the disk. */
const leastPart = 0.95;
/** Of the memory that could be had so much is taken to keep weights: what runs needs some of it. */
const budgetPart = 0.5;
const mebibyte = 1024 ** 2;
/** What runs takes and gives back less than this all the time, and on large machines this part: each change is written down and looked at by whoever grants. */
const leastNewsMib = 1024;
const leastNewsPart = 1 / 16;

/** Looks at where the pages of weights are as long as it is not closed, behind all else that the machine does. */
export function watchWeights(watching: Watching): WeightsInMemory {
  const {
    home,
    lookMs = everyMs,
    restFactor = thirtyfold,
    list = filesOfModels,
    ask = pagesInMemory,
    available = availableBytes,
  } = watching;
  const closing = new AbortController();
  const parts = new Map<string, number>();
  const used = new Set<string>();
  let files: ReadonlyMap<string, readonly string[]> = new Map();
  let listedMs = Number.NEGATIVE_INFINITY;
  let isKnown = false;
  let budgetMib = 0;

  const listAll = async (): Promise<void> => {
    listedMs = performance.now();
    files = await list(home);
  };

  /** What part of each model lies in memory; those of which the system does not tell are left out. */
  const partsOf = async (names: Iterable<string>): Promise<ReadonlyMap<string, number> | null> => {
    const wanted = [...names].flatMap((name) => (files.has(name) ? [[name, files.get(name) ?? []] as const] : []));
    const pages = await ask([...new Set(wanted.flatMap(([, paths]) => paths))], closing.signal);
    if (pages === null) return null;
    return new Map(
      wanted.flatMap(([name, paths]) => {
        const told = paths.flatMap((path) => pages.get(path) ?? []);
        const bytes = told.reduce((sum, one) => sum + one.bytes, 0);
        if (told.length < paths.length || bytes === 0) return [];
        return [[name, told.reduce((sum, one) => sum + one.inMemory, 0) / bytes]];
      }),
    );
  };

  const look = async (): Promise<void> => {
    const isAll = performance.now() - listedMs >= allEveryMs;
    if (isAll) await listAll();
    const names = isAll ? [...files.keys()] : [...new Set([...parts.keys(), ...used])];
    used.clear();
    const found = await partsOf(names);
    parts.clear();
    for (const [name, part] of found ?? []) if (part > 0) parts.set(name, part);
    const bytes = available();
    isKnown = found !== null && bytes !== null;
    const nowMib = Math.floor(((bytes ?? 0) * budgetPart) / mebibyte);
    if (Math.abs(nowMib - budgetMib) >= Math.max(leastNewsMib, budgetMib * leastNewsPart)) budgetMib = nowMib;
  };

  let timer: NodeJS.Timeout | undefined;
  const lookIn = (ms: number): void => {
    timer = setTimeout(async () => {
      const startMs = performance.now();
      const wasKnown = isKnown;
      // What fails once may work later, and nothing but times depends on it.
      await look().catch(() => {
        isKnown = false;
      });
      // What lay there was forgotten.
      if (!isKnown) listedMs = Number.NEGATIVE_INFINITY;
      const tookMs = performance.now() - startMs;
      // Once in a while asking fails where much is done; where it fails again, it is likely to go on so.
      if (!closing.signal.aborted) lookIn(Math.max(isKnown || wasKnown ? lookMs : allEveryMs, restFactor * tookMs));
    }, ms).unref();
  };
  lookIn(Math.min(firstMs, lookMs));

  return {
    now(held) {
      for (const name of held) used.add(name);
      if (!isKnown) return null;
      return { budgetMib, models: [...parts].flatMap(([name, part]) => (part >= leastPart ? [name] : [])).sort() };
    },
    async sourceOf(models) {
      if (models.length === 0 || !models.every((name) => name.startsWith('model '))) return null;
      if (!models.every((name) => files.has(name)) && performance.now() - listedMs >= lookMs) await listAll();
      const found = await partsOf(models);
      const each = models.flatMap((name) => found?.get(name) ?? []);
      if (each.length < models.length) return null;
      return each.every((part) => part >= leastPart) ? 'memory' : 'disk';
    },
    noteRead: (model) => void used.add(model),
    close() {
      clearTimeout(timer);
      closing.abort(new Error('the runner ends'));
    },
  };
}

/** Files of all models of a home that can be used; the code that reads the shelf is loaded when it is first looked at. */
async function filesOfModels(home: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { listModels } = await import('@filmwright/engines/models/model-shelf');
  const all = await listModels({ home });
  return new Map(
    all.flatMap(({ ref, folder, card }) => {
      const name = modelName([ref]);
      return name === null ? [] : [[name, card.files.map(({ path }) => join(folder, path))] as const];
    }),
  );
}
