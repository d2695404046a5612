import type { Box, Layer, Path, Source, SpanComposition } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';

/** The same picture for a smaller frame of the same shape: every place, box and size times `size.width / span.width`. Sources keep even sides and never cover less than before. */
export function scaleSpan(span: SpanComposition, size: Size): SpanComposition {
  const factor = size.width / span.width;
  const layers = (list: readonly Layer[]): readonly Layer[] => list.map((layer) => scaleLayer(layer, factor));
  const { transition } = span;
  return {
    ...span,
    ...size,
    layers: layers(span.layers),
    transition: transition === null ? null : { ...transition, layers: layers(transition.layers) },
  };
}

function scaleLayer(layer: Layer, factor: number): Layer {
  const { source, by } = scaleSource(layer.source, factor);
  return { ...layer, source, x: timesPath(layer.x, factor), y: timesPath(layer.y, factor), scale: timesPath(layer.scale, by) };
}

/** The source at its new size, and what its layer's scale is to be multiplied with. */
function scaleSource(source: Source, factor: number): { readonly source: Source; readonly by: number } {
  if (source.type === 'text' || source.type === 'caption')
    return { source: { ...source, box: timesBox(source.box, factor), sizePx: source.sizePx * factor }, by: 1 };
  if (source.type === 'figure') return { source: { ...source, heightPx: source.heightPx * factor }, by: 1 };
  const even = (length: number): number => Math.max(2, 2 * Math.round((length * factor) / 2));
  const [width, height] = [even(source.width), even(source.height)];
  const by = factor * Math.max(source.width / width, source.height / height);
  if (source.type === 'backdrop') return { source: { ...source, width, height }, by };
  if (source.type === 'bezel') return { source: { ...source, width, height, borderPx: source.borderPx * factor }, by };
  const filters = { ...source.filters, blurPx: source.filters.blurPx * factor };
  return { source: { ...source, filters, width, height }, by };
}

const timesBox = ({ x, y, width, height }: Box, factor: number): Box => ({
  x: x * factor,
  y: y * factor,
  width: width * factor,
  height: height * factor,
});

const timesPath = (path: Path, factor: number): Path => path.map((key) => ({ ...key, value: key.value * factor }));
