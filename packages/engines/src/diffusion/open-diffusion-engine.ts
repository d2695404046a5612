import { FilmwrightError, modelName, modelRef } from '@filmwright/contracts';
import { overrunOf } from '../answering-process.ts';
import { type ComputeProvider, currentCompute } from '../compute/compute.ts';
import type { MemoryWatch } from '../memory-watch.ts';
import { checkWeights } from './check-weights.ts';
import { checkpointKey } from './checkpoint.ts';
import { type ChildAnswer, type DiffusionProcess, type OpenedModel, startDiffusionProcess } from './diffusion-process.ts';
import { checkGenerateRequest, type GenerateRequest, type RgbPicture } from './generate-request.ts';
import type { Generated, GenerateOptions } from './generated.ts';
import { RevisionFault } from './revision-fault.ts';

/** A model on this machine's disk. `files` (paths inside the folder, SHA-256 as hexadecimal digits) are checked before each load. */
export type DiffusionModel = {
  readonly name: string;
  readonly folder: string;
  /** What tells this revision from every other; part of the key of checkpoints. */
  readonly revision: string;
  readonly files?: readonly { readonly path: string; readonly sha256: string }[];
  readonly mostSide?: number;
  readonly mostFrames?: number;
  /** Keeps the files from being evicted and removed while the model is loaded. */
  readonly hold?: () => Promise<Held>;
};
type Held = { readonly release: () => Promise<void> };
export type DiffusionEngine = {
  readonly generate: (model: DiffusionModel, request: GenerateRequest, options?: GenerateOptions) => Promise<Generated>;
  readonly processes: () => readonly { readonly model: string; readonly revision: string; readonly pid: number }[];
  /** Ends every process; the engine cannot be used afterwards. */
  readonly dispose: () => Promise<void>;
};
export type EngineOptions = {
  /** Threads of one model; the same number everywhere gives the same bytes everywhere. */
  readonly threads?: number;
  /** What `currentCompute` says, where left out. */
  readonly provider?: ComputeProvider;
  /** A model that nobody asked for this long is unloaded. */
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
  const rejected = (answer: ChildAnswer): FilmwrightError =>
    answer.kind !== 'failed'
      ? new FilmwrightError('program-failed', 'The process of the model answered out of turn.', { retryable: true })
      : answer.blamesModel
        ? new RevisionFault(answer.code, answer.message)
        : new FilmwrightError(answer.code, answer.message, { retryable: answer.retryable });
  const load = async (
    place: Place,
    { model, starting }: { readonly model: DiffusionModel; readonly starting: (child: DiffusionProcess) => void },
  ): Promise<Loaded> => {
    if (place.loaded?.process.alive()) return place.loaded;
    await unload(place);
    const start = performance.now();
    const held = (await model.hold?.().catch(() => null)) ?? null;
    try {
      await checkWeights(model);
      if (disposed) throw closed();
      place.loading = startDiffusionProcess(model.name);
      starting(place.loading);
      const answer = await place.loading.ask({
        kind: 'open',
        name: model.name,
        folder: model.folder,
        threads,
        provider: provider ?? currentCompute().provider,
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

  const run = async (
    place: Place,
    { model, request, options }: { readonly model: DiffusionModel; readonly request: GenerateRequest; readonly options: GenerateOptions },
  ): Promise<Generated> => {
    const { signal, silenceMs } = options;
    signal?.throwIfAborted();
    if (disposed) throw closed();
    const fresh = !place.loaded?.process.alive();
    const frames: RgbPicture[] = [];
    let done = { step: 0, steps: request.steps };
    let why: unknown;
    let loading: DiffusionProcess | null = null;
    let drawing: DiffusionProcess | null = null;
    const thrown: unknown[] = [];
    const timers: NodeJS.Timeout[] = [];
    const stop = (reason: unknown): void => {
      if (why !== undefined) return;
      why = reason;
      if (!drawing) return void loading?.close();
      const { stop: ask, close } = drawing;
      ask();
      timers.push(setTimeout(() => void close(), patienceMs));
    };
    const aborted = (): void => stop(signal?.reason ?? new Error('aborted'));
    signal?.addEventListener('abort', aborted, { once: true });
    let quiet: NodeJS.Timeout | undefined;
    const heardOf = (): void => {
      clearTimeout(quiet);
      if (silenceMs === undefined || why !== undefined) return;
      const what = `The model ${model.name} did not go on after step ${done.step} of ${done.steps}`;
      quiet = setTimeout(() => stop(overrunOf(what, silenceMs)), silenceMs);
    };
    try {
      const {
        process: child,
        opened,
        loadMs,
      } = await load(place, {
        model,
        starting: (each) => {
          loading = each;
          heardOf();
          if (why !== undefined) throw why;
        },
      });
      if (why !== undefined) throw why;
      checkGenerateRequest(request, {
        multipleOf: opened.multipleOf,
        mostSide: model.mostSide ?? 2048,
        mostFrames: opened.clips ? (model.mostFrames ?? 64) : 1,
      });
      if (request.initImage && !opened.canEncode) {
        throw new FilmwrightError(
          'request-invalid',
          `The model ${model.name} cannot start from a picture: it has no vae_encoder. Leave the picture out.`,
        );
      }
      drawing = child;
      heardOf();
      const answer = await child.ask(
        {
          kind: 'generate',
          request,
          checkpoint: options.checkpointPath
            ? {
                path: options.checkpointPath,
                key: checkpointKey(model, request, [threads, opened.providers]),
                everySteps: Math.max(1, options.checkpointEverySteps ?? 1),
              }
            : null,
          previewEverySteps: options.previewEverySteps ?? (options.previewEveryMs === undefined ? 0 : 1),
          previewEveryMs: options.previewEveryMs ?? 0,
        },
        (heard) => {
          heardOf();
          if (heard.kind === 'frame') frames.push(heard.picture);
          if (heard.kind !== 'step') return;
          done = heard;
          try {
            options.onStep?.({ step: heard.step, steps: heard.steps, preview: heard.preview });
          } catch (error) {
            thrown.push(error);
            stop(error);
          }
        },
      );
      if (thrown.length > 0) throw thrown[0];
      if (why !== undefined && answer.kind !== 'drawn') throw why;
      if (answer.kind !== 'drawn') {
        const error = rejected(answer);
        if (error.code !== 'request-invalid') await unload(place);
        throw error;
      }
      const { resumedAtStep, stepsRun, textMs, stepsMs, stepsCpuMs, decodeMs, peakBytes } = answer;
      return {
        frames,
        resumedAtStep,
        stepsRun,
        notices: answer.notices,
        providers: opened.providers,
        timesMs: { load: fresh ? loadMs : 0, text: textMs, steps: stepsMs, stepsCpu: stepsCpuMs, decode: decodeMs },
        peakBytes,
      };
    } catch (error) {
      if (place.loaded && !place.loaded.process.alive()) await unload(place);
      throw why ?? error;
    } finally {
      for (const timer of [...timers, quiet]) clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    }
  };

  return {
    generate: (model, request, options = {}) => {
      const key = JSON.stringify([model.folder, model.revision]);
      const place: Place = places.get(key) ?? { turn: Promise.resolve(), loaded: null };
      places.set(key, place);
      clearTimeout(place.timer);
      let begun = false;
      const drawn = place.turn.then(() => {
        begun = true;
        return run(place, { model, request, options });
      });
      const turn = drawn
        .catch(() => undefined)
        .then(() => {
          if (place.turn !== turn || disposed || !place.loaded) return;
          place.timer = setTimeout(() => void unload(place), idleMs).unref();
        });
      place.turn = turn;
      const { signal } = options;
      if (!signal) return drawn;
      // Whoever gives up while another drawing is under way need not wait for its end.
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          if (!begun) reject(signal.reason);
        };
        if (signal.aborted) leave();
        signal.addEventListener('abort', leave, { once: true });
        void drawn.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
      });
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
