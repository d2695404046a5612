import { type Issue, type TimelineShot, type TransitionKind, transitionKinds } from '@filmwright/contracts';
import { framesOf } from '../film/frames.ts';
import { shown, warningAt } from '../film/issues.ts';
import type { MediaNames } from './media-names.ts';
import { memberOf, unitsAt } from './otio-values.ts';
import type { ReadClip, ReadGap, ReadTransition } from './read-tracks.ts';
import { faster, laterFrom, lengthText, type RawShot, withoutKeys } from './shot-edits.ts';

export type TakeShots = {
  readonly pieces: readonly (ReadClip | ReadGap)[];
  readonly fps: number;
  /** Shots as they were laid out, and as the document writes each; both empty for a timeline that is not ours. */
  readonly shots: readonly TimelineShot[];
  readonly shotOf: (clip: ReadClip) => TimelineShot | undefined;
  readonly rawOf: (index: number) => RawShot | undefined;
  readonly media: MediaNames;
  /** Whether a sound track plays this file. */
  readonly isHeard: (url: string) => boolean;
  readonly issues: Issue[];
};

type Entered = { readonly kind: TransitionKind; readonly frames: number } | null;
type KnownCut = {
  readonly shot: TimelineShot;
  readonly from: number;
  readonly frames: number;
  readonly entered: Entered;
  readonly clip: ReadClip;
};
type NewCut = { readonly url: string; readonly frames: number; readonly entered: Entered; readonly clip: ReadClip };
type GapCut = { readonly gap: ReadGap; readonly frames: number; readonly entered: Entered };
type Cut = KnownCut | NewCut | GapCut;

/** A shot with its place in the storyboard before; null for a new one. */
export type TakenShot = { readonly shot: RawShot; readonly index: number | null };

/** The storyboard that a picture track shows. A shot that was not touched is the very one of the document. */
export function takeShots(input: TakeShots): readonly TakenShot[] {
  const cuts = joined(input.pieces.flatMap((piece) => cutOf(piece, input)));
  while (cuts.length > 0 && 'gap' in (cuts.at(-1) as Cut)) cuts.pop();
  const seen = new Set<number>();
  return cuts.flatMap((cut, at): readonly TakenShot[] => {
    if ('gap' in cut) return [{ shot: blackShot(cut, input), index: null }];
    if ('url' in cut) return [{ shot: newShot(cut, { ...input, first: at === 0 }), index: null }];
    const raw = input.rawOf(cut.shot.index);
    if (raw === undefined) return [];
    const again = seen.has(cut.shot.index);
    seen.add(cut.shot.index);
    const shot = entering(trimmed(raw, { cut, input }), { cut, raw, first: at === 0, input });
    const timed = warped(shot, { cut, input });
    return [{ shot: again ? repeated(timed, { cut, input }) : timed, index: cut.shot.index }];
  });
}

function cutOf(piece: ReadClip | ReadGap, input: TakeShots): readonly Cut[] {
  const { fps, issues } = input;
  const entered = enteredBy(piece.entered, { place: piece.place, fps, issues });
  if (piece.type === 'gap') {
    const frames = unitsAt(piece.length, fps);
    return frames < 1 ? [] : [{ gap: piece, frames, entered }];
  }
  const name = shown(piece.name);
  if (!piece.enabled) {
    const message = `The clip ${name} is switched off in the editor; its shot was left out.`;
    issues.push(warningAt(piece.place, { code: 'otio-disabled', message, next: 'Switch it on to keep the shot.' }));
    return [];
  }
  if (piece.effects.length > 0) issues.push(noEffect(piece, piece.effects.slice(0, 5).join(', ')));
  const { range } = piece;
  const from = unitsAt({ value: range.start, rate: range.rate }, fps);
  const frames = unitsAt({ value: range.duration, rate: range.rate }, fps);
  if (frames < 1) return [];
  const shot = input.shotOf(piece);
  if (shot !== undefined) return [{ shot, from, frames, entered, clip: piece }];
  if (piece.url !== null) return [{ url: piece.url, frames, entered, clip: piece }];
  const message = `The clip ${name} names no media file; it was left out.`;
  issues.push(warningAt(piece.place, { code: 'otio-media', message, wanted: 'a media file', next: 'Link it to its file in the editor.' }));
  return [];
}

/** Pieces of one shot that follow each other as they did before a cut was made between them are one again. */
function joined(cuts: readonly Cut[]): Cut[] {
  const result: Cut[] = [];
  for (const cut of cuts) {
    const before = result.at(-1);
    if (
      'shot' in cut &&
      before !== undefined &&
      'shot' in before &&
      cut.shot === before.shot &&
      cut.entered === null &&
      cut.clip.speed === before.clip.speed
    )
      if (cut.from === before.from + before.frames) {
        result[result.length - 1] = { ...before, frames: before.frames + cut.frames };
        continue;
      }
    result.push(cut);
  }
  return result;
}

type Trim = { readonly cut: KnownCut; readonly input: TakeShots };

function trimmed(raw: RawShot, { cut, input }: Trim): RawShot {
  const { shot, from, frames, clip } = cut;
  if (from === 0 && frames === shot.frames) return raw;
  const { fps, issues } = input;
  const seconds = (count: number): string => `${(count / fps).toFixed(2)} s`;
  if (frames < shot.spokenFrames) {
    issues.push(
      warningAt(clip.place, {
        code: 'otio-narration',
        message: `The clip ${shown(clip.name)} was cut to ${seconds(frames)}, but its narration needs ${seconds(shot.spokenFrames)}; the shot keeps its length.`,
        found: seconds(frames),
        wanted: `at least ${seconds(shot.spokenFrames)}`,
        next: `Shorten the narration at storyboard[${shot.index}], or make the clip longer.`,
      }),
    );
    return raw;
  }
  const moved = from === 0 ? raw : laterFrom(raw, { frames: from, fps });
  if (from !== 0 && moved === raw && raw['visual'] !== undefined)
    issues.push(
      warningAt(clip.place, {
        code: 'otio-trim',
        message: `${seconds(Math.abs(from))} were cut off the start of ${shown(clip.name)}; its picture is drawn anew for the length that is left.`,
        next: 'Nothing, if only the length matters.',
      }),
    );
  return { ...moved, length: lengthText(frames, fps) };
}

function warped(shot: RawShot, { cut, input }: Trim): RawShot {
  const { clip } = cut;
  if (clip.speed === 1) return shot;
  const changed = faster(shot, clip.speed);
  if (changed === shot) input.issues.push(noEffect(clip, `plays at ${clip.speed}`));
  return changed;
}

function noEffect({ place, name }: ReadClip, found: string): Issue {
  const message = `The clip ${shown(name)} has effects (${found}), which cannot be taken over.`;
  return warningAt(place, { code: 'otio-effect', message, found, next: 'Render the clip with them into a file, or leave them out.' });
}

type Enter = Trim & { readonly raw: RawShot; readonly first: boolean };

function entering(shot: RawShot, { cut, raw, first, input }: Enter): RawShot {
  if (first) return shot;
  // The first shot of a film ignores the transition that its document may give it.
  const expected = cut.shot === input.shots[0] ? writtenTransition(raw, input.fps) : cut.shot.transition;
  const { entered } = cut;
  if (entered?.kind === expected?.kind && entered?.frames === expected?.frames) return shot;
  const rest = withoutKeys(shot, ['transition']);
  return entered === null ? rest : { ...rest, transition: { kind: entered.kind, length: lengthText(entered.frames, input.fps) } };
}

function writtenTransition(raw: RawShot, fps: number): Entered {
  const { transition } = raw;
  const kind = transitionKinds.find((each) => each === transition || each === memberOf(transition, 'kind'));
  if (kind === undefined || kind === 'cut') return null;
  const length = memberOf(transition, 'length');
  return { kind, frames: framesOf(typeof length === 'string' ? length : '500ms', fps) };
}

function repeated(shot: RawShot, { cut, input }: Trim): RawShot {
  const { clip } = cut;
  const message = `${shown(clip.name)} comes more than once; its narration is spoken the first time only.`;
  if (shot['narration'] !== undefined)
    input.issues.push(warningAt(clip.place, { code: 'otio-repeated', message, next: 'Write what is to be said there.' }));
  const silent = withoutKeys(shot, ['id', 'narration']);
  return silent['length'] === undefined ? { ...silent, length: lengthText(cut.frames, input.fps) } : silent;
}

function newShot({ url, frames, entered, clip }: NewCut, { first, ...input }: TakeShots & { readonly first: boolean }): RawShot {
  const { fps, media } = input;
  const file = media.nameOf(url);
  const ms = Math.round((Math.max(0, clip.range.start) * 1000) / clip.range.rate);
  const visual = media.isPicture(url)
    ? { picture: file }
    : {
        clip: file,
        ...(clip.speed === 1 ? {} : { speed: clip.speed }),
        ...(ms > 0 ? { from: `${ms}ms` } : {}),
        ...(input.isHeard(url) ? { sound: 'keep' } : {}),
      };
  const transition = entered === null || first ? {} : { transition: { kind: entered.kind, length: lengthText(entered.frames, fps) } };
  return { length: lengthText(frames, fps), visual, ...transition };
}

function blackShot({ frames }: GapCut, { fps }: TakeShots): RawShot {
  return { length: lengthText(frames, fps), visual: { backdrop: 'plain', colors: ['#000000'] }, logo: false };
}

type EnteredBy = { readonly place: string; readonly fps: number; readonly issues: Issue[] };

function enteredBy(transition: ReadTransition | null, { place, fps, issues }: EnteredBy): Entered {
  if (transition === null) return null;
  const frames = unitsAt(transition.length, fps);
  if (frames < 1) return null;
  const own = memberOf(transition.own, 'kind');
  const wanted = transition.type === 'SMPTE_Dissolve' ? 'dissolve' : (own ?? transition.name);
  const kind = transitionKinds.find((each) => each === wanted);
  if (kind !== undefined) return kind === 'cut' ? null : { kind, frames };
  const found = transition.name || transition.type;
  issues.push(
    warningAt(place, {
      code: 'otio-transition',
      message: `The transition ${shown(found)} cannot be taken over; a dissolve of its length stands for it.`,
      found,
      wanted: `a dissolve, or one of ours (${transitionKinds.slice(1).join(', ')})`,
      next: 'Change `transition` in the film document if another one is wanted.',
    }),
  );
  return { kind: 'dissolve', frames };
}
