import { FilmwrightError, modelName, modelRef } from '@filmwright/contracts';
import { type ComputeProvider, currentCompute } from '../compute/compute.ts';
import type { MemoryWatch } from '../memory-watch.ts';
import { checkWeights } from '../models/check-weights.ts';
import type { Held } from '../models/place-revision.ts';
import { type Asked, type DiffusionProcess, type OpenedModel, startDiffusionProcess } from './diffusion-process.ts';
import { type Drawing, followDrawing, rejected, type WantedDrawing } from './drawing.ts';
import type { GenerateRequest } from './generate-request.ts';
import type { Generated, GenerateOptions } from './generated.ts';

/** A model on this machine's disk. `files` (paths inside the folder, SHA-256 as hexadecimal digits) are checked before each load. */
export type DiffusionModel = {
  readonly name: string;
  readonly folder: string;
  /** What tells this revision from every other; part of the key of checkpoints. */
  readonly revision: string;
  readonly files?: readonly { readonly path: string; readonly sha256: string }[];
  readonly mostSide?: number;
  readonly mostFrames?: number;
  /** So many that its networks are spread over, where this process has them; one where it is left out. */
  readonly gpus?: number;
  /** Keeps the files from being evicted and removed while the model is loaded; null where that needs nothing. */
  readonly hold?: () => Promise<Held | null>;
};
export type DiffusionEngine = {
  readonly generate: (model: DiffusionModel, request: GenerateRequest, options?: GenerateOptions) => Promise<Generated>;
  /** Draws side by side, on a processor each to the very bytes that it has alone; each ends by itself, and may be cancelled or fail by itself. */
  readonly generateTogether: (
    model: DiffusionModel,
    drawings: readonly { readonly request: GenerateRequest; readonly options?: GenerateOptions }[],
  ) => readonly Promise<Generated>[];
  /** Unloads a model, by the name that tasks ask for it, once it draws nothing. */
  readonly unload: (name: string) => Promise<void>;
  readonly processes: () => readonly { readonly model: string; readonly revision: string; readonly pid: number }[];
  /** Ends every process; the engine cannot be used afterwards. */
  readonly dispose: () => Promise<void>;
};
export type EngineOptions = {
  /** Threads of one model; the same number everywhere gives the same bytes everywhere. */
  readonly threads?: number;
  /** What `currentCompute` says, where left out. */
  readonly provider?: ComputeProvider;
  /** A model that nobody asked for this long is unloaded; infinite keeps it. */
  readonly idleMs?: number;
  /** How long a step may go on after it is no longer wanted. */
  readonly patienceMs?: number;
  /** Hears of models by the names that tasks ask for them. */
  readonly watch?: MemoryWatch;
};

type Loaded = {
  readonly name: string;
  readonly process: DiffusionProcess;
  readonly opened: OpenedModel;
  readonly loadMs: number;
  readonly held: Held | null;
};
type Place = { turn: Promise<unknown>; loaded: Loaded | null; loading?: DiffusionProcess | undefined; timer?: NodeJS.Timeout };

/** What tasks ask for it as; a model that is on no shelf has a revision of another form, and that of its own. */
function loadedName({ name, revision }: DiffusionModel): string {
  return modelName([revision.startsWith('sha256-') ? modelRef({ name, revision }) : `${name}@${revision}`]) ?? name;
}

/**
 * Opens an engine without models; each revision that is asked for gets a process of its own, which draws one request after another. After any failure
 * of a model its process is ended, so that the next request starts from a clean one.
 */
export function openDiffusionEngine({
  threads = 2,
  provider,
  idleMs = 60_000,
  patienceMs = 2000,
  watch,
}: EngineOptions = {}): DiffusionEngine {
  const places = new Map<string, Place>();
  let disposed = false;

  const unload = async (place: Place): Promise<void> => {
    clearTimeout(place.timer);
    const held = place.loaded;
    place.loaded = null;
    await held?.process.close();
    if (held !== null) watch?.dropped(held.name);
    await held?.held?.release();
  };
  const closed = (): FilmwrightError => new FilmwrightError('unavailable', 'The diffusion engine is closed.');
  const load = async (
    place: Place,
    { model, starting }: { readonly model: DiffusionModel; readonly starting: (child: DiffusionProcess) => void },
  ): Promise<Loaded> => {
    if (place.loaded?.process.alive()) return place.loaded;
    await unload(place);
    const start = performance.now();
    const held = (await model.hold?.()) ?? null;
    try {
      await checkWeights(model);
      if (disposed) throw closed();
      place.loading = startDiffusionProcess(model.name);
      starting(place.loading);
      const answer = await place.loading.open({
        name: model.name,
        folder: model.folder,
        threads,
        provider: provider ?? currentCompute().provider,
        gpus: Math.min(model.gpus ?? 1, currentCompute().gpus ?? 1),
      });
      if (disposed) throw closed();
      if (answer.kind !== 'opened') throw rejected(answer);
      const loaded = { name: loadedName(model), process: place.loading, opened: answer, loadMs: performance.now() - start, held };
      place.loaded = loaded;
      watch?.loaded(loaded.name, loaded.loadMs);
      return place.loaded;
    } catch (error) {
      await place.loading?.close();
      await held?.release();
      throw disposed ? closed() : error;
    } finally {
      place.loading = undefined;
    }
  };

  /** Draws in one turn; every drawing has ended when it is over. */
  const run = async (
    place: Place,
    { model, drawings }: { readonly model: DiffusionModel; readonly drawings: readonly WantedDrawing[] },
  ) => {
    const fresh = !place.loaded?.process.alive();
    let loading: DiffusionProcess | null = null;
    let drawing: DiffusionProcess | null = null;
    let timer: NodeJS.Timeout | undefined;
    const gaveUp = (): boolean => {
      if (all.some((each) => each.isWanted())) return true;
      if (drawing === null) void loading?.close();
      else timer ??= setTimeout(drawing.close, patienceMs);
      return false;
    };
    const all = drawings.map((wanted) => followDrawing(wanted, { model, gaveUp }));
    try {
      if (disposed) throw closed();
      const { process, opened, loadMs } = await load(place, {
        model,
        starting: (child) => {
          loading = child;
          for (const each of all) each.heard();
          if (!all.some((each) => each.isWanted())) throw new Error('no longer wanted');
        },
      });
      if (!all.some((each) => each.isWanted())) throw new Error('no longer wanted');
      const orders = all.flatMap((each) => {
        try {
          return each.isWanted() ? [{ each, order: each.orderOf(opened, threads) }] : [];
        } catch (error) {
          each.fail(error);
          return [];
        }
      });
      drawing = process;
      for (const { each } of orders) each.heard();
      const asked = process.draw(orders.map(({ order }) => order));
      let left = orders.length;
      let spoiled = false;
      const follow = async ({ each }: { readonly each: Drawing }, at: number): Promise<void> => {
        const under = asked[at] as Asked;
        each.begun(under);
        const answer = await under.answer.catch((error: unknown) => ({ kind: 'gone' as const, error }));
        left--;
        if (answer.kind === 'drawn') return each.drawn(answer, { opened, loadMs: fresh ? loadMs : 0 });
        const error = answer.kind === 'gone' ? answer.error : rejected(answer);
        // The others go on; who comes after them starts from a clean process.
        spoiled ||= answer.kind === 'failed' && answer.code !== 'request-invalid';
        if (!process.alive() || (spoiled && left === 0)) await unload(place);
        each.fail(error);
      };
      await Promise.all(orders.map(follow));
      if (spoiled && place.loaded?.process === process) await unload(place);
    } catch (error) {
      if (place.loaded && !place.loaded.process.alive()) await unload(place);
      for (const each of all) each.fail(error);
    } finally {
      clearTimeout(timer);
    }
  };

  /** Waits for its turn; what is given up before ends at once, whatever is being drawn. */
  const generateTogether: DiffusionEngine['generateTogether'] = (model, drawings) => {
    const key = JSON.stringify([model.folder, model.revision]);
    const place: Place = places.get(key) ?? { turn: Promise.resolve(), loaded: null };
    places.set(key, place);
    clearTimeout(place.timer);
    const waiting = new Map<WantedDrawing, () => void>();
    const drawn = drawings.map(({ request, options = {} }) => {
      const { signal } = options;
      return new Promise<Generated>((resolve, reject) => {
        const wanted = { request, options, resolve, reject };
        const leave = (): void => void (waiting.delete(wanted) && reject(signal?.reason));
        waiting.set(wanted, () => signal?.removeEventListener('abort', leave));
        if (signal?.aborted) leave();
        else signal?.addEventListener('abort', leave, { once: true });
      });
    });
    const turn = place.turn.then(async () => {
      const begun = [...waiting.keys()];
      for (const end of waiting.values()) end();
      waiting.clear();
      if (begun.length > 0) await run(place, { model, drawings: begun });
      if (place.turn !== turn || disposed || !place.loaded) return;
      if (Number.isFinite(idleMs)) place.timer = setTimeout(() => void unload(place), idleMs).unref();
    });
    place.turn = turn;
    return drawn;
  };

  return {
    generate: (model, request, options = {}) => generateTogether(model, [{ request, options }])[0] as Promise<Generated>,
    generateTogether,
    unload: async (name) => {
      const held = [...places.values()].filter(({ loaded }) => loaded?.name === name);
      await Promise.all(
        held.map((place) => {
          place.turn = place.turn.then(() => unload(place));
          return place.turn;
        }),
      );
    },
    processes: () =>
      [...places].flatMap(([key, { loaded }]) => {
        const [model = '', revision = ''] = JSON.parse(key) as string[];
        return loaded?.process.alive() ? [{ model, revision, pid: loaded.process.pid }] : [];
      }),
    dispose: async () => {
      disposed = true;
      await Promise.all(
        [...places.values()].map(async (place) => {
          await place.loading?.close();
          await unload(place);
        }),
      );
    },
  };
}
