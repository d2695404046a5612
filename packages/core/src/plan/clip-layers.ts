import type { Film, Shot } from '@filmwright/contracts';
import { framesOf, millisecondsOf } from '../film/frames.ts';
import { frameClip, placeTracked } from './frame-clip.ts';
import { type Move, moveOf, placePicture, round } from './motion.ts';
import type { Uploads } from './uploads.ts';
import { type Background, filtersOf, placedLayer, type VisualInput, type VisualLayers } from './visual-input.ts';

type ClipVisual = Extract<Background, { readonly clip: string }>;

/** A clip that fills the frame; undefined while it is being looked at. `held`: the move is not the shot's own. */
export function clipLayers(
  input: VisualInput,
  { visual, move, held }: { readonly visual: ClipVisual; readonly move: Move; readonly held: boolean },
): VisualLayers {
  const { size, untilFrame, film } = input;
  const clip = input.uploads.media(visual.clip, 'clip');
  if (clip === undefined) return undefined;
  const still = input.shot.motion === undefined && !held ? moveOf('none', { fallback: 'none', focus: visual.focus }) : move;
  const fromMs = round(millisecondsOf(visual.from, film.format.fps));
  const framing = held ? { track: null, credits: [] } : frameClip(input, { visual, clip, fromMs, speed: 1 });
  if (framing === undefined) return undefined;
  const { track, credits } = framing;
  const at = { clip, frame: size, move: still, untilFrame, fps: film.format.fps, fromMs, speed: 1 };
  const place =
    track === null
      ? placePicture({ picture: clip, frame: size, move: still, untilFrame, fit: visual.fit })
      : placeTracked({ ...at, track });
  const source = {
    type: 'clip' as const,
    asset: clip.asset.digest,
    fromMs,
    filters: filtersOf(input, size),
    ...place.prepared,
  };
  return { layers: [placedLayer(source, { place, untilFrame })], credits };
}

/** Milliseconds of a shot's clip from where it starts, or null if the shot has none or it is not probed yet. */
export function clipLengthMs({
  film,
  shot,
  uploads,
}: {
  readonly film: Film;
  readonly shot: Shot;
  readonly uploads: Uploads;
}): number | null {
  const visual = shot.visual === undefined ? undefined : 'background' in shot.visual ? shot.visual.background : shot.visual;
  if (visual === undefined || !('clip' in visual)) return null;
  const clip = uploads.media(visual.clip, 'clip');
  return clip === undefined ? null : Math.max(500, clip.durationMs - (framesOf(visual.from, film.format.fps) * 1000) / film.format.fps);
}
