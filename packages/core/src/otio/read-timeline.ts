import { frameRates, type Issue, type Timeline, timelineSchema } from '@filmwright/contracts';
import { problemAt, shown, warningAt } from '../film/issues.ts';
import { readDocument } from '../film/read-document.ts';
import { createMediaNames, type MediaNames, shotFinder } from './media-names.ts';
import { kindOf, listOf, memberOf, ownMetadata, textOf } from './otio-values.ts';
import { isKind, type ReadNote, type ReadTrack, readTimelineNotes, readTracks } from './read-tracks.ts';
import { type RawShot, silentClips, withoutKeys } from './shot-edits.ts';
import { takeShots } from './take-shots.ts';
import { takeSound } from './take-sound.ts';
import { timelineMetadataVersion } from './write-timeline.ts';

export type ReadTimeline = {
  /** The film document; null when there are errors. */
  readonly document: unknown;
  readonly issues: readonly Issue[];
  /** Where each file that the document names lies, as the timeline has it: relative to the timeline's own file, or a `file:` address. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether the document differs from the one that the timeline was written from. */
  readonly changed: boolean;
};

const mostIssues = 500;
/** Longer texts are no timeline of a film. */
const mostCharacters = 256 * 1024 ** 2;

/** A film document from an OpenTimelineIO file: the very one that it was written from if nothing was touched, else with what was changed in an editor. `original` is the timeline before it was edited, for editors that drop what others wrote into it. Nothing is thrown for bad input. */
export function readTimeline(text: string, original?: string): ReadTimeline {
  const issues: Issue[] = [];
  const failed = (): ReadTimeline => ({ document: null, issues: shortened(issues), files: {}, changed: false });
  const timeline = parsed(text, { place: '', issues });
  const base = timeline === null ? null : baseOf(timeline, { original, issues });
  if (timeline === null || issues.some(isError)) return failed();
  const tracks = readTracks(timeline, issues);
  if (issues.some(isError)) return failed();
  const pictures = pictureTrack(tracks);
  if (pictures === undefined) {
    const message = 'The timeline has no picture track with clips.';
    issues.push(
      problemAt('tracks', {
        code: 'otio-empty',
        message,
        wanted: 'a video track with at least one clip',
        next: 'Export the timeline from the editor again.',
      }),
    );
    return failed();
  }
  tellRest({ timeline, tracks, pictures, base, issues });
  const { document, files, changed } = filmOf({ timeline, tracks, pictures, base, issues });
  issues.push(...readDocument(document).issues);
  return issues.some(isError) ? failed() : { document, issues: shortened(issues), files, changed };
}

/** The issues, of very many the first; errors before the rest. */
function shortened(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= mostIssues) return issues;
  const sorted = [...issues.filter(isError), ...issues.filter((issue) => !isError(issue))];
  const message = `There are ${issues.length - mostIssues} more.`;
  return [...sorted.slice(0, mostIssues), warningAt('', { code: 'otio-more', message, next: 'Mend these first.' })];
}

const isError = (issue: Issue): boolean => issue.severity === 'error';

type Reading = { readonly place: string; readonly issues: Issue[] };

/** The one timeline of a file; null, with an issue, where there is none. */
function parsed(text: string, { place, issues }: Reading): unknown {
  const refuse = (found: string): null => {
    const message = `This is no OpenTimelineIO file: ${found}.`;
    const next = 'Give an .otio or .otioz file as editors export it.';
    issues.push(problemAt(place, { code: 'otio-syntax', message, found, wanted: 'OpenTimelineIO JSON', next }));
    return null;
  };
  if (text.length > mostCharacters) return refuse(`it has ${text.length} characters, at most ${mostCharacters} are read`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  if (kindOf(value)?.kind === 'SerializableCollection') {
    const timelines = listOf(value, 'children').filter((child) => kindOf(child)?.kind === 'Timeline');
    if (timelines.length !== 1) return refuse(`it holds ${timelines.length} timelines, one is wanted`);
    value = timelines[0];
  }
  return isKind(value, { kinds: ['Timeline'], place: place || 'OTIO_SCHEMA', issues }) ? value : null;
}

/** The film that a timeline was written from: what stands in it, or in the original; null for a timeline of others. */
function baseOf(
  timeline: unknown,
  { original, issues }: { readonly original: string | undefined; readonly issues: Issue[] },
): Timeline | null {
  const from = original === undefined ? timeline : parsed(original, { place: 'original', issues });
  const own = ownMetadata(from);
  if (own === undefined) {
    if (original !== undefined && from !== null)
      issues.push(
        problemAt('original', {
          code: 'otio-original',
          message: 'The original was not exported from a film.',
          next: 'Give the bundle that `filmwright export` wrote.',
        }),
      );
    return null;
  }
  const version = memberOf(own, 'version');
  const read = timelineSchema.safeParse(memberOf(own, 'timeline'));
  if (version === timelineMetadataVersion && read.success) return read.data;
  const first = read.error?.issues[0];
  issues.push(
    problemAt('metadata.filmwright', {
      code: version === timelineMetadataVersion ? 'otio-metadata' : 'otio-version',
      message:
        version === timelineMetadataVersion
          ? `What the export wrote about the film was damaged at ${first?.path.map(String).join('.')}: ${first?.message}.`
          : `The film was exported by another version of Filmwright: found ${shown(version)}, wanted ${timelineMetadataVersion}.`,
      found: shown(version),
      wanted: `version ${timelineMetadataVersion}`,
      next: 'Import with the version that exported it, or give the untouched bundle as --original.',
    }),
  );
  return null;
}

/** Our track of shots, else the lowest picture track that shows something. */
function pictureTrack(tracks: readonly ReadTrack[]): ReadTrack | undefined {
  const videos = tracks.filter((track) => track.kind === 'Video' && track.enabled && track.pieces.some(({ type }) => type === 'clip'));
  return videos.find(({ own }) => memberOf(own, 'role') === 'shots') ?? videos[0];
}

type Parts = {
  readonly timeline: unknown;
  readonly tracks: readonly ReadTrack[];
  readonly pictures: ReadTrack;
  readonly base: Timeline | null;
  readonly issues: Issue[];
};

type Made = { readonly document: unknown; readonly files: Readonly<Record<string, string>>; readonly changed: boolean };

function filmOf({ timeline, tracks, pictures, base, issues }: Parts): Made {
  const written = base === null ? newFilm(timeline, pictures) : documentOf(base, issues);
  const fps = base?.fps ?? fpsOf(pictures);
  const isTemplate = typeof written === 'object' && written !== null && 'template' in written;
  // Shots of a template have no place in its use: a changed film is written out in full.
  const film: RawShot = ((isTemplate ? readDocument(written).film : written) ?? {}) as RawShot;
  const before: readonly RawShot[] = Array.isArray(film['storyboard']) ? film['storyboard'] : [];
  const media: MediaNames = createMediaNames(base?.sources.map(({ name }) => name) ?? []);
  const sounds = tracks.filter((track) => track.kind === 'Audio');
  const urls = (list: readonly ReadTrack[]): ReadonlySet<string> =>
    new Set(
      list.flatMap(({ enabled, pieces }) =>
        enabled ? pieces.flatMap((piece) => (piece.type === 'clip' && piece.url !== null ? [piece.url] : [])) : [],
      ),
    );
  const heard = urls(sounds);
  const taken = takeShots({
    pieces: pictures.pieces,
    fps,
    shots: base?.shots ?? [],
    shotOf: shotFinder(base?.shots ?? []),
    rawOf: (index) => before[index],
    media,
    isHeard: (url) => heard.has(url),
    issues,
  });
  const { music, silenced } = takeSound({
    base,
    tracks: sounds,
    media,
    shown: urls([pictures]),
    kept: new Set(taken.map(({ index }) => index)),
    issues,
  });
  const storyboard = taken.map(({ shot, index }) => {
    const places = index === null ? undefined : silenced.get(index);
    return places === undefined ? shot : silentClips(shot, places);
  });
  const sameShots = storyboard.length === before.length && storyboard.every((shot, at) => shot === before[at]);
  const files = Object.fromEntries([...(base?.sources.map(({ name, file }) => [name, file] as const) ?? []), ...media.addresses]);
  if (base !== null && sameShots && music === undefined) return { document: written, files, changed: false };
  if (isTemplate)
    issues.push(
      warningAt('template', {
        code: 'otio-template',
        message: 'The film was made from a template; with what was changed it is written out in full.',
        next: 'Change the parameters instead, if it is to stay with its template.',
      }),
    );
  const soundtrack = music === undefined ? film['soundtrack'] : withMusic(film['soundtrack'], music);
  const rest = withoutKeys(film, ['soundtrack', 'storyboard']);
  return { document: { ...rest, storyboard, ...(soundtrack === undefined ? {} : { soundtrack }) }, files, changed: true };
}

function documentOf(base: Timeline, issues: Issue[]): unknown {
  try {
    return JSON.parse(base.document) as unknown;
  } catch (error) {
    const message = `The film document in the timeline is damaged: ${error instanceof Error ? error.message : error}.`;
    issues.push(
      problemAt('metadata.filmwright.timeline.document', {
        code: 'otio-metadata',
        message,
        next: 'Give the untouched bundle as --original.',
      }),
    );
    return {};
  }
}

/** A film around a timeline that is not ours. */
function newFilm(timeline: unknown, pictures: ReadTrack): RawShot {
  const title = textOf(timeline, 'name').trim().slice(0, 200) || 'Untitled';
  return { title, format: { fps: fpsOf(pictures) }, storyboard: [] };
}

/** The frame rate that most of a track is cut at, as near as films have it; 30 for a track without clips. */
function fpsOf({ pieces }: ReadTrack): number {
  const seconds = new Map<number, number>();
  for (const piece of pieces) {
    if (piece.type !== 'clip') continue;
    const { rate, duration } = piece.range;
    seconds.set(rate, (seconds.get(rate) ?? 0) + duration / rate);
  }
  const [longest] = [...seconds].sort((a, b) => b[1] - a[1]);
  const rate = longest?.[0] ?? 30;
  return [...frameRates].sort((a, b) => Math.abs(a - rate) - Math.abs(b - rate))[0] ?? 30;
}

function withMusic(soundtrack: unknown, music: string | null): object | undefined {
  const rest = typeof soundtrack === 'object' && soundtrack !== null ? withoutKeys(soundtrack as RawShot, ['music']) : {};
  if (music !== null) return { ...rest, music };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Tells what no film has: further picture tracks, notes of people, another name. */
function tellRest({ timeline, tracks, pictures, base, issues }: Parts): void {
  for (const track of tracks) {
    const clips = track.pieces.filter(({ type }) => type === 'clip').length;
    if (track === pictures || track.kind !== 'Video' || !track.enabled || clips === 0) continue;
    const message = `The picture track ${shown(track.name)} with ${clips} ${clips === 1 ? 'clip' : 'clips'} cannot be taken over: a film has one.`;
    issues.push(warningAt(track.place, { code: 'otio-track', message, next: 'Render what lies on it into the clips below.' }));
  }
  const captions = new Set(base?.shots.flatMap((shot) => shot.captions.map(({ text }) => text.slice(0, 1000))) ?? []);
  const notes = [
    ...readTimelineNotes(timeline),
    ...tracks.flatMap((track) => [...track.notes, ...track.pieces.flatMap((piece) => (piece.type === 'clip' ? piece.notes : []))]),
  ];
  for (const note of notes) tellNote(note, { captions, issues });
  const name = textOf(timeline, 'name');
  if (base !== null && name !== '' && name !== base.title) {
    const message = `The timeline is called ${shown(name)} now; the film keeps its title ${shown(base.title)}.`;
    issues.push(warningAt('name', { code: 'otio-name', message, found: name, next: 'Change `title` in the film document.' }));
  }
}

function tellNote(
  { place, name, comment, own }: ReadNote,
  { captions, issues }: { readonly captions: ReadonlySet<string>; readonly issues: Issue[] },
): void {
  if (captions.has(name)) return;
  const isCaption = memberOf(own, 'role') === 'caption';
  const text = [name, comment].filter((each) => each !== '').join(': ');
  issues.push(
    warningAt(place, {
      code: isCaption ? 'otio-caption' : 'otio-note',
      message: isCaption
        ? `The caption ${shown(text)} was changed; captions follow the narration.`
        : `A note was left in the editor: ${shown(text)}.`,
      found: text,
      next: isCaption ? 'Change the narration.' : 'Read it; notes are not kept in the film document.',
    }),
  );
}
