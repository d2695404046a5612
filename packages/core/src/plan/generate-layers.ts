import { clipSource } from './clip-layers.ts';
import { madePictures, pieceLayers } from './clip-pieces.ts';
import type { ClipRange } from './clip-range.ts';
import { type DrawnShape, generatedMedia } from './generated-media.ts';
import { interpolatedClip, isInterpolated } from './interpolate.ts';
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
  if (drawn === undefined) return undefined;
  const { shape, media, credits, warnings } = drawn;
  const told = (large: Omit<Enlarged<unknown>, 'what'>) => ({
    credits: [...credits, ...large.credits],
    warnings: [...warnings, ...large.warnings],
  });
  if (shape.frames === 1) {
    const large = upscaledPicture(input, { show: media?.type === 'picture' ? { picture: media, visual, move } : undefined, asked });
    return large && { layers: pictureLayers(input, large.what), ...told(large) };
  }
  const { size, untilFrame, film, shot, index } = input;
  const range = circleOf(shape, film.format.fps);
  const still = shot.motion === undefined && !held ? moveOf('none', { fallback: 'none', focus: visual.focus }) : move;
  const place = placePicture({ picture: shape, frame: size, move: still, untilFrame, fit: visual.fit });
  const fill = { loop: true, untilFrame };
  const path = `storyboard[${index}].${'background' in (shot.visual ?? {}) ? 'visual.background' : 'visual'}.interpolate`;
  const { width, height, frames } = shape;
  const piece = { asset: media?.asset.digest ?? null, firstFrame: 0, untilFrame: frames, frames };
  const slowed = isInterpolated(visual.interpolate, range.step);
  const whole = { width, height, range, pieces: [piece] };
  const large = upscaledClip(input, { pictures: whole, asked, shown: place.prepared.width / width, slowed, ...fill });
  const smooth = interpolatedClip(input, { pictures: large?.what, asked: visual.interpolate, path, name: 'between', ...fill });
  const pictures = smooth && madePictures(smooth.pictures);
  if (media?.type !== 'clip' || large === undefined || smooth === undefined || pictures === undefined) return undefined;
  const source = { ...clipSource({ clip: media, range: pictures.range }), filters: filtersOf(input, size), ...place.prepared };
  const made = { credits: [...large.credits, ...smooth.credits], warnings: [...large.warnings, ...smooth.warnings] };
  return { layers: pieceLayers({ pictures, source, place, ...fill }), ...told(made) };
}

/** All of a clip whose last frame is its first, so that the next pass begins where this one ends; between its frames it blends. */
function circleOf({ rate, frames }: DrawnShape, fps: number): ClipRange {
  const steps = Math.max(1, frames - 1);
  const step = rate / fps;
  return { rate, start: 0, step, frames: Math.max(1, Math.round(steps / step)), lastFrame: steps, blend: step < 1 };
}
