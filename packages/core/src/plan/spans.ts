import type { EncodeSettings, Film, Layer, SpanComposition, Transition } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import type { ShotTiming } from './shot-timing.ts';
import { trimLayer } from './trim-layer.ts';

/** Seconds between the key frames that spans are cut at. */
const gopSeconds = 4;

/** A range of a shot, shot-relative. */
export type SpanRange = { readonly firstFrame: number; readonly frames: number };

/** Cuts a shot at multiples of the GOP; a rest shorter than half a GOP stays with the span before it. */
export function spanRanges(frames: number, fps: number): readonly SpanRange[] {
  const gop = gopFrames(fps);
  const ranges: SpanRange[] = [];
  for (let firstFrame = 0; firstFrame < frames; ) {
    const rest = frames - firstFrame;
    const length = rest < gop * 1.5 ? rest : gop;
    ranges.push({ firstFrame, frames: length });
    firstFrame += length;
  }
  return ranges;
}

/** Frames of one GOP. */
export function gopFrames(fps: number): number {
  return gopSeconds * fps;
}

const qualities = {
  draft: { preset: 'veryfast', crf: 26 },
  standard: { preset: 'medium', crf: 20 },
  high: { preset: 'slow', crf: 17 },
} as const;

/** Encoder settings of the master, the same for all its spans. Two threads: a span left over at the end still uses two cores. */
export function masterSettings(film: Film): EncodeSettings {
  return { codec: 'h264', ...qualities[film.outputs.master.quality], gopFrames: gopFrames(film.format.fps), threads: 2 };
}

export type ShotPicture = {
  readonly timing: ShotTiming;
  readonly layers: readonly Layer[];
  readonly finish: SpanComposition['finish'];
};
export type SpanInput = {
  readonly film: Film;
  readonly size: Size;
  readonly range: SpanRange;
  readonly shot: ShotPicture;
  readonly before: ShotPicture | null;
};

/** The picture of a range of a shot; layers outside the range are left out, so that they do not change its key. */
export function spanComposition({ film, size, range, shot, before }: SpanInput): SpanComposition {
  const until = range.firstFrame + range.frames;
  const seen = (layer: Layer): boolean => layer.fromFrame < until && layer.untilFrame > range.firstFrame;
  const { transition } = shot.timing;
  const entering = before !== null && transition !== null && range.firstFrame < transition.frames;
  return {
    ...size,
    fps: film.format.fps,
    firstFrame: range.firstFrame,
    frames: range.frames,
    color: film.brand.colors.background,
    layers: trimmedLayers(shot.layers.filter(seen), range),
    transition: entering ? transitionFrom(before, { kind: transition.kind, frames: transition.frames }) : null,
    finish: shot.finish,
  };
}

function trimmedLayers(layers: readonly Layer[], range: SpanRange): readonly Layer[] {
  const figured = layers.some(({ source }) => source.type === 'figure');
  return layers.map((layer) => (figured ? trimLayer(trimmed(layer, range), range) : trimmed(layer, range)));
}

/** A caption layer keeps only the pages that the range shows, so that a changed word re-makes only its own spans. */
function trimmed(layer: Layer, range: SpanRange): Layer {
  if (layer.source.type !== 'caption') return layer;
  const until = range.firstFrame + range.frames;
  const pages = layer.source.pages.filter((page) => page.fromFrame < until && page.untilFrame > range.firstFrame);
  return { ...layer, source: { ...layer.source, pages } };
}

function transitionFrom(before: ShotPicture, { kind, frames }: Pick<Transition, 'kind' | 'frames'>): Transition {
  const firstFrame = before.timing.frames;
  const range = { firstFrame, frames };
  // Captions and texts of the shot before end with it; only its visual continues under the transition.
  const layers = trimmedLayers(
    before.layers.filter((layer) => layer.untilFrame > firstFrame),
    range,
  );
  return { kind, frames, layers, firstFrame, finish: before.finish, color: kind === 'fade-white' ? '#ffffff' : '#000000' };
}
