import { clipSource } from './clip-layers.ts';
import { type ClipMedia, type ClipRange, clipPasses } from './clip-range.ts';
import { generatedMedia } from './generated-media.ts';
import { type Move, moveOf, placePicture } from './motion.ts';
import { pictureLayers } from './picture-layers.ts';
import { type Background, filtersOf, placedLayer, type VisualInput, type VisualLayers } from './visual-input.ts';

type Generated = Extract<Background, { readonly generate: unknown }>;

/** What a model drew, filling the frame: a picture that moves like any other, or a clip that circles as long as the shot lasts; undefined while it is drawn. `held`: the move is not the shot's own. */
export function generatedLayers(
  input: VisualInput,
  { visual, move, held }: { readonly visual: Generated; readonly move: Move; readonly held: boolean },
): VisualLayers {
  const drawn = generatedMedia(input, visual.generate);
  if (drawn === undefined) return undefined;
  const { media, credits, warnings } = drawn;
  if (media.type === 'picture') return { layers: pictureLayers(input, { picture: media, visual, move }), credits, warnings };
  const { size, untilFrame, film, shot } = input;
  const range = circleOf(media, film.format.fps);
  const still = shot.motion === undefined && !held ? moveOf('none', { fallback: 'none', focus: visual.focus }) : move;
  const place = placePicture({ picture: media, frame: size, move: still, untilFrame, fit: visual.fit });
  const source = { ...clipSource({ clip: media, range }), filters: filtersOf(input, size), ...place.prepared };
  const layers = clipPasses(range, { loop: true, untilFrame }).map(({ fromFrame, untilFrame: until, start, heldFrame }) => ({
    ...placedLayer({ ...source, start, heldFrame }, { place, untilFrame }),
    fromFrame,
    untilFrame: until,
  }));
  return { layers, credits, warnings };
}

/** All of a clip whose last frame is its first, so that the next pass begins where this one ends; between its frames it blends. */
function circleOf(clip: ClipMedia, fps: number): ClipRange {
  const rate = clip.fps;
  const steps = Math.max(1, Math.round((clip.durationMs * rate) / 1000) - 1);
  const step = rate / fps;
  return { rate, start: 0, step, frames: Math.max(1, Math.round(steps / step)), lastFrame: steps, blend: step < 1 };
}
