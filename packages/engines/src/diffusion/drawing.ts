import { FilmwrightError } from '@filmwright/contracts';
import { overrunOf } from '../answering-process.ts';
import { RevisionFault } from '../models/revision-fault.ts';
import { checkpointKey } from './checkpoint.ts';
import type { Asked, ChildAnswer, DrawingOrder, OpenedModel } from './diffusion-process.ts';
import { checkGenerateRequest, type GenerateRequest, type RgbPicture } from './generate-request.ts';
import type { Generated, GenerateOptions } from './generated.ts';
import type { DiffusionModel } from './open-diffusion-engine.ts';

/** What somebody waits for. */
export type WantedDrawing = {
  readonly request: GenerateRequest;
  readonly options: GenerateOptions;
  readonly resolve: (drawn: Generated) => void;
  readonly reject: (error: unknown) => void;
};

/** One drawing from its turn to its end. */
export type Drawing = {
  /** Nobody gave it up, and it has not ended. */
  readonly isWanted: () => boolean;
  /** Something was heard of it, or begins of which something is to be heard. */
  readonly heard: () => void;
  /** What its process is asked for; throws `request-invalid` where the model cannot do it. */
  readonly orderOf: (opened: OpenedModel, threads: number) => DrawingOrder & { readonly hear: (answer: ChildAnswer) => void };
  /** It is under way. */
  readonly begun: (asked: Asked) => void;
  readonly drawn: (answer: Extract<ChildAnswer, { kind: 'drawn' }>, of: { readonly opened: OpenedModel; readonly loadMs: number }) => void;
  /** Ends it with an error, or with why it was given up. */
  readonly fail: (error: unknown) => void;
};

/** What a process of a model said in place of what was wanted. */
export function rejected(answer: ChildAnswer): FilmwrightError {
  if (answer.kind !== 'failed')
    return new FilmwrightError('program-failed', 'The process of the model answered out of turn.', { retryable: true });
  if (answer.blamesModel) return new RevisionFault(answer.code, answer.message);
  return new FilmwrightError(answer.code, answer.message, { retryable: answer.retryable });
}

/** Follows one drawing; `gaveUp` is told when it is wanted no longer, and says whether its process goes on for others: then it ends at once. */
export function followDrawing(
  { request, options, resolve, reject }: WantedDrawing,
  { model, gaveUp }: { readonly model: DiffusionModel; readonly gaveUp: () => boolean },
): Drawing {
  const { signal, silenceMs } = options;
  const frames: RgbPicture[] = [];
  let done = { step: 0, steps: request.steps };
  let why: { readonly reason: unknown } | null = null;
  let threw = false;
  let ended = false;
  let asked: Asked | null = null;
  let quiet: NodeJS.Timeout | undefined;

  const end = (): void => {
    ended = true;
    clearTimeout(quiet);
    signal?.removeEventListener('abort', aborted);
  };
  const fail = (error: unknown): void => {
    end();
    reject(why === null ? error : why.reason);
  };
  const stop = (reason: unknown): void => {
    if (why !== null || ended) return;
    why = { reason };
    asked?.stop();
    if (gaveUp()) fail(reason);
  };
  const aborted = (): void => stop(signal?.reason ?? new Error('aborted'));
  const heard = (): void => {
    clearTimeout(quiet);
    if (silenceMs === undefined || why !== null || ended) return;
    const what = `The model ${model.name} did not go on after step ${done.step} of ${done.steps}`;
    quiet = setTimeout(() => stop(overrunOf(what, silenceMs)), silenceMs);
  };
  const hear = (answer: ChildAnswer): void => {
    heard();
    if (answer.kind === 'frame') frames.push(answer.picture);
    if (answer.kind !== 'step' || why !== null) return;
    done = answer;
    try {
      options.onStep?.({ step: answer.step, steps: answer.steps, preview: answer.preview });
    } catch (error) {
      threw = true;
      stop(error);
    }
  };
  signal?.addEventListener('abort', aborted, { once: true });

  return {
    isWanted: () => why === null && !ended,
    heard,
    orderOf(opened, threads) {
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
      const { checkpointPath: path, checkpointEverySteps = 1, previewEveryMs = null } = options;
      const key = checkpointKey(model, request, [threads, opened.providers]);
      return {
        request,
        checkpoint: path ? { path, key, everySteps: Math.max(1, checkpointEverySteps) } : null,
        previewEveryMs,
        hear,
      };
    },
    begun(under) {
      asked = under;
      if (why !== null) under.stop();
    },
    drawn({ resumedAtStep, stepsRun, notices, textMs, stepsMs, stepsCpuMs, decodeMs, peakBytes, jointRuns }, { opened, loadMs }) {
      if (threw) return fail(null);
      end();
      const timesMs = { load: loadMs, text: textMs, steps: stepsMs, stepsCpu: stepsCpuMs, decode: decodeMs };
      resolve({ frames, resumedAtStep, stepsRun, notices, providers: opened.providers, timesMs, peakBytes, jointRuns });
    },
    fail,
  };
}
