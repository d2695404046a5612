import type { Layer, Path } from '@filmwright/contracts';
import { trimPerformance } from '../figure/trim-performance.ts';
import type { SpanRange } from './spans.ts';

/** A layer of a shot with figures cut to what a range shows, so that what is said later does not change its key; its frames stay the same. */
export function trimLayer(layer: Layer, { firstFrame, frames }: SpanRange): Layer {
  const untilFrame = firstFrame + frames;
  const { source } = layer;
  const path = (whole: Path): Path => trimPath(whole, { firstFrame, untilFrame });
  return {
    ...layer,
    source: source.type === 'figure' ? { ...source, performance: trimPerformance(source.performance, { firstFrame, untilFrame }) } : source,
    fromFrame: Math.max(layer.fromFrame, firstFrame),
    untilFrame: Math.min(layer.untilFrame, untilFrame),
    x: path(layer.x),
    y: path(layer.y),
    scale: path(layer.scale),
    opacity: path(layer.opacity),
  };
}

function trimPath(whole: Path, { firstFrame, untilFrame }: { readonly firstFrame: number; readonly untilFrame: number }): Path {
  const before = Math.max(
    0,
    whole.findLastIndex((key) => key.frame <= firstFrame),
  );
  const after = whole.findIndex((key) => key.frame >= untilFrame);
  const kept = whole.slice(before, after < 0 ? whole.length : after + 1);
  const [first] = kept;
  if (first === undefined || kept.some((key) => key.value !== first.value)) return kept;
  return [{ frame: 0, value: first.value, ease: 'linear' }];
}
