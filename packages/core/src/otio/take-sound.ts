import type { Issue, Timeline, TimelineSound } from '@filmwright/contracts';
import { soundRate } from '../film/frames.ts';
import { shown, warningAt } from '../film/issues.ts';
import { type MediaNames, stemOf } from './media-names.ts';
import { unitsAt } from './otio-values.ts';
import type { ReadClip, ReadTrack } from './read-tracks.ts';

/** A sample or two are lost where editors reckon in frames; a tenth of a second is meant. */
const slackSamples = 4800;

export type TakeSound = {
  /** Null for a timeline that is not ours. */
  readonly base: Timeline | null;
  readonly tracks: readonly ReadTrack[];
  readonly media: MediaNames;
  /** Addresses of clips on the picture track that bring their own sound. */
  readonly shown: ReadonlySet<string>;
  /** Storyboard indexes of the shots that are still there. */
  readonly kept: ReadonlySet<number | null>;
  readonly issues: Issue[];
};

/** What the sound tracks ask of the film: another piece of music or none (`undefined`: as it was), and the clips of shots that are to be silent, by their places in the shot. */
export type TakenSound = { readonly music: string | null | undefined; readonly silenced: ReadonlyMap<number, ReadonlySet<string>> };

/** Reads the sound tracks. Where and when lines are spoken follows from the document, so that moves of them are told, not taken over. */
export function takeSound({ base, tracks, media, shown: seen, kept, issues }: TakeSound): TakenSound {
  const heard = tracks.filter((track) => track.enabled);
  const clips = heard.flatMap((track) =>
    track.pieces.filter((piece) => piece.type === 'clip' && piece.enabled && piece.url !== null),
  ) as ReadClip[];
  const sounds = base?.tracks.flatMap((track) => track.sounds.map((sound) => ({ ...sound, role: track.role }))) ?? [];
  const known = byFile(sounds, ({ file }) => file);
  const played = byFile(clips, ({ url }) => url ?? '');

  if (base !== null && sounds.length > 0 && tracks.length === 0) {
    const message = 'The timeline has no sound tracks; the sound of the film stays as it was.';
    issues.push(warningAt('tracks', { code: 'otio-sound', message, next: 'Nothing, if only the pictures were edited.' }));
    return { music: undefined, silenced: new Map() };
  }

  const strange = clips.filter((clip) => isStrange(clip, { known, seen, base }));
  const silenced = new Map<number, Set<string>>();
  const told = new Set<string>();
  for (const { role, file, shot, path, name } of sounds) {
    const stem = stemOf(file);
    const now = played.get(stem) ?? [];
    if (role === 'clip' && shot !== null && now.length === 0) {
      const place = path.replace(/^storyboard\[\d+\]\./, '').replace(/\.clip$/, '');
      silenced.set(shot, (silenced.get(shot) ?? new Set()).add(place));
    }
    if (role !== 'voice' || !kept.has(shot) || told.has(stem)) continue;
    told.add(stem);
    // The same words said again are the same file; it is the same stretch of it nearly always.
    const all = distinct(known.get(stem) ?? []);
    const cut = now.find((clip) => !all.some((each) => isWhole(clip, each)));
    if (now.length === 0)
      issues.push(
        warningAt(path, {
          code: 'otio-line',
          message: `The line ${shown(name)} is on no sound track any more; it is still spoken in the film.`,
          next: `Take it out of the document at ${path} if it is not wanted.`,
        }),
      );
    else if (cut !== undefined)
      issues.push(
        warningAt(cut.place, {
          code: 'otio-line',
          message: `The line ${shown(name)} was trimmed; lines are spoken whole.`,
          next: `Change its words at ${path}.`,
        }),
      );
  }
  return { music: musicOf({ base, played, strange, media, issues }), silenced };
}

function isStrange(
  clip: ReadClip,
  { known, seen, base }: { known: ReadonlyMap<string, unknown>; seen: ReadonlySet<string>; base: Timeline | null },
): boolean {
  const stem = stemOf(clip.url ?? '');
  if (known.has(stem) || seen.has(clip.url ?? '')) return false;
  return base === null || stem !== stemOf(base.master.file);
}

function isWhole({ range }: ReadClip, sound: TimelineSound): boolean {
  const from = unitsAt({ value: range.start, rate: range.rate }, soundRate);
  const samples = unitsAt({ value: range.duration, rate: range.rate }, soundRate);
  return Math.abs(from - sound.fromSample) <= slackSamples && Math.abs(samples - sound.samples) <= slackSamples;
}

function byFile<T>(list: readonly T[], fileOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of list) {
    const stem = stemOf(fileOf(one));
    const before = found.get(stem);
    if (before === undefined) found.set(stem, [one]);
    else before.push(one);
  }
  return found;
}

function distinct(sounds: readonly TimelineSound[]): readonly TimelineSound[] {
  return [...new Map(sounds.map((sound) => [`${sound.fromSample} ${sound.samples}`, sound])).values()].slice(0, 100);
}

type MusicInput = Pick<TakeSound, 'base' | 'media' | 'issues'> & {
  readonly played: ReadonlyMap<string, readonly ReadClip[]>;
  readonly strange: readonly ReadClip[];
};

/** One strange sound stands for the music where that is gone or never was; further ones cannot be taken over. */
function musicOf({ base, played, strange, media, issues }: MusicInput): string | null | undefined {
  const before = base?.tracks.find(({ role }) => role === 'music')?.sounds[0]?.file;
  const plays = before !== undefined && played.has(stemOf(before));
  const clips = new Map(strange.flatMap((clip) => (clip.url === null ? [] : [[clip.url, clip] as const])));
  const urls = [...clips.keys()];
  const [first] = urls;
  const taken = !plays && urls.length === 1 && first !== undefined ? first : null;
  for (const url of urls.filter((each) => each !== taken)) {
    const clip = clips.get(url);
    issues.push(
      warningAt(clip?.place ?? 'tracks', {
        code: 'otio-sound',
        message: `The sound ${shown(clip?.name || url)} cannot be taken over: a film has its lines, the sound of its clips and one piece of music.`,
        found: url,
        next: 'Mix it into the music, or give it to a line as `recording`.',
      }),
    );
  }
  if (plays) return undefined;
  if (taken !== null) return media.nameOf(taken);
  return before === undefined ? undefined : null;
}
