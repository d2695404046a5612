import { type Issue, type Output, readModelRef, type Visual } from '@filmwright/contracts';
import { problemAt, warningAt } from '../film/issues.ts';
import { chooseCutOut } from './choose-cut-out.ts';
import { clipSource } from './clip-layers.ts';
import { type ClipFill, madePictures, pieceLayers, shownFrames } from './clip-pieces.ts';
import { type ClipMedia, type ClipRange, clipCrop, clipRange } from './clip-range.ts';
import { peopleModel } from './framing.ts';
import { interpolatedClip } from './interpolate.ts';
import { ranks } from './planner.ts';
import { isCutOff, placeSubject, shadowOf } from './subject-place.ts';
import { filtersOf, type VisualInput, type VisualLayers } from './visual-input.ts';

type Subject = Extract<Extract<Visual, { readonly subject: unknown }>['subject'], { readonly clip: string }>;
type Cut = Output<'cutout-clip'>;

/** Pieces of this many seconds are cut out each by itself, so that runners share a clip and a lost attempt loses little. */
const pieceSeconds = 4;
/** Below the first share of frames with somebody in them the film is not made; below the second it is told. */
const leastFound = 0.5;
const mostlyFound = 0.9;

/** A range of clip frames that is one task; `frames` holds one more than `untilFrame` where there is one, for slow motion across the seam. */
type Piece = { readonly firstFrame: number; readonly untilFrame: number; readonly frames: number };

/** A subject cut out of a clip, as layers that stand before a background; undefined while it is being cut out. */
export function clipSubjectLayers(input: VisualInput, subject: Subject): VisualLayers {
  const { uploads, film, planner, address, index, untilFrame, size } = input;
  const clip = uploads.media(subject.clip, 'clip');
  const range = clip === undefined ? undefined : clipRange(subject, { clip, fps: film.format.fps });
  const pieces = range === undefined ? [] : piecesOf(range, { untilFrame, loop: subject.loop });
  const model = chooseCutOut(input, {
    wanted: subject.cutOut,
    media: clip?.asset.digest,
    clip: clip && shownPart(pieces, { subject, clip }),
  });
  const ask = (piece: Piece | undefined, at: number): Cut | undefined =>
    planner.ask({
      address: `${address}/cutout/${at}`,
      kind: 'cutout-clip',
      stage: 'prepare',
      shot: index,
      rank: ranks.awaited,
      estimateMs: (piece?.frames ?? 120) * 600,
      payload:
        clip === undefined || piece === undefined || model === undefined
          ? undefined
          : {
              clip: clip.asset.digest,
              model,
              rate: clip.fps,
              firstFrame: piece.firstFrame,
              frames: piece.frames,
              crop: clipCrop(subject, clip),
            },
    });
  if (clip === undefined || range === undefined) {
    ask(undefined, 0);
    return undefined;
  }
  const cuts = pieces.map(ask);
  if (model === undefined || !cuts.every((cut) => cut !== undefined)) return undefined;
  const cutOut = {
    ...{ width: clip.width, height: 2 * clip.height, range },
    pieces: pieces.map((piece, at) => ({ ...piece, asset: cuts[at]?.asset.digest ?? '' })),
  };
  const credits = cuts.slice(0, 1).map(({ credit }) => credit);
  const warnings = findings(cuts, {
    subject,
    people: readModelRef(model).name === peopleModel,
    path: `storyboard[${index}].visual.subject`,
  });
  const box = aroundAll(cuts);
  if (box === null || warnings.some(({ severity }) => severity === 'error')) return { layers: [], credits, warnings };
  const smooth = interpolatedClip(input, {
    pictures: cutOut,
    asked: subject.interpolate,
    path: `storyboard[${index}].visual.subject.interpolate`,
    name: 'cutout/between',
    ...{ loop: subject.loop, untilFrame },
  });
  const pictures = smooth && madePictures(smooth.pictures);
  if (smooth === undefined || pictures === undefined) return undefined;
  const cutOff = isCutOff({ picture: cuts[0] ?? clip, box });
  const { prepared, place } = placeSubject(input, { subject, picture: box, box: { ...box, x: 0, y: 0 }, cutOff });
  const filters = { ...filtersOf(input, size), blurPx: 0 };
  const source = {
    ...clipSource({ clip, range: pictures.range }),
    crop: box,
    alpha: true,
    shadow: shadowOf(subject, { cutOff }),
    filters,
    ...prepared,
  };
  return {
    layers: pieceLayers({ pictures, source, place, loop: subject.loop, untilFrame }),
    credits: [...credits, ...smooth.credits],
    warnings: [...warnings, ...smooth.warnings],
  };
}

/** The pieces of a range that a shot shows, on a grid of the clip's own frames, so that shots which show the same share them. */
function piecesOf(range: ClipRange, fill: ClipFill): readonly Piece[] {
  const length = pieceSeconds * Math.max(1, Math.round(range.rate));
  const { first, until: seen } = shownFrames(range, fill);
  const end = range.lastFrame + 1;
  const from = Math.floor(first / length);
  return Array.from({ length: Math.ceil(seen / length) - from }, (_, at) => {
    const firstFrame = Math.max(first, (from + at) * length);
    const until = Math.min(end, (from + at + 1) * length);
    return { firstFrame, untilFrame: until, frames: Math.min(until + 1, end) - firstFrame };
  });
}

/** What of a clip its pieces hold, to be looked at. */
function shownPart(pieces: readonly Piece[], { subject, clip }: { readonly subject: Subject; readonly clip: ClipMedia }) {
  const [first, last] = [pieces[0]?.firstFrame ?? 0, pieces.at(-1)?.untilFrame ?? 1];
  const crop = clipCrop(subject, clip);
  const atMs = (frame: number): number => (frame * 1000) / clip.fps;
  return { fromMs: atMs(first), untilMs: atMs(last), fps: clip.fps, ...(crop && { crop }) };
}

/** The box that holds the subject in every piece, of even sides and places as a picture at half colour needs them. */
function aroundAll(cuts: readonly Cut[]) {
  const boxes = cuts.flatMap(({ subject }) => (subject === null ? [] : [subject]));
  if (boxes.length === 0) return null;
  const down = (value: number): number => 2 * Math.floor(value / 2);
  const up = (value: number): number => 2 * Math.ceil(value / 2);
  const x = down(Math.min(...boxes.map((box) => box.x)));
  const y = down(Math.min(...boxes.map((box) => box.y)));
  const right = up(Math.max(...boxes.map((box) => box.x + box.width)));
  const bottom = up(Math.max(...boxes.map((box) => box.y + box.height)));
  return { x, y, width: right - x, height: bottom - y };
}

type Finding = { readonly subject: Subject; readonly people: boolean; readonly path: string };

/** Tells of frames in which nothing was found. */
function findings(cuts: readonly Cut[], { subject, people, path }: Finding): readonly Issue[] {
  const frames = cuts.reduce((sum, cut) => sum + cut.frames, 0);
  const share = cuts.reduce((sum, cut) => sum + cut.found, 0) / Math.max(1, frames);
  if (share >= mostlyFound) return [];
  const found = `${Math.round(share * 100)} % of the frames`;
  const told = share < leastFound ? problemAt : warningAt;
  return [
    told(`${path}.cutOut`, {
      code: 'subject-not-found',
      message: `The model found ${people ? 'a person' : 'something to cut out'} in ${found} of ${JSON.stringify(subject.clip)} only; where it found nothing, nothing is shown.`,
      found,
      wanted: `at least ${Math.round((share < leastFound ? leastFound : mostlyFound) * 100)} %`,
      next: 'Take another part of the clip with `from` and `to`, show less of it with `crop`, or name another model in `cutOut`.',
    }),
  ];
}
