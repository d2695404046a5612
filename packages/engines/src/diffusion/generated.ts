import type { RgbPicture } from './generate-request.ts';

/** How a drawing is done beside what is drawn. */
export type GenerateOptions = {
  /** Aborted: ends the drawing between two steps, or with its process where a step lasts longer than the engine's patience. */
  readonly signal?: AbortSignal;
  /** How long nothing may be heard of it, in loading, and between steps and frames; past it the drawing is ended with `task-stuck`, worth another try. */
  readonly silenceMs?: number;
  /** Where the state between steps is kept; a call with the same request and revision goes on from there. Whoever names it removes it. */
  readonly checkpointPath?: string;
  readonly checkpointEverySteps?: number;
  /** About so often `onStep` is given a preview, more seldom where previews would take more than a twentieth of the time; 0 gives one after each step but the last. Left out gives none. */
  readonly previewEveryMs?: number;
  readonly onStep?: (progress: { readonly step: number; readonly steps: number; readonly preview: RgbPicture | null }) => void;
};

/** What was drawn, and what it took. */
export type Generated = {
  readonly frames: readonly RgbPicture[];
  /** The step that a checkpoint saved the way to, 0 without one. */
  readonly resumedAtStep: number;
  readonly stepsRun: number;
  /** What a person should know: words of the prompt that were left out, a checkpoint that was broken, a device that was not used. */
  readonly notices: readonly string[];
  readonly providers: readonly string[];
  /** Durations; `stepsCpu` is processor time on all threads, for all that were drawn side by side. */
  readonly timesMs: {
    readonly load: number;
    readonly text: number;
    readonly steps: number;
    readonly stepsCpu: number;
    readonly decode: number;
  };
  /** The most memory the model's process ever held. */
  readonly peakBytes: number;
  /** How often its process computed several drawings as one, since it began. */
  readonly jointRuns: number;
};
