import type { Layer } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { type Move, moveOf, placePicture, round } from './motion.ts';
import { filtersOf, placedLayer, type VisualInput } from './visual-input.ts';

export type PictureToShow = {
  readonly picture: Size & { readonly asset: { readonly digest: string }; readonly hasAlpha: boolean };
  readonly visual: { readonly fit: 'cover' | 'contain'; readonly focus?: readonly [number, number] | undefined };
  readonly move: Move;
};

/** A picture that fills the frame all along a move; one that is to be seen whole stands on a blurred copy of itself. */
export function pictureLayers(input: VisualInput, { picture, visual, move }: PictureToShow): readonly Layer[] {
  const { size, untilFrame } = input;
  const place = placePicture({ picture, frame: size, move, untilFrame, fit: visual.fit });
  const source = {
    type: 'picture' as const,
    asset: picture.asset.digest,
    alpha: picture.hasAlpha,
    shadow: 'none' as const,
    filters: filtersOf(input, size),
    ...place.prepared,
  };
  const layers = [placedLayer(source, { place, untilFrame })];
  if (visual.fit === 'cover') return layers;
  const behind = placePicture({
    picture,
    frame: size,
    move: moveOf('none', { fallback: 'none', focus: visual.focus }),
    untilFrame,
    fit: 'cover',
  });
  const blurred = {
    ...source,
    alpha: false,
    filters: { ...source.filters, blurPx: round(size.height * 0.04), sharpen: 0 },
    ...behind.prepared,
  };
  return [placedLayer(blurred, { place: behind, untilFrame }), ...layers];
}
