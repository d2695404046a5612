import type { Credit, Path, SubjectSample } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { eased } from '../film/path-at.ts';
import { followSubject, type TrackPoint } from './follow-subject.ts';
import { finders, hasOwnViews, isCropped, shownShare } from './framing.ts';
import { type Move, type Placement, placePicture, round } from './motion.ts';
import { ranks } from './planner.ts';
import type { VisualInput } from './visual-input.ts';

/** A clip is looked at in pieces of this length, so that a shot that moves in it asks for few new ones. */
const pieceMs = 20_000;
/** A piece begins so much earlier, to see a cut at its start. */
const overlapMs = 250;
const everyMs = 500;

export type ClipToFrame = {
  readonly visual: { readonly fit: 'cover' | 'contain'; readonly focus?: readonly [number, number] | undefined };
  readonly clip: Size & { readonly asset: { readonly digest: string }; readonly durationMs: number; readonly fps: number };
  /** Where in the clip the shot starts, and milliseconds of the clip for one of the film. */
  readonly fromMs: number;
  readonly speed: number;
  /** Where in the clip it stands still, when the document says so. */
  readonly toMs: number | null;
};

/** How the view of a clip follows what it shows; null where it is not cropped or the document says what to show. */
export type ClipFraming = { readonly track: readonly TrackPoint[] | null; readonly credits: readonly Credit[] };

const unframed: ClipFraming = { track: null, credits: [] };

/** What of a clip to show along a shot, asked for where it is cropped and the document names no focus; undefined while it is looked for. */
export function frameClip(
  input: Pick<VisualInput, 'planner' | 'models' | 'address' | 'index' | 'size' | 'shot' | 'untilFrame' | 'film'>,
  { visual, clip, fromMs, speed, toMs }: ClipToFrame,
): ClipFraming | undefined {
  const { planner, models, address, index, size, untilFrame, film } = input;
  const own = visual.focus !== undefined || hasOwnViews(input.shot.motion);
  if (visual.fit !== 'cover' || own || models.length === 0 || !isCropped(clip, size)) return unframed;
  const untilMs = Math.min(clip.durationMs, toMs ?? clip.durationMs, fromMs + ((untilFrame * 1000) / film.format.fps) * speed);
  const first = Math.floor(Math.min(fromMs, clip.durationMs - 1) / pieceMs);
  const last = Math.max(first, Math.ceil(untilMs / pieceMs) - 1);
  const found = Array.from({ length: last - first + 1 }, (_, at) => {
    const start = (first + at) * pieceMs;
    const range = { fromMs: Math.max(0, start - overlapMs), untilMs: Math.min(clip.durationMs, start + pieceMs), everyMs, fps: clip.fps };
    return planner.ask({
      address: `${address}/subject/${first + at}`,
      kind: 'find-subject',
      stage: 'prepare',
      shot: index,
      rank: ranks.awaited,
      estimateMs: 600 + (range.untilMs - range.fromMs) * 0.15,
      payload: { media: clip.asset.digest, clip: range, models: finders(models, undefined) },
    });
  });
  if (found.some((one) => one === undefined)) return undefined;
  const samples = found.flatMap((one) => one?.samples ?? []).sort((a, b) => a.atMs - b.atMs) as readonly SubjectSample[];
  const cutsMs = [...new Set(found.flatMap((one) => one?.cutsMs ?? []))].sort((a, b) => a - b);
  const track = followSubject({ samples, cutsMs, fromMs, untilMs, shown: shownShare(clip, size) });
  return { track, credits: [...new Map(found.flatMap((one) => one?.credits ?? []).map((credit) => [credit.name, credit])).values()] };
}

export type PlaceTracked = {
  readonly clip: Size;
  readonly frame: Size;
  readonly move: Move;
  readonly untilFrame: number;
  readonly track: readonly TrackPoint[];
  readonly fromMs: number;
  readonly speed: number;
  readonly fps: number;
};

/** Places a clip that covers the frame so that its view follows a track, with a move of the shot on top of it. */
export function placeTracked({ clip, frame, move, untilFrame, track, fromMs, speed, fps }: PlaceTracked): Placement {
  const [still] = track;
  const moves = move.from.zoom !== move.to.zoom || move.from.x !== move.to.x || move.from.y !== move.to.y;
  const shown = shownShare(clip, frame);
  const around = (point: { readonly x: number; readonly y: number }, view: Move['from']) => ({
    zoom: view.zoom,
    x: point.x + (view.x - 0.5) * shown.x,
    y: point.y + (view.y - 0.5) * shown.y,
  });
  if (still === undefined || track.length === 1) {
    const point = still ?? { x: 0.5, y: 0.5 };
    return placePicture({
      picture: clip,
      frame,
      untilFrame,
      fit: 'cover',
      move: { ...move, from: around(point, move.from), to: around(point, move.to) },
    });
  }
  const viewAt = (share: number): Move['from'] => ({
    zoom: move.from.zoom + (move.to.zoom - move.from.zoom) * share,
    x: move.from.x + (move.to.x - move.from.x) * share,
    y: move.from.y + (move.to.y - move.from.y) * share,
  });
  const top = Math.max(move.from.zoom, move.to.zoom);
  const keys = keysOf(track, { fromMs, speed, fps, untilFrame, often: moves });
  const places = keys.map(({ frame: at, x, y }) => {
    const view = around({ x, y }, viewAt(eased(Math.min(1, Math.max(0, at / Math.max(1, untilFrame))), move.ease)));
    // A still placement at this view says where the clip stands; the prepared size is that of the largest zoom.
    const place = placePicture({ picture: clip, frame, untilFrame: 0, fit: 'cover', move: { ...move, from: view, to: view } });
    return { at, x: place.x[0]?.value ?? 0, y: place.y[0]?.value ?? 0, scale: view.zoom / top };
  });
  const whole = placePicture({
    picture: clip,
    frame,
    untilFrame: 0,
    fit: 'cover',
    move: { ...move, from: { zoom: top, x: 0.5, y: 0.5 }, to: { zoom: top, x: 0.5, y: 0.5 } },
  });
  const pathOf = (value: (place: (typeof places)[number]) => number): Path =>
    thinned(places.map((place) => ({ frame: place.at, value: round(value(place)), ease: 'linear' as const })));
  return {
    prepared: whole.prepared,
    x: pathOf(({ x }) => x),
    y: pathOf(({ y }) => y),
    scale: moves ? pathOf(({ scale }) => scale) : whole.scale,
  };
}

type KeysOf = {
  readonly fromMs: number;
  readonly speed: number;
  readonly fps: number;
  readonly untilFrame: number;
  readonly often: boolean;
};

/** Track points as keys of shot-relative frames; a cut is two keys on neighbouring frames. */
function keysOf(track: readonly TrackPoint[], { fromMs, speed, fps, untilFrame, often }: KeysOf) {
  const frameAt = (atMs: number): number => Math.round(((atMs - fromMs) / speed) * (fps / 1000));
  const keys: { frame: number; x: number; y: number }[] = [];
  for (const { atMs, x, y, cut } of track) {
    const frame = Math.min(untilFrame, Math.max(0, frameAt(atMs)));
    while ((keys.at(-1)?.frame ?? -1) >= frame) keys.pop();
    const before = keys.at(-1);
    if (cut && before !== undefined && before.frame < frame - 1) keys.push({ ...before, frame: frame - 1 });
    keys.push({ frame, x, y });
  }
  if (!often) return keys;
  // A zoom of the shot itself goes on between the points of the track.
  const step = Math.max(1, Math.round(fps / 4));
  return keys.flatMap((key, at) => {
    const next = keys[at + 1] ?? { ...key, frame: untilFrame };
    const between = Array.from({ length: Math.max(0, Math.ceil((next.frame - key.frame) / step) - 1) }, (_, number) => {
      const frame = key.frame + (number + 1) * step;
      const share = (frame - key.frame) / (next.frame - key.frame);
      return { frame, x: key.x + (next.x - key.x) * share, y: key.y + (next.y - key.y) * share };
    });
    return [key, ...between, ...(keys[at + 1] === undefined && next.frame > key.frame ? [next] : [])];
  });
}

/** Keys without those between two of the same value. */
function thinned(path: Path): Path {
  return path.filter(
    (key, at) => at === 0 || key.value !== path[at - 1]?.value || (path[at + 1] !== undefined && path[at + 1]?.value !== key.value),
  );
}
