import { millisecondsOf } from '../film/frames.ts';
import { foreseenPictures, madePictures, pieceLayers, wholeClip } from './clip-pieces.ts';
import { type ClipMedia, type ClipRange, clipCrop, clipRange } from './clip-range.ts';
import { frameClip, placeTracked } from './frame-clip.ts';
import { interpolatedClip, isInterpolated } from './interpolate.ts';
import { type Move, moveOf, placePicture, round } from './motion.ts';
import { upscaledClip } from './upscaled-clip.ts';
import { type Background, filtersOf, type VisualInput, type VisualLayers } from './visual-input.ts';

type ClipVisual = Extract<Background, { readonly clip: string }>;

/** A clip that fills the frame; undefined while it is being looked at. `held`: the move is not the shot's own. */
export function clipLayers(
  input: VisualInput,
  { visual, move, held }: { readonly visual: ClipVisual; readonly move: Move; readonly held: boolean },
): VisualLayers {
  const { size, untilFrame, film, shot, index } = input;
  const clip = input.uploads.media(visual.clip, 'clip');
  const { fps } = film.format;
  const range = clip === undefined ? undefined : clipRange(visual, { clip, fps });
  const fill = { loop: visual.loop, untilFrame };
  const between = {
    asked: visual.interpolate,
    path: `storyboard[${index}].${'background' in (shot.visual ?? {}) ? 'visual.background' : 'visual'}.interpolate`,
    name: 'between',
    ...fill,
  };
  if (clip === undefined || range === undefined) {
    upscaledClip(input, { pictures: undefined, asked: visual.upscale, shown: 1, slowed: false, ...fill });
    interpolatedClip(input, { pictures: undefined, ...between });
    return undefined;
  }
  const still = input.shot.motion === undefined && !held ? moveOf('none', { fallback: 'none', focus: visual.focus }) : move;
  const crop = clipCrop(visual, clip);
  const along = { fromMs: round((range.start * 1000) / range.rate), speed: visual.speed };
  const toMs = visual.to === undefined ? null : millisecondsOf(visual.to, fps);
  // Whoever says which part to show has framed it.
  const framing = held || crop !== null ? { track: null, credits: [] } : frameClip(input, { visual, clip, toMs, ...along });
  const { track, credits } = framing ?? { track: null, credits: [] };
  const picture = crop ?? clip;
  const place =
    track === null
      ? placePicture({ picture, frame: size, move: still, untilFrame, fit: visual.fit })
      : placeTracked({ clip, frame: size, move: still, untilFrame, fps, track, ...along });
  const whole = framing === undefined ? foreseenPictures(wholeClip(clip, range)) : wholeClip(clip, range);
  const slowed = isInterpolated(visual.interpolate, range.step);
  const shown = place.prepared.width / picture.width;
  const large = upscaledClip(input, { pictures: whole, asked: visual.upscale, shown, slowed, ...fill });
  const smooth = interpolatedClip(input, { pictures: large?.what, ...between });
  const pictures = smooth && madePictures(smooth.pictures);
  if (large === undefined || smooth === undefined || pictures === undefined) return undefined;
  const source = {
    ...clipSource({ clip, range: pictures.range }),
    crop: clipCrop(visual, pictures),
    filters: filtersOf(input, size),
    ...place.prepared,
  };
  return {
    layers: pieceLayers({ pictures, source, place, ...fill }),
    credits: [...credits, ...large.credits, ...smooth.credits],
    warnings: [...large.warnings, ...smooth.warnings],
  };
}

/** What of a clip's source does not depend on where it stands. */
export function clipSource({ clip, range }: { readonly clip: ClipMedia; readonly range: ClipRange }) {
  const { rate, start, step, frames, lastFrame, blend } = range;
  return {
    type: 'clip' as const,
    asset: clip.asset.digest,
    rate,
    start,
    step,
    heldFrame: frames - 1,
    lastFrame,
    blend,
    crop: null,
    alpha: false,
    shadow: 'none' as const,
  };
}
