import { type Credit, findModelRef, type Issue, type ShareBox, type SubjectSample } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { warningAt } from '../film/issues.ts';
import type { Move, View } from './motion.ts';
import { ranks } from './planner.ts';
import type { VisualInput } from './visual-input.ts';

/** What of a picture must stay in view, in shares of it: the middle of the view goes to `point`, all of `box` is shown where it has room, and `head` before all else. */
export type Keep = { readonly point: readonly [number, number]; readonly box: ShareBox | null; readonly head: ShareBox | null };
/** How a picture is cropped; `keep` is null where nothing is known of it or the document says itself what to show. */
export type Framing = { readonly keep: Keep | null; readonly credits: readonly Credit[]; readonly warnings: readonly Issue[] };

/** A crop that loses less of a picture than this is left in the middle: nobody misses it. */
const leastLost = 0.06;
/** Below this confidence the middle is as good a guess. */
const leastConfidence = 0.2;
/** From this confidence on, all of what strikes the eye is worth keeping in view, not its middle alone. */
const surely = 0.5;
/** The model that finds people; it comes along and takes a fraction of the time of the others. */
export const peopleModel = 'selfie-segmentation';
/** Those that find the main object whatever it is, best first. */
const objectModels = ['isnet', 'u2netp'] as const;

/** Nothing is known of the picture, and nothing asked. */
export const unframed: Framing = { keep: null, credits: [], warnings: [] };

/** Share of a picture's width and height that covers a frame. */
export function shownShare(picture: Size, frame: Size): { readonly x: number; readonly y: number } {
  const scale = Math.max(frame.width / picture.width, frame.height / picture.height);
  return { x: Math.min(1, frame.width / (picture.width * scale)), y: Math.min(1, frame.height / (picture.height * scale)) };
}

/** Whether covering a frame cuts off enough of a picture to look for what it shows. */
export function isCropped(picture: Size, frame: Size): boolean {
  const shown = shownShare(picture, frame);
  return 1 - shown.x * shown.y > leastLost;
}

export type PictureToFrame = {
  readonly visual: { readonly picture: string; readonly fit: 'cover' | 'contain'; readonly focus?: readonly [number, number] | undefined };
  readonly picture: Size & { readonly asset: { readonly digest: string }; readonly hasAlpha: boolean };
};
type FrameInput = Pick<VisualInput, 'planner' | 'models' | 'address' | 'index' | 'size' | 'shot'>;

/** What of a still to show in the frame, asked for where it is cropped and the document names no focus; undefined while it is looked for. Without models nothing is asked. */
export function framePicture(input: FrameInput, { visual, picture }: PictureToFrame): Framing | undefined {
  const { planner, models, address, index, size } = input;
  const own = visual.focus !== undefined || hasOwnViews(input.shot.motion);
  if (visual.fit !== 'cover' || own || picture.hasAlpha || models.length === 0 || !isCropped(picture, size)) return unframed;
  const objects = objectModels.map((name) => findModelRef(models, name)).find((ref) => ref !== undefined);
  const found = planner.ask({
    address: `${address}/subject`,
    kind: 'find-subject',
    stage: 'prepare',
    shot: index,
    rank: ranks.awaited,
    estimateMs: objects === undefined ? 700 : 2500,
    payload: { media: picture.asset.digest, clip: null, models: finders(models, objects) },
  });
  if (found === undefined) return undefined;
  const [sample] = found.samples;
  const keep = keepOf(sample) ?? { point: middleOf(picture), box: null, head: null };
  const path = `storyboard[${index}].visual.picture`;
  return {
    keep,
    credits: found.credits,
    warnings: sample === undefined ? [] : tooWide(sample, { shown: shownShare(picture, size), path }),
  };
}

/** The models to ask: people first, then the best for any object. */
export function finders(models: readonly string[], objects: string | undefined): readonly string[] {
  return [findModelRef(models, peopleModel), objects].filter((ref) => ref !== undefined);
}

/** Views that the document gives itself are shown as they are. */
export function hasOwnViews(motion: VisualInput['shot']['motion']): boolean {
  return typeof motion === 'object' && (motion.from !== undefined || motion.to !== undefined);
}

/** The middle of a picture; a little higher in one that is taller than wide, where heads are. */
function middleOf({ width, height }: Size): readonly [number, number] {
  return [0.5, height > width ? 0.42 : 0.5];
}

/** What to keep of what was found; null where it is a guess. */
export function keepOf(sample: SubjectSample | undefined): Keep | null {
  if (sample === undefined || sample.confidence < leastConfidence) return null;
  const certain = sample.kind === 'people' || sample.kind === 'object' || sample.confidence >= surely;
  return { point: sample.point, box: certain ? sample.box : null, head: sample.head };
}

/** A view's middle along one side, moved as little as it takes to keep the subject inside and the view on the picture; `shown` is the share of the side that the view shows. */
function kept(
  middle: number,
  { shown, box, head }: { readonly shown: number; readonly box: Span | null; readonly head: Span | null },
): number {
  const half = shown / 2;
  let at = middle;
  if (box !== null && box.until - box.from <= shown) at = Math.min(box.from + half, Math.max(box.until - half, at));
  if (head !== null) {
    const room = Math.max(0, Math.min(shown * 0.06, (shown - (head.until - head.from)) / 2));
    const [low, high] = [head.until + room - half, head.from - room + half];
    at = low <= high ? Math.min(high, Math.max(low, at)) : (head.from + head.until) / 2;
  }
  return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, at));
}

type Span = { readonly from: number; readonly until: number };
const across = (box: ShareBox | null): Span | null => (box === null ? null : { from: box.x, until: box.x + box.width });
const down = (box: ShareBox | null): Span | null => (box === null ? null : { from: box.y, until: box.y + box.height });

/** A view moved so that what must be kept is in it, never past the ends of the picture. */
export function keepInView(
  view: View,
  { keep, shown }: { readonly keep: Keep; readonly shown: { readonly x: number; readonly y: number } },
): View {
  return {
    zoom: view.zoom,
    x: kept(view.x, { shown: shown.x / view.zoom, box: across(keep.box), head: across(keep.head) }),
    y: kept(view.y, { shown: shown.y / view.zoom, box: down(keep.box), head: down(keep.head) }),
  };
}

/** A move around what a picture shows: no further than the frame sees of it, with the subject in view at both ends. One that comes to a stand becomes a gentle zoom unless the document asked for it. */
export function framedMove(move: Move, { keep, picture, frame, asked }: FramedMove): Move {
  const shown = shownShare(picture, frame);
  const [px, py] = keep.point;
  const near = (view: View): View =>
    keepInView({ zoom: view.zoom, x: px + (view.x - px) * shown.x, y: py + (view.y - py) * shown.y }, { keep, shown });
  const framed = { ...move, from: near(move.from), to: near(move.to) };
  const wanted = Math.hypot(move.to.x - move.from.x, move.to.y - move.from.y);
  const left = Math.hypot((framed.to.x - framed.from.x) / shown.x, (framed.to.y - framed.from.y) / shown.y);
  const stands = Math.abs(move.to.zoom - move.from.zoom) < 0.01 && wanted > 0.01 && left < wanted * 0.25;
  if (asked || !stands) return framed;
  return { ...move, from: near({ zoom: 1, x: px, y: py }), to: near({ zoom: 1.08, x: px, y: py }) };
}
type FramedMove = {
  readonly keep: Keep;
  readonly picture: Size;
  readonly frame: Size;
  /** The document names the motion. */
  readonly asked: boolean;
};

/** Tells of a subject that the frame cannot show whole. */
function tooWide(
  sample: SubjectSample,
  { shown, path }: { readonly shown: { readonly x: number; readonly y: number }; readonly path: string },
): readonly Issue[] {
  if (sample.confidence < surely || (sample.kind !== 'people' && sample.kind !== 'object')) return [];
  // Of people the heads are enough.
  const must = sample.head ?? sample.box;
  const sides = [
    { what: 'wider', size: must.width, room: shown.x },
    { what: 'taller', size: must.height, room: shown.y },
  ] as const;
  const cut = sides.find(({ size, room }) => room < 0.999 && size > room * 1.08);
  if (cut === undefined) return [];
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return [
    warningAt(path, {
      code: 'subject-cut',
      message: `The subject is ${cut.what} than this shape of the frame shows: it takes ${percent(cut.size)} of the picture, of which ${percent(cut.room)} fit in; its middle is shown.`,
      found: percent(cut.size),
      wanted: `at most ${percent(cut.room)}`,
      next: 'Give another picture for this shape under `aspects`, write `fit: contain`, or name a `focus`.',
    }),
  ];
}
