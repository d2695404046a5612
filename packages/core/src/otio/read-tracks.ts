import type { Issue } from '@filmwright/contracts';
import { problemAt, shown, warningAt } from '../film/issues.ts';
import { kindOf, listOf, memberOf, ownMetadata, type Range, type Rational, rangeOf, rationalOf, textOf } from './otio-values.ts';

/** A transition into a clip, as long as both its sides together. */
export type ReadTransition = { readonly type: string; readonly own: unknown; readonly name: string; readonly length: Rational };

/** A stretch of a file on a track. `range` counts from where the file starts; `url` is null where no file is named. */
export type ReadClip = {
  readonly type: 'clip';
  readonly place: string;
  readonly name: string;
  readonly url: string | null;
  readonly range: Range;
  readonly enabled: boolean;
  readonly own: unknown;
  /** How much faster than it is it plays. */
  readonly speed: number;
  /** Names of all other effects. */
  readonly effects: readonly string[];
  readonly notes: readonly ReadNote[];
  readonly entered: ReadTransition | null;
};
export type ReadGap = { readonly type: 'gap'; readonly place: string; readonly length: Rational; readonly entered: ReadTransition | null };
/** A marker that a person set. */
export type ReadNote = { readonly place: string; readonly name: string; readonly comment: string; readonly own: unknown };

export type ReadTrack = {
  readonly place: string;
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly own: unknown;
  readonly pieces: readonly (ReadClip | ReadGap)[];
  readonly notes: readonly ReadNote[];
};

const mostTracks = 500;
const mostPieces = 50_000;
/** As visuals may have them. */
const speeds = { slowest: 0.25, fastest: 4 };
/** Newest version of each kind of node that is known here. */
const known: Readonly<Record<string, number>> = { Timeline: 1, Stack: 1, Track: 1, Clip: 2, Gap: 1, Transition: 1 };

/** Tracks of a timeline in their order, from the lowest. What cannot be read is told; nothing nested deeper than a track is followed. */
export function readTracks(timeline: unknown, issues: Issue[]): readonly ReadTrack[] {
  const stack = memberOf(timeline, 'tracks');
  if (!isKind(stack, { kinds: ['Stack'], place: 'tracks', issues })) return [];
  const children = listOf(stack, 'children');
  if (children.length > mostTracks) {
    issues.push(tooMany({ place: 'tracks.children', found: children.length, wanted: mostTracks, what: 'tracks' }));
    return [];
  }
  return children.flatMap((child, at): readonly ReadTrack[] => {
    const place = `tracks.children[${at}]`;
    return isKind(child, { kinds: ['Track'], place, issues }) ? [readTrack(child, { place, issues })] : [];
  });
}

/** Markers of the timeline as a whole. */
export function readTimelineNotes(timeline: unknown): readonly ReadNote[] {
  return notesOf(memberOf(timeline, 'tracks'), 'tracks');
}

type Reading = { readonly place: string; readonly issues: Issue[] };

/** Whether a node is of a kind and version that is known; tells if not. */
export function isKind(value: unknown, { kinds, place, issues }: Reading & { readonly kinds: readonly string[] }): boolean {
  const found = kindOf(value);
  if (found !== null && kinds.includes(found.kind) && found.version <= (known[found.kind] ?? 1)) return true;
  const newer = found !== null && kinds.includes(found.kind);
  const named = found === null ? shown(memberOf(value, 'OTIO_SCHEMA') ?? value) : `${found.kind}.${found.version}`;
  const wanted = kinds.map((kind) => `${kind}.${known[kind] ?? 1}`).join(' or ');
  issues.push(
    problemAt(place, {
      code: newer ? 'otio-version' : 'otio-kind',
      message: newer ? `${place} is ${named}, which is newer than what is known here.` : `${place} is ${named}; wanted ${wanted}.`,
      found: named,
      wanted,
      next: newer
        ? 'Save the timeline for an older version of OpenTimelineIO.'
        : 'Give a timeline with tracks of clips: unfold compound clips in the editor, then export it again.',
    }),
  );
  return false;
}

function tooMany({ place, found, wanted, what }: { place: string; found: number; wanted: number; what: string }): Issue {
  return problemAt(place, {
    code: 'too-many',
    message: `There are ${found} ${what}; wanted at most ${wanted}.`,
    found: String(found),
    wanted: `at most ${wanted}`,
    next: 'Split the timeline.',
  });
}

function readTrack(track: unknown, { place, issues }: Reading): ReadTrack {
  const children = listOf(track, 'children');
  const pieces: (ReadClip | ReadGap)[] = [];
  let entered: ReadTransition | null = null;
  if (children.length > mostPieces) issues.push(tooMany({ place, found: children.length, wanted: mostPieces, what: 'clips on a track' }));
  else
    for (const [at, child] of children.entries()) {
      const here = { place: `${place}.children[${at}]`, issues };
      if (!isKind(child, { ...here, kinds: ['Clip', 'Gap', 'Transition'] })) continue;
      if (kindOf(child)?.kind === 'Transition') {
        entered = readTransition(child, here);
        continue;
      }
      const piece = kindOf(child)?.kind === 'Gap' ? readGap(child, { ...here, entered }) : readClip(child, { ...here, entered });
      if (piece !== null) pieces.push(piece);
      entered = null;
    }
  return {
    place,
    name: textOf(track, 'name'),
    kind: textOf(track, 'kind'),
    enabled: memberOf(track, 'enabled') !== false,
    own: ownMetadata(track),
    pieces,
    notes: notesOf(track, place),
  };
}

function readTransition(value: unknown, { place, issues }: Reading): ReadTransition | null {
  const before = rationalOf(memberOf(value, 'in_offset'));
  const after = rationalOf(memberOf(value, 'out_offset'));
  if (before === null || after === null || before.value < 0 || after.value < 0) {
    issues.push(badTime({ place, name: textOf(value, 'name'), what: 'in_offset and out_offset', found: memberOf(value, 'out_offset') }));
    return null;
  }
  const length = { value: after.value + (before.value * after.rate) / before.rate, rate: after.rate };
  return { type: textOf(value, 'transition_type'), own: ownMetadata(value), name: textOf(value, 'name'), length };
}

type Entered = Reading & { readonly entered: ReadTransition | null };

function readGap(value: unknown, { place, issues, entered }: Entered): ReadGap | null {
  const range = rangeOf(memberOf(value, 'source_range'));
  if (range !== null) return { type: 'gap', place, length: { value: range.duration, rate: range.rate }, entered };
  issues.push(badTime({ place, name: 'gap', what: 'source_range', found: memberOf(value, 'source_range') }));
  return null;
}

function readClip(value: unknown, { place, issues, entered }: Entered): ReadClip | null {
  const name = textOf(value, 'name');
  const media = mediaOf(value);
  const available = rangeOf(memberOf(media, 'available_range'));
  const source = memberOf(value, 'source_range');
  const range = source === null || source === undefined ? available : rangeOf(source);
  if (range === null) {
    issues.push(badTime({ place, name, what: 'source_range', found: source }));
    return null;
  }
  const kind = kindOf(media)?.kind ?? 'MissingReference';
  const url = kind === 'ExternalReference' ? textOf(media, 'target_url') : '';
  if (kind !== 'ExternalReference' && kind !== 'MissingReference')
    issues.push(
      warningAt(place, {
        code: 'otio-media',
        message: `The clip ${shown(name)} shows a ${kind}, which cannot be taken over.`,
        found: kind,
        wanted: 'a media file (ExternalReference)',
        next: 'Render it into a file in the editor and put that on the timeline.',
      }),
    );
  const from = available === null ? 0 : (available.start * range.rate) / available.rate;
  return {
    type: 'clip',
    place,
    name,
    url: url === '' ? null : url,
    range: { ...range, start: range.start - from },
    enabled: memberOf(value, 'enabled') !== false,
    own: ownMetadata(value),
    ...effectsOf(value),
    notes: notesOf(value, place),
    entered,
  };
}

/** The speed of a clip, and names of what else is done to it. Speeds that films cannot have count as other effects. */
function effectsOf(clip: unknown): Pick<ReadClip, 'speed' | 'effects'> {
  let speed = 1;
  const effects: string[] = [];
  for (const effect of listOf(clip, 'effects').slice(0, 100)) {
    const kind = kindOf(effect)?.kind ?? 'effect';
    const factor = kind === 'LinearTimeWarp' ? memberOf(effect, 'time_scalar') : undefined;
    if (typeof factor === 'number' && speed * factor >= speeds.slowest && speed * factor <= speeds.fastest) speed *= factor;
    else effects.push(textOf(effect, 'effect_name') || kind);
  }
  return { speed, effects };
}

/** The media of a clip as newer (`media_references`) and older programs (`media_reference`) write it. */
function mediaOf(clip: unknown): unknown {
  const key = textOf(clip, 'active_media_reference_key') || 'DEFAULT_MEDIA';
  return memberOf(memberOf(clip, 'media_references'), key) ?? memberOf(clip, 'media_reference');
}

function notesOf(value: unknown, place: string): readonly ReadNote[] {
  return listOf(value, 'markers')
    .slice(0, mostPieces)
    .map((marker, at) => ({
      place: `${place}.markers[${at}]`,
      name: textOf(marker, 'name'),
      comment: textOf(marker, 'comment'),
      own: ownMetadata(marker),
    }));
}

type BadTime = { readonly place: string; readonly name: string; readonly what: string; readonly found: unknown };

function badTime({ place, name, what, found }: BadTime): Issue {
  return problemAt(place, {
    code: 'otio-time',
    message: `${shown(name)} at ${place} has no usable ${what}: found ${shown(found)}.`,
    found: shown(found),
    wanted: 'times with a finite value, a rate above 0, and a length of zero or more',
    next: 'Export the timeline from the editor again.',
  });
}
