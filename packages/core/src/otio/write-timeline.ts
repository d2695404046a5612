import type { Timeline, TimelineShot, TimelineTrack } from '@filmwright/contracts';
import { soundRate } from '../film/frames.ts';
import { type OtioNode, rationalTime, timeRange } from './otio-values.ts';

/** Version of what stands under `metadata.filmwright`. */
export const timelineMetadataVersion = 1;

/** A film as an OpenTimelineIO timeline: one picture track with a clip for each shot, sound tracks, and the finished mix muted. Everything of the film is in `metadata.filmwright`. */
export function writeTimeline(timeline: Timeline): OtioNode {
  const { title, fps, master } = timeline;
  const tracks = [shotsTrack(timeline), ...timeline.tracks.map(soundTrack), ...(master.samples > 0 ? [mixTrack(timeline)] : [])];
  return {
    OTIO_SCHEMA: 'Timeline.1',
    name: title,
    global_start_time: rationalTime(0, fps),
    tracks: { OTIO_SCHEMA: 'Stack.1', name: 'tracks', ...item({ sourceRange: null }), children: tracks },
    metadata: { filmwright: { version: timelineMetadataVersion, timeline } },
  };
}

type Item = {
  readonly sourceRange: OtioNode | null;
  readonly markers?: readonly OtioNode[];
  readonly enabled?: boolean;
  readonly effects?: readonly OtioNode[];
  readonly filmwright?: object;
};

/** What clips, gaps, tracks and stacks have in common. */
function item({ sourceRange, markers = [], effects = [], enabled = true, filmwright }: Item) {
  return { metadata: filmwright === undefined ? {} : { filmwright }, source_range: sourceRange, effects, markers, enabled };
}

type Clip = Item & { readonly name: string; readonly file: string; readonly available: OtioNode };

function clip({ name, file, available, ...rest }: Clip): OtioNode {
  const media = { OTIO_SCHEMA: 'ExternalReference.1', name: '', metadata: {}, available_range: available, target_url: file };
  return {
    OTIO_SCHEMA: 'Clip.2',
    name,
    ...item(rest),
    media_references: { DEFAULT_MEDIA: media },
    active_media_reference_key: 'DEFAULT_MEDIA',
  };
}

type Track = Pick<Item, 'enabled' | 'filmwright'> & {
  readonly name: string;
  readonly kind: 'Video' | 'Audio';
  readonly children: readonly OtioNode[];
};

function track({ name, kind, children, ...rest }: Track): OtioNode {
  return { OTIO_SCHEMA: 'Track.1', name, kind, ...item({ sourceRange: null, ...rest }), children };
}

function shotsTrack({ shots, fps }: Timeline): OtioNode {
  const children = shots.flatMap((shot, at) => [
    // It lies wholly after the cut, over what the shot before goes on showing.
    ...(shot.transition === null || at === 0 ? [] : [transition(shot.transition, fps)]),
    clip({
      name: shot.id ?? `shot ${shot.index + 1}`,
      file: shot.file,
      sourceRange: timeRange({ start: 0, duration: shot.frames, rate: fps }),
      available: timeRange({ start: 0, duration: shot.frames + shot.handleFrames, rate: fps }),
      markers: shot.captions.map((caption) => captionMarker(caption, fps)),
      filmwright: { role: 'shot', shot: shot.index, id: shot.id, path: `storyboard[${shot.index}]` },
    }),
  ]);
  return track({ name: 'Shots', kind: 'Video', children, filmwright: { role: 'shots' } });
}

function transition({ kind, frames }: NonNullable<TimelineShot['transition']>, fps: number): OtioNode {
  return {
    OTIO_SCHEMA: 'Transition.1',
    name: kind,
    metadata: { filmwright: { kind } },
    in_offset: rationalTime(0, fps),
    out_offset: rationalTime(frames, fps),
    transition_type: kind === 'dissolve' ? 'SMPTE_Dissolve' : 'Custom_Transition',
  };
}

function captionMarker({ fromFrame, untilFrame, text }: TimelineShot['captions'][number], fps: number): OtioNode {
  return {
    OTIO_SCHEMA: 'Marker.2',
    name: text,
    metadata: { filmwright: { role: 'caption' } },
    color: 'CYAN',
    comment: '',
    marked_range: timeRange({ start: fromFrame, duration: untilFrame - fromFrame, rate: fps }),
  };
}

function soundTrack({ name, role, sounds, ...levels }: TimelineTrack): OtioNode {
  const children: OtioNode[] = [];
  let atSample = 0;
  for (const sound of sounds) {
    if (sound.startSample > atSample) children.push(gap(sound.startSample - atSample));
    children.push(
      clip({
        name: sound.name,
        file: sound.file,
        sourceRange: timeRange({ start: sound.fromSample, duration: sound.samples, rate: soundRate }),
        available: timeRange({ start: 0, duration: sound.fileSamples, rate: soundRate }),
        effects: sound.speed === undefined ? [] : [timeWarp(sound.speed)],
        filmwright: { role, shot: sound.shot, path: sound.path, gainDb: sound.gainDb, duckDb: sound.duckDb },
      }),
    );
    atSample = Math.max(atSample, sound.startSample) + sound.samples;
  }
  return track({ name, kind: 'Audio', children, filmwright: { role, ...levels } });
}

function timeWarp(speed: number): OtioNode {
  return { OTIO_SCHEMA: 'LinearTimeWarp.1', name: '', metadata: {}, effect_name: 'LinearTimeWarp', time_scalar: speed };
}

function gap(samples: number): OtioNode {
  return { OTIO_SCHEMA: 'Gap.1', name: '', ...item({ sourceRange: timeRange({ start: 0, duration: samples, rate: soundRate }) }) };
}

function mixTrack({ master }: Timeline): OtioNode {
  const range = timeRange({ start: 0, duration: master.samples, rate: soundRate });
  const filmwright = { role: 'mix', loudnessLufs: master.loudnessLufs };
  const whole = clip({ name: 'mix', file: master.file, sourceRange: range, available: range, enabled: false, filmwright });
  return track({ name: 'Mix (muted, for reference)', kind: 'Audio', children: [whole], enabled: false, filmwright });
}
