import { FilmwrightError, modelName, modelRef } from '@filmwright/contracts';
import { startAnsweringProcess } from '../answering-process.ts';
import { type ComputeProvider, currentCompute } from '../compute/compute.ts';
import type { MemoryWatch } from '../memory-watch.ts';
import { checkWeights } from '../models/check-weights.ts';
import { loadFault, ModelFault, runFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { holdInstalled } from '../models/place-revision.ts';
import type { Picture } from '../onnx/picture.ts';
import { betweenModelOf } from './interpolation-card.ts';

/** A picture as it goes to the process: its bytes once, then only its number. */
export type SentPicture = { readonly number: number; readonly rgba: Uint8Array | null };
export type BetweenRequest =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly multipleOf: number;
      readonly flow: string;
      readonly share: string;
      readonly threads: number;
      readonly provider: ComputeProvider;
      readonly mostPixels: number;
      readonly shrink: number;
    }
  | {
      readonly kind: 'draw';
      readonly width: number;
      readonly height: number;
      readonly before: SentPicture;
      readonly after: SentPicture;
      readonly at: number;
    };
export type BetweenAnswer =
  | { readonly kind: 'opened' }
  /** What the model gave is nothing that a sound one gives. */
  | { readonly kind: 'faulty'; readonly message: string }
  | {
      readonly kind: 'drawn';
      readonly rgba: Uint8Array | null;
      readonly runMs: number;
      readonly cpuMs: number;
      readonly peakBytes: number;
    };

export type DrawBetween = {
  readonly before: Picture;
  /** Of the same size. */
  readonly after: Picture;
  /** The moment between them, above 0 and below 1. */
  readonly at: number;
  /** Aborted, it ends the process within the frame; the interpolator cannot be used afterwards. */
  readonly signal?: AbortSignal;
};

/** A model that draws frames between frames, loaded in a process of its own. */
export type Interpolator = {
  readonly pid: number;
  /** What lies between two pictures; null where they show different scenes, so that nothing does. */
  readonly draw: (request: DrawBetween) => Promise<Picture | null>;
  /** Time and processor time that its process drew for so far, and the most memory it ever held. */
  readonly figures: () => { readonly runMs: number; readonly cpuMs: number; readonly peakBytes: number };
  readonly close: () => Promise<void>;
};

export type OpenInterpolator = {
  readonly model: InstalledModel;
  /** The same number everywhere gives the same bytes everywhere. */
  readonly threads?: number;
  /** The movement of larger pictures is looked for on smaller copies of them. */
  readonly mostPixels?: number;
  /** It is looked for on copies so many times smaller at least, a whole number: where a model made the pictures larger nothing finer moves. */
  readonly shrink?: number;
  readonly watch?: MemoryWatch;
  /** How long loading may take, and each frame. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal;
};

/** A little more than 1280 x 720: beyond that a frame takes long and much memory, and is hardly better. */
const comfortable = 1_000_000;

/** Loads a model that draws frames between frames; fails as `model-unavailable` where it is none or cannot be loaded, as `digest-mismatch` where its file was changed. */
export async function openInterpolator({
  model,
  threads = 2,
  mostPixels = comfortable,
  shrink = 1,
  watch,
  deadlineMs,
  signal,
}: OpenInterpolator): Promise<Interpolator> {
  const { path, digest, settings } = betweenModelOf(model);
  const startMs = performance.now();
  await checkWeights({
    name: model.card.name,
    folder: model.folder,
    files: [{ path: settings.file, sha256: digest.slice('sha256-'.length) }],
  }).catch((error: unknown) => {
    throw error instanceof FilmwrightError ? new ModelFault(model, error) : error;
  });
  const held = await holdInstalled(model);
  const name = modelName([modelRef(model.card)]) ?? model.card.name;
  const { pid, ask, close } = startAnsweringProcess<BetweenRequest, BetweenAnswer>({
    child: new URL('./interpolate-child.ts', import.meta.url),
    name: `model ${model.card.name}`,
  });
  const end = async (): Promise<void> => {
    await close();
    await held?.release();
  };
  const failed = (answer: { readonly kind: string; readonly message?: string }): FilmwrightError => {
    const said = answer.message ?? 'it answered out of turn';
    const message = `The model ${model.card.name} failed: ${said} Add it again, or take another model.`;
    return answer.kind === 'faulty' ? new ModelFault(model, { code: 'program-failed', message }) : runFault(model, said);
  };
  try {
    const opened = await ask(
      { kind: 'open', path, threads, provider: currentCompute().provider, mostPixels, shrink, ...settings },
      { signal, deadlineMs },
    );
    if (opened.kind === 'failed') throw loadFault(model, opened.message);
  } catch (error) {
    await end();
    throw error;
  }
  watch?.loaded(name, performance.now() - startMs);
  const numbers = new WeakMap<Picture, number>();
  let nextNumber = 0;
  let there: readonly number[] = [];
  let runMs = 0;
  let cpuMs = 0;
  let peakBytes = 0;
  const sent = (picture: Picture): SentPicture => {
    const number = numbers.get(picture) ?? nextNumber++;
    numbers.set(picture, number);
    return { number, rgba: there.includes(number) ? null : picture.rgba };
  };
  return {
    pid,
    async draw({ before, after, at, signal: stop }) {
      const { width, height } = before;
      if (after.width !== width || after.height !== height || !(at > 0 && at < 1))
        throw new FilmwrightError(
          'request-invalid',
          `A frame was asked for at ${at} between pictures of ${width} x ${height} and ${after.width} x ${after.height} pixels; wanted a moment above 0 and below 1, and one size.`,
        );
      const pair = [sent(before), sent(after)] as const;
      const answer = await ask({ kind: 'draw', width, height, before: pair[0], after: pair[1], at }, { signal: stop, deadlineMs });
      if (answer.kind !== 'drawn') throw failed(answer);
      there = pair.map(({ number }) => number);
      runMs += answer.runMs;
      cpuMs += answer.cpuMs;
      peakBytes = answer.peakBytes;
      return answer.rgba === null ? null : { width, height, rgba: answer.rgba };
    },
    figures: () => ({ runMs, cpuMs, peakBytes }),
    async close() {
      await end();
      watch?.dropped(name);
    },
  };
}
