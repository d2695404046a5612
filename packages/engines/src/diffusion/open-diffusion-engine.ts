import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { type ChildAnswer, type DiffusionProcess, type OpenedModel, startDiffusionProcess } from './diffusion-process.ts';
import { checkGenerateRequest, type GenerateRequest, type RgbPicture } from './generate-request.ts';
import type { ComputeProvider } from './network.ts';

/** A model on this machine's disk. `files` (paths inside the folder, SHA-256 as hexadecimal digits) are checked before each load. */
export type DiffusionModel = {
  readonly name: string;
  readonly folder: string;
  /** What tells this revision from every other; part of the key of checkpoints. */
  readonly revision: string;
  readonly files?: readonly { readonly path: string; readonly sha256: string }[];
  readonly mostSide?: number;
  readonly mostFrames?: number;
};
export type GenerateOptions = {
  /** Aborted: ends the drawing between two steps, or with its process where a step lasts longer than the engine's patience. */
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  /** Where the state between steps is kept; a call with the same request and revision goes on from there. Whoever names it removes it. */
  readonly checkpointPath?: string;
  readonly checkpointEverySteps?: number;
  readonly previewEverySteps?: number;
  readonly onStep?: (progress: { readonly step: number; readonly steps: number; readonly preview: RgbPicture | null }) => void;
};
export type Generated = {
  readonly frames: readonly RgbPicture[];
  /** The step that a checkpoint saved the way to, 0 without one. */
  readonly resumedAtStep: number;
  readonly stepsRun: number;
  /** What a person should know: words of the prompt that were left out, a checkpoint that was broken, a device that was not used. */
  readonly notices: readonly string[];
  readonly providers: readonly string[];
  /** Durations; `stepsCpu` is processor time on all threads. */
  readonly timesMs: {
    readonly load: number;
    readonly text: number;
    readonly steps: number;
    readonly stepsCpu: number;
    readonly decode: number;
  };
  /** The most memory the model's process ever held. */
  readonly peakBytes: number;
};
export type DiffusionEngine = {
  readonly generate: (model: DiffusionModel, request: GenerateRequest, options?: GenerateOptions) => Promise<Generated>;
  readonly processes: () => readonly { readonly model: string; readonly revision: string; readonly pid: number }[];
  /** Ends every process; the engine cannot be used afterwards. */
  readonly dispose: () => Promise<void>;
};
export type EngineOptions = {
  /** Threads of one model; the same number everywhere gives the same bytes everywhere. */
  readonly threads?: number;
  readonly provider?: ComputeProvider;
  /** A model that nobody asked for this long is unloaded. */
  readonly idleMs?: number;
  /** How long a step may go on after it is no longer wanted. */
  readonly patienceMs?: number;
  /** Where TensorRT keeps what it compiled; it names those files by GPU architecture and its own version. */
  readonly engineCacheFolder?: string;
};

type Loaded = { readonly process: DiffusionProcess; readonly opened: OpenedModel; readonly loadMs: number };
type Place = { turn: Promise<unknown>; loaded: Loaded | null; timer?: NodeJS.Timeout };

async function checkFiles({ name, folder, files = [] }: DiffusionModel): Promise<void> {
  for (const { path, sha256 } of files) {
    const hash = createHash('sha256');
    try {
      for await (const bytes of createReadStream(join(folder, path))) hash.update(bytes as Buffer);
    } catch (error) {
      throw new FilmwrightError(
        'model-unavailable',
        `The file ${path} of the model ${name} cannot be read: ${(error as Error).message}. Install the model again.`,
      );
    }
    const found = hash.digest('hex');
    if (found === sha256) continue;
    throw new FilmwrightError(
      'digest-mismatch',
      `The file ${path} of the model ${name} is not what its card says: found SHA-256 ${found}, wanted ${sha256}. Install the model again.`,
      { retryable: false },
    );
  }
}

function checkpointKey(model: DiffusionModel, request: GenerateRequest, engine: readonly unknown[]): string {
  const { initImage, ...plain } = request;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([1, model.revision, engine, Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1))]));
  if (initImage) hash.update(`${initImage.width}x${initImage.height}`).update(initImage.rgb);
  return hash.digest('hex');
}

/**
 * Opens an engine without models; each revision that is asked for gets a process of its own, which draws one request after another. After any failure
 * of a model its process is ended, so that the next request starts from a clean one.
 */
export function openDiffusionEngine({
  threads = 2,
  provider = 'auto',
  idleMs = 60_000,
  patienceMs = 2000,
  engineCacheFolder,
}: EngineOptions = {}): DiffusionEngine {
  const places = new Map<string, Place>();
  let disposed = false;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    ...(process.env['LD_LIBRARY_PATH'] ? { LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] } : {}),
    ...(engineCacheFolder ? { ORT_TENSORRT_ENGINE_CACHE_ENABLE: '1', ORT_TENSORRT_CACHE_PATH: engineCacheFolder } : {}),
  };

  const unload = async (place: Place): Promise<void> => {
    clearTimeout(place.timer);
    const held = place.loaded;
    place.loaded = null;
    await held?.process.close();
  };
  const rejected = (answer: ChildAnswer): FilmwrightError =>
    answer.kind === 'failed'
      ? new FilmwrightError(answer.code, answer.message, { retryable: answer.retryable })
      : new FilmwrightError('program-failed', 'The process of the model answered out of turn.', { retryable: true });
  const load = async (
    place: Place,
    { model, starting }: { readonly model: DiffusionModel; readonly starting: (child: DiffusionProcess) => void },
  ): Promise<Loaded> => {
    if (place.loaded?.process.alive()) return place.loaded;
    await unload(place);
    const start = performance.now();
    await checkFiles(model);
    const child = startDiffusionProcess(model.name, environment);
    try {
      starting(child);
      const answer = await child.ask({ kind: 'open', name: model.name, folder: model.folder, threads, provider });
      if (answer.kind !== 'opened') throw rejected(answer);
      place.loaded = { process: child, opened: answer, loadMs: performance.now() - start };
      return place.loaded;
    } catch (error) {
      await child.close();
      throw error;
    }
  };

  const run = async (
    place: Place,
    { model, request, options }: { readonly model: DiffusionModel; readonly request: GenerateRequest; readonly options: GenerateOptions },
  ): Promise<Generated> => {
    const { signal, deadlineMs } = options;
    signal?.throwIfAborted();
    if (disposed) throw new FilmwrightError('unavailable', 'The diffusion engine is closed.');
    const fresh = !place.loaded?.process.alive();
    const frames: RgbPicture[] = [];
    let done = { step: 0, steps: request.steps };
    let why: unknown;
    let loading: DiffusionProcess | null = null;
    let drawing: DiffusionProcess | null = null;
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
    if (deadlineMs !== undefined) {
      const late = (): void =>
        stop(
          new FilmwrightError(
            'program-failed',
            `The model ${model.name} was not done within ${deadlineMs} ms: ${done.step} of ${done.steps} steps. Allow more time, or ask for fewer steps or a smaller picture.`,
            { retryable: false },
          ),
        );
      timers.push(setTimeout(late, deadlineMs));
    }
    try {
      const {
        process: child,
        opened,
        loadMs,
      } = await load(place, {
        model,
        starting: (each) => {
          loading = each;
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
          previewEverySteps: options.previewEverySteps ?? 0,
        },
        (heard) => {
          if (heard.kind === 'frame') frames.push(heard.picture);
          if (heard.kind !== 'step') return;
          done = heard;
          options.onStep?.({ step: heard.step, steps: heard.steps, preview: heard.preview });
        },
      );
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
      for (const timer of timers) clearTimeout(timer);
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
      await Promise.all([...places.values()].map(unload));
    },
  };
}
