import type { Finish, Layer, Shot, Visual } from '@filmwright/contracts';
import { chooseCutOut } from './choose-cut-out.ts';
import { clipLayers } from './clip-layers.ts';
import { clipSubjectLayers } from './clip-subject.ts';
import { framedMove, framePicture, unframed } from './framing.ts';
import { generatedLayers } from './generate-layers.ts';
import { defaultMotion, type Move, moveOf, placePicture, steady } from './motion.ts';
import { pictureLayers } from './picture-layers.ts';
import { ranks } from './planner.ts';
import { isCutOff, placeSubject, shadowOf } from './subject-place.ts';
import { upscaledPicture } from './upscaled-picture.ts';
import { type Background, filtersOf, placedLayer, type VisualInput, type VisualLayers } from './visual-input.ts';

type Staged = Extract<Visual, { readonly subject: unknown }>;

/** The visual of a shot as layers; a shot without one stands on the brand's backdrop. */
export function planVisual(input: VisualInput): VisualLayers {
  const visual = input.shot.visual ?? { backdrop: 'halo' as const };
  if ('subject' in visual) return stagedLayers(input, visual);
  return 'figures' in visual
    ? backgroundLayers(input, { visual: visual.background, staged: true })
    : backgroundLayers(input, { visual, staged: false });
}

/** Name of a shot's picture file, for choosing its default move. */
function fileOf(visual: Background): string {
  return 'picture' in visual
    ? visual.picture
    : 'clip' in visual
      ? visual.clip
      : 'generate' in visual
        ? visual.generate.prompt
        : visual.backdrop;
}

type MoveFor = { readonly visual: Background; readonly staged: boolean; readonly focus?: readonly [number, number] | undefined };

function moveFor({ shot }: VisualInput, { visual, staged, focus }: MoveFor): Move {
  const fallback = staged ? 'zoom-in' : 'picture' in visual || 'generate' in visual ? defaultMotion(fileOf(visual), shot.take) : 'none';
  const move = moveOf(shot.motion, { fallback, focus: focus ?? ('focus' in visual ? visual.focus : undefined) });
  if (!staged) return move;
  // What stands behind a subject moves less than the subject: the difference is the parallax.
  const share = 1 - move.parallax * 0.7;
  const calm = (view: Move['from']): Move['from'] => ({
    zoom: 1 + (view.zoom - 1) * share,
    x: 0.5 + (view.x - 0.5) * share,
    y: 0.5 + (view.y - 0.5) * share,
  });
  return { ...move, from: calm(move.from), to: calm(move.to) };
}

export type BackgroundInput = {
  readonly visual: Background;
  /** Something stands before it. */
  readonly staged: boolean;
  /** In place of the shot's own motion. */
  readonly move?: Move;
};

/** A picture, clip or backdrop that fills the frame. */
export function backgroundLayers(input: VisualInput, { visual, staged, move: given }: BackgroundInput): VisualLayers {
  const { size, untilFrame } = input;
  const move = given ?? moveFor(input, { visual, staged });
  if ('backdrop' in visual) {
    const place = placePicture({ picture: size, frame: size, move, untilFrame, fit: 'cover' });
    const { background, primary, accent } = input.film.brand.colors;
    const source = {
      type: 'backdrop' as const,
      design: visual.backdrop,
      colors: visual.colors ?? [background, accent, primary],
      ...place.prepared,
    };
    return { layers: [placedLayer(source, { place, untilFrame })], credits: [] };
  }
  if ('clip' in visual) return clipLayers(input, { visual, move, held: given !== undefined });
  if ('generate' in visual) return generatedLayers(input, { visual, move, held: given !== undefined });
  const picture = input.uploads.media(visual.picture, 'picture');
  // What is behind something else, or moved by a camera, is not what is looked at.
  const framing = picture === undefined || staged || given !== undefined ? unframed : framePicture(input, { visual, picture });
  if (picture === undefined || framing === undefined) {
    upscaledPicture(input, { show: undefined, asked: visual.upscale });
    return undefined;
  }
  const { keep, credits, warnings } = framing;
  const framed =
    keep === null
      ? move
      : framedMove(moveFor(input, { visual, staged, focus: keep.point }), {
          keep,
          picture,
          frame: size,
          asked: input.shot.motion !== undefined,
        });
  const large = upscaledPicture(input, { show: { picture, visual, move: framed }, asked: visual.upscale });
  if (large === undefined) return undefined;
  return {
    layers: pictureLayers(input, large.what),
    credits: [...credits, ...large.credits],
    warnings: [...warnings, ...large.warnings],
  };
}

function stagedLayers(input: VisualInput, visual: Staged): VisualLayers {
  const { size, untilFrame, planner, uploads, address, index } = input;
  const behind = backgroundLayers(input, { visual: visual.background, staged: true });
  const { subject } = visual;
  if ('clip' in subject) {
    const cut = clipSubjectLayers(input, subject);
    if (behind === undefined || cut === undefined) return undefined;
    return {
      layers: [...behind.layers, ...cut.layers],
      credits: [...behind.credits, ...cut.credits],
      warnings: [...(behind.warnings ?? []), ...(cut.warnings ?? [])],
    };
  }
  const picture = uploads.media(subject.picture, 'picture');
  const model =
    picture === undefined
      ? undefined
      : subject.cutOut === 'auto' && picture.hasAlpha
        ? 'alpha'
        : chooseCutOut(input, { wanted: subject.cutOut, media: picture.asset.digest, clip: null });
  const cut = planner.ask({
    address: `${address}/cutout`,
    kind: 'cutout',
    stage: 'prepare',
    shot: index,
    rank: ranks.awaited,
    estimateMs: model === 'alpha' ? 600 : 4000,
    payload: picture === undefined || model === undefined ? undefined : { picture: picture.asset.digest, model },
  });
  if (behind === undefined || cut === undefined) return undefined;
  // A picture that comes cut out may be trimmed to what it shows.
  const cutOff = model !== 'alpha' && isCutOff({ picture: cut, box: cut.subject });
  const { prepared, place } = placeSubject(input, { subject, picture: cut, box: cut.subject, cutOff });
  const source = {
    type: 'picture' as const,
    asset: cut.asset.digest,
    alpha: true,
    shadow: shadowOf(subject, { cutOff }),
    filters: { ...filtersOf(input, size), blurPx: 0 },
    ...prepared,
  };
  return {
    layers: [...behind.layers, placedLayer(source, { place, untilFrame })],
    credits: cut.credit === null ? behind.credits : [...behind.credits, cut.credit],
  };
}

/** Filters on the finished frame of a shot. */
export function finishOf(shot: Shot): Finish {
  return { vignette: shot.filters?.vignette ?? 0, grain: shot.filters?.grain ?? 0, seed: 1 };
}

/** The brand's logo in the top right corner, if it has one; undefined while it is being probed. */
export function logoLayer({
  film,
  size,
  uploads,
  untilFrame,
}: Pick<VisualInput, 'film' | 'size' | 'uploads' | 'untilFrame'>): Layer | null | undefined {
  if (film.brand.logo === undefined) return null;
  const logo = uploads.media(film.brand.logo, 'picture');
  if (logo === undefined) return undefined;
  const short = Math.min(size.width, size.height);
  const height = Math.min(short * 0.055, (size.width * 0.22 * logo.height) / logo.width);
  const prepared = { width: Math.max(2, Math.round((height * logo.width) / logo.height)), height: Math.max(2, Math.round(height)) };
  const place = {
    x: steady(Math.round(size.width * 0.945) - prepared.width / 2),
    y: steady(Math.round(size.height * 0.075) + prepared.height / 2),
    scale: steady(1),
  };
  const source = {
    type: 'picture' as const,
    asset: logo.asset.digest,
    alpha: logo.hasAlpha,
    shadow: 'none' as const,
    filters: { look: null, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 },
    ...prepared,
  };
  return placedLayer(source, { place, untilFrame });
}
