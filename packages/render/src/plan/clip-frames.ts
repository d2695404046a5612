import type { Source } from '@filmwright/contracts';
import { type Filter, filter } from './filtergraph.ts';

export type ClipSource = Extract<Source, { type: 'clip' }>;

/** What a clip shows at a moment: a frame of it, and how much of the next one is seen through it, 0 to 1. */
export type ClipMoment = { readonly index: number; readonly share: number };

/** Keeps a place that is meant to be a whole frame from falling below it in rounding. */
const hair = 1e-6;
/** Less of the next frame than this cannot be seen in eight bits. */
const leastShare = 1 / 256;

const placeAt = ({ start, step, heldFrame }: ClipSource, frame: number): number => start + step * Math.min(frame, heldFrame) + hair;

/** The clip frame that is shown at a shot-relative frame. */
export function clipMoment(source: ClipSource, frame: number): ClipMoment {
  const place = Math.max(0, placeAt(source, frame));
  const index = Math.min(source.lastFrame, Math.floor(place));
  const share = place - index;
  return { index, share: source.blend && index < source.lastFrame && share > leastShare && share < 1 ? share : 0 };
}

/** The filter that keeps of a clip, decoded from the frame shown at `frame`, only those that a clip faster than the film shows; none where every frame counts. */
export function shownOnly(source: ClipSource, frame: number): readonly Filter[] {
  const { step } = source;
  if (step <= 1) return [];
  const place = placeAt(source, frame);
  const ahead = place - Math.floor(place);
  // Frame n is shown when a whole number of steps falls into it.
  const expr = `gt(ceil((n+1-${ahead})/${step}),ceil((n-${ahead})/${step}))`;
  return [filter('select', { expr })];
}

/** The clip frame that a decoder opened at `frame` gives as its `count`th, from 0. */
export function givenFrame(source: ClipSource, { frame, count }: { readonly frame: number; readonly count: number }): number {
  return source.step > 1 ? clipMoment(source, frame + count).index : clipMoment(source, frame).index + count;
}
