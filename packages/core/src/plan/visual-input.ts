import type { Credit, Film, Generator, Issue, Layer, RunnerOffer, Shot, SourceFilters, Visual } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { round, steady } from './motion.ts';
import type { Planner } from './planner.ts';
import type { BringingPool } from './pool-models.ts';
import type { Uploads } from './uploads.ts';

/** What the layers of a shot's visual are made from. */
export type VisualInput = {
  readonly film: Film;
  readonly shot: Shot;
  readonly index: number;
  readonly address: string;
  readonly size: Size;
  /** Frames over which the visual must hold: the shot and the transition that leaves it. */
  readonly untilFrame: number;
  readonly planner: Planner;
  readonly uploads: Uploads;
  /** Installed cut-out models, best first. */
  readonly models: readonly string[];
  /** Installed models of other capabilities, best first. */
  readonly modelsFor: RunnerOffer['modelsFor'];
  /** Installed models that draw, best first. */
  readonly generators: readonly Generator[];
  /** Pools whose machines are to bring models; left out where there are none. */
  readonly pools?: readonly BringingPool[] | undefined;
  /** All takes that the shot has drawn are wanted, not the chosen one alone. */
  readonly allTakes: boolean;
};

/** Layers of a shot's visual, bottom first; undefined while a picture is still being probed or cut out. */
export type VisualLayers =
  | { readonly layers: readonly Layer[]; readonly credits: readonly Credit[]; readonly warnings?: readonly Issue[] }
  | undefined;

/** What fills the frame, behind everything else. */
export type Background = Exclude<Visual, { readonly background: unknown }>;

type Place = { readonly x: Layer['x']; readonly y: Layer['y']; readonly scale: Layer['scale'] };

/** A layer from the start of the shot. */
export function placedLayer(source: Layer['source'], { place, untilFrame }: { readonly place: Place; readonly untilFrame: number }): Layer {
  return { source, fromFrame: 0, untilFrame, x: place.x, y: place.y, scale: place.scale, opacity: steady(1) };
}

/** The shot's filters for a source. */
export function filtersOf({ shot, uploads }: VisualInput, size: Size): SourceFilters {
  const { filters } = shot;
  if (filters === undefined) return { look: null, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 };
  const look = filters.look === undefined ? null : (uploads.media(filters.look, 'lut')?.asset.digest ?? null);
  return {
    look,
    lookStrength: filters.lookStrength,
    denoise: filters.denoise,
    blurPx: round((filters.blur * Math.min(size.width, size.height)) / 1080),
    sharpen: filters.sharpen,
  };
}
