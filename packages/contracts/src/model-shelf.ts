import type { ModelCard, OfferedModel } from './model-card.ts';
import type { ModelFigures } from './model-figures.ts';

/** What the command asks of the program that keeps the shelf of models. */
export type ModelsRequest = {
  readonly do: 'list' | 'show' | 'add' | 'remove' | 'verify' | 'measure' | 'pack' | 'unpack';
  /** Models, a source, or the bundle to unpack; all models of this machine where there are none to verify or measure. */
  readonly names: readonly string[];
  readonly acceptLicence?: boolean | undefined;
  /** Fetch a model of the catalogue although no engine of this version runs it. */
  readonly yes?: boolean | undefined;
  readonly pin?: boolean | undefined;
  /** A file with a card to add. */
  readonly card?: string | undefined;
  readonly capability?: string | undefined;
  readonly name?: string | undefined;
  readonly licence?: string | undefined;
  readonly select?: readonly string[] | undefined;
  /** The form of weights that are to be rewritten as ONNX. */
  readonly convert?: string | undefined;
  /** Where a bundle is written to. */
  readonly file?: string | undefined;
  /** The digest that a bundle must have. */
  readonly expect?: string | undefined;
};

/** A model as it is listed: what it is, and how it stands on this machine. `ref` is null where it is only offered. */
export type ListedModel = {
  readonly name: string;
  readonly ref: string | null;
  readonly capability: string;
  readonly engine: string;
  /** Model servers and other programs that run it, for those that no engine here does. */
  readonly servers: readonly string[];
  /** Why no engine of this version runs it, as the end of a sentence about it; null where one does. */
  readonly noEngine: string | null;
  readonly licence: string;
  readonly commercialUse: 'allowed' | 'forbidden' | 'unclear';
  readonly megabytes: number | null;
  readonly state: 'ready' | 'evicted' | 'broken' | 'failed' | 'offered';
  /** What is wrong with it, or what it wants before it can be used, such as that its licence is accepted. */
  readonly problem: string | null;
  readonly pinned: boolean;
  /** Memory it needs by its card, and what it was measured to take here. */
  readonly tiers: ModelCard['needs']['tiers'];
  readonly figures: ModelFigures | null;
};

/** A model as it is shown alone. */
export type ShownModel = {
  readonly card: ModelCard | OfferedModel;
  /** Why no engine of this version runs it, as the end of a sentence about it; null where one does. */
  readonly noEngine: string | null;
  readonly revisions: readonly {
    readonly ref: string;
    readonly addedAt: string;
    readonly usedAt: string;
    readonly pinned: boolean;
    readonly broken: string | null;
    readonly present: boolean;
    readonly figures: ModelFigures | null;
  }[];
  readonly accepted: readonly { readonly licence: string; readonly acceptedAt: string; readonly acceptedBy: string }[];
  readonly problem: string | null;
};

/** What came of measuring a model: its figures, or why there are none. */
export type MeasuredModel = { readonly ref: string; readonly figures: ModelFigures | null; readonly problem: string | null };

/** How far a download is: bytes that are here of those wanted, the rate since it began, and the time left (null while unknown). */
export type ModelProgress = {
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
  readonly leftMs: number | null;
};
