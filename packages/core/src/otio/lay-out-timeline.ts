import type { Asset, Output, SoundComposition, Timeline, TimelineShot, TimelineTrack } from '@filmwright/contracts';
import { cuesOf } from '../captions/cues-of.ts';
import { samplesAt } from '../film/frames.ts';
import type { PlanInput } from '../plan/plan-build.ts';
import type { FilmPlan } from '../plan/plan-film.ts';
import type { Uploads } from '../plan/uploads.ts';
import { clipTrack, musicTrack, type SoundInput, voiceTracks } from './lay-out-sound.ts';

/** A shot's picture as a file of its own, with the frames that it goes on for under the next one's transition. */
export type ShotFile = { readonly asset: string; readonly handleFrames: number };

export type TimelineInput = {
  readonly plan: FilmPlan;
  readonly uploads: Uploads;
  readonly input: Pick<PlanInput, 'document' | 'files'>;
  readonly sound: SoundComposition | null;
  /** One for each shot of the plan. */
  readonly pictures: readonly ShotFile[];
  readonly subtitles: Output<'subtitles'> | null;
  readonly master: Asset;
};

/** Names files of a bundle: an asset that comes again keeps its first name, and no two have the same. */
export type Shelf = {
  readonly put: (path: string, asset: string) => string;
  readonly files: Timeline['bundle'];
};

/** A finished film as it lies on the timeline of a desktop editor. */
export function layOutTimeline({ plan, uploads, input, sound, pictures, subtitles, master }: TimelineInput): Timeline {
  const { film, size, frames } = plan;
  const { fps } = film.format;
  const shelf = createShelf();
  const name = shotNames(plan);
  const shots = plan.shots.map(({ index, timing, pages }, at): TimelineShot => {
    const cues = cuesOf(pages, { startFrame: 0, fps });
    const picture = pictures[at];
    if (picture === undefined) throw new RangeError(`shot ${index} has no picture`);
    // The file's name is what the clip is known by when it comes back; no two shots share one, since each file holds its shot's title.
    const file = shelf.put(`media/${name(at)}.mp4`, picture.asset);
    return {
      index,
      id: film.storyboard[index]?.id ?? null,
      file,
      frames: timing.frames,
      handleFrames: picture.handleFrames,
      spokenFrames: timing.spokenFrames,
      transition: timing.transition,
      captions: pages.map(({ fromFrame, untilFrame }, number) => ({
        fromFrame,
        untilFrame,
        text: (cues[number]?.text ?? '').replaceAll('\n', ' '),
      })),
    };
  });
  const tracks = sound === null ? [] : tracksOf({ plan, uploads, sound, shelf, name });
  const captions =
    subtitles === null
      ? []
      : [shelf.put('media/captions.srt', subtitles.srt.digest), shelf.put('media/captions.vtt', subtitles.vtt.digest)];
  const sources = Object.entries(input.files).map(([written, asset], at) => ({
    name: written,
    file: shelf.put(`sources/${at + 1}-${plainName(written)}`, asset),
  }));
  return {
    title: film.title,
    fps,
    ...size,
    frames,
    document: JSON.stringify(input.document),
    sources,
    shots,
    tracks,
    master: {
      file: shelf.put('media/master.mp4', master.digest),
      samples: sound === null ? 0 : samplesAt(frames, fps),
      loudnessLufs: film.soundtrack.loudness,
    },
    subtitles: captions,
    bundle: shelf.files,
  };
}

function tracksOf(input: SoundInput): readonly TimelineTrack[] {
  return [...voiceTracks(input), ...clipTrack(input), ...musicTrack(input)];
}

function createShelf(): Shelf {
  const files: Timeline['bundle'][number][] = [];
  const known = new Map<string, string>();
  const taken = new Set<string>();
  const put = (wanted: string, asset: string): string => {
    const before = known.get(asset);
    if (before !== undefined) return before;
    let path = wanted;
    // Of two clips that sound in one shot, say.
    for (let number = 2; taken.has(path); number++) path = wanted.replace(/(?=\.[^./]*$)/, `-${number}`);
    taken.add(path);
    known.set(asset, path);
    files.push({ path, asset });
    return path;
  };
  return { put, files };
}

/** Names of shots in film order, such as `004-closing`. */
function shotNames({ shots, film }: FilmPlan): (at: number) => string {
  const digits = Math.max(3, String(shots.length).length);
  return (at) => {
    const id = film.storyboard[shots[at]?.index ?? 0]?.id;
    return `${String(at + 1).padStart(digits, '0')}${id === undefined ? '' : `-${id}`}`;
  };
}

/** The last part of a path in characters that every file system takes. */
function plainName(path: string): string {
  const last = path.split(/[/\\]/).at(-1) ?? '';
  return (
    last
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(-80) || 'file'
  );
}
