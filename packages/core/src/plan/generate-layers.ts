import { clipSource } from './clip-layers.ts';
import { pieceLayers, wholeClip } from './clip-pieces.ts';
import type { ClipMedia, ClipRange } from './clip-range.ts';
import { generatedMedia } from './generated-media.ts';
import { interpolatedClip } from './interpolate.ts';
import { type Move, moveOf, placePicture } from './motion.ts';
import { pictureLayers } from './picture-layers.ts';
import type { Enlarged } from './upscale.ts';
import { upscaledClip } from './upscaled-clip.ts';
import { upscaledPicture } from './upscaled-picture.ts';
import { type Background, filtersOf, type VisualInput, type VisualLayers } from './visual-input.ts';

type Generated = Extract<Background, { readonly generate: unknown }>;

/** What a model drew, filling the frame: a picture that moves like any other, or a clip that circles as long as the shot lasts; undefined while it is drawn. `held`: the move is not the shot's own. */
export function generatedLayers(
  input: VisualInput,
  { visual, move, held }: { readonly visual: Generated; readonly move: Move; readonly held: boolean },
): VisualLayers {
  const drawn = generatedMedia(input, visual.generate);
  const asked = visual.upscale;
  if (drawn === undefined) {
    upscaledPicture(input, { show: undefined, asked });
    return undefined;
  }
  const { media, credits, warnings } = drawn;
  const told = (large: Omit<Enlarged<unknown>, 'what'>) => ({
    credits: [...credits, ...large.credits],
    warnings: [...warnings, ...large.warnings],
  });
  if (media.type === 'picture') {
    const large = upscaledPicture(input, { show: { picture: media, visual, move }, asked });
    return large && { layers: pictureLayers(input, large.what), ...told(large) };
  }
  const { size, untilFrame, film, shot, index } = input;
  const range = circleOf(media, film.format.fps);
  const still = shot.motion === undefined && !held ? moveOf('none', { fallback: 'none', focus: visual.focus }) : move;
  const place = placePicture({ picture: media, frame: size, move: still, untilFrame, fit: visual.fit });
  const fill = { loop: true, untilFrame };
  const path = `storyboard[${index}].${'background' in (shot.visual ?? {}) ? 'visual.background' : 'visual'}.interpolate`;
  const smooth = interpolatedClip(input, { pictures: wholeClip(media, range), asked: visual.interpolate, path, name: 'between', ...fill });
  const large = upscaledClip(input, { pictures: smooth?.pictures, asked, shown: place.prepared.width / media.width, ...fill });
  if (smooth === undefined || large === undefined) return undefined;
  const pictures = large.what;
  const source = { ...clipSource({ clip: media, range: pictures.range }), filters: filtersOf(input, size), ...place.prepared };
  const made = { credits: [...smooth.credits, ...large.credits], warnings: [...smooth.warnings, ...large.warnings] };
  return { layers: pieceLayers({ pictures, source, place, ...fill }), ...told(made) };
}

/** All of a clip whose last frame is its first, so that the next pass begins where this one ends; between its frames it blends. */
function circleOf(clip: ClipMedia, fps: number): ClipRange {
  const rate = clip.fps;
  const steps = Math.max(1, Math.round((clip.durationMs * rate) / 1000) - 1);
  const step = rate / fps;
  return { rate, start: 0, step, frames: Math.max(1, Math.round(steps / step)), lastFrame: steps, blend: step < 1 };
}
