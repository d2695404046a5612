import type { SoundComposition, TimelineSound, TimelineTrack } from '@filmwright/contracts';
import { voiceAskedFor } from '../film/figures.ts';
import { fileReferences } from '../film/file-references.ts';
import { samplesAt, soundRate } from '../film/frames.ts';
import { linePath, linesOf } from '../film/lines-of.ts';
import type { FilmPlan } from '../plan/plan-film.ts';
import type { Uploads } from '../plan/uploads.ts';
import type { Shelf } from './lay-out-timeline.ts';

const samplesPerMs = soundRate / 1000;

export type SoundInput = {
  readonly plan: FilmPlan;
  readonly uploads: Uploads;
  readonly sound: SoundComposition;
  readonly shelf: Shelf;
  /** Name of a shot's files by its place in the film. */
  readonly name: (at: number) => string;
};

/** Whole samples up to a moment of a file. */
function samplesUntil(ms: number): number {
  return Math.floor(ms * samplesPerMs + 1e-6);
}

/** A track for each voice, with a clip for each line it says. */
export function voiceTracks({ plan, shelf, name }: SoundInput): readonly TimelineTrack[] {
  const { film, shots } = plan;
  const voices = new Map<string, TimelineSound[]>();
  for (const [at, { index, startFrame, timing, lines }] of shots.entries()) {
    const shot = film.storyboard[index];
    const written = shot === undefined ? [] : linesOf(shot);
    for (const [number, { audio, lengthMs, say }] of lines.entries()) {
      if (audio === null) continue;
      const line = written[number];
      // Speech is written as WAV; recordings are taken in as FLAC.
      const ending = line?.recording === undefined ? 'wav' : 'flac';
      const length = Math.max(1, samplesUntil(lengthMs));
      const voice = (shot !== undefined && line !== undefined ? voiceAskedFor(film, { shot, line }).name : undefined) ?? 'narrator';
      const sounds = voices.get(voice) ?? [];
      voices.set(voice, sounds);
      sounds.push({
        name: say.length > 60 ? `${say.slice(0, 57)}...` : say,
        file: shelf.put(`media/${name(at)}-line-${number + 1}.${ending}`, audio.asset),
        startSample: samplesAt(startFrame, film.format.fps) + Math.round((timing.lineStartsMs[number] ?? 0) * samplesPerMs),
        fromSample: 0,
        samples: length,
        fileSamples: length,
        gainDb: 0,
        shot: index,
        path: `storyboard[${index}].${linePath(shot ?? {}, number)}`,
      });
    }
  }
  return [...voices].flatMap(([voice, sounds]) => lanes({ name: `Voice: ${voice}`, role: 'voice', sounds }));
}

/** The own sound of clips, as loud as it is in the film before it gives way to voices. */
export function clipTrack({ plan, uploads, sound, shelf, name }: SoundInput): readonly TimelineTrack[] {
  const { film, shots } = plan;
  const { fps } = film.format;
  const clips = fileReferences(film).flatMap(({ file, expect, path }) => {
    const media = expect === 'clip' ? uploads.media(file, 'clip') : undefined;
    return media === undefined ? [] : [{ media, path }];
  });
  const sounds = sound.effects.flatMap((effect): readonly TimelineSound[] => {
    const { asset, startSample, fromMs, samples, gainDb, speed, duckDb } = effect;
    const at = shots.findLastIndex((shot) => samplesAt(shot.startFrame, fps) <= startSample);
    const shot = shots[at];
    const clip = clips.find(({ media, path }) => media.asset.digest === asset && path.startsWith(`storyboard[${shot?.index}].`));
    if (shot === undefined || clip === undefined) return [];
    const fileSamples = samplesUntil(clip.media.durationMs);
    const fromSample = Math.round(fromMs * samplesPerMs);
    const length = Math.min(samples, Math.floor((fileSamples - fromSample) / speed));
    if (length < 1) return [];
    const file = shelf.put(`media/${name(at)}-clip.mp4`, asset);
    return [
      {
        name: shot.id,
        file,
        startSample,
        fromSample,
        samples: length,
        fileSamples,
        gainDb,
        ...(speed === 1 ? {} : { speed }),
        ...(duckDb === 0 ? {} : { duckDb }),
        shot: shot.index,
        path: clip.path,
      },
    ];
  });
  return lanes({ name: 'Clip sound', role: 'clip', sounds });
}

/** The music, repeated as the film repeats it; where it starts anew the film fades over, the timeline cuts. */
export function musicTrack({ plan, uploads, sound, shelf }: SoundInput): readonly TimelineTrack[] {
  const named = plan.film.soundtrack.music;
  const media = named === undefined ? undefined : uploads.media(named, 'sound');
  const { music } = sound;
  if (music === null || media === undefined) return [];
  const fileSamples = samplesUntil((media.samples * 1000) / media.sampleRate);
  const loops = fileSamples < sound.samples;
  const period = loops ? fileSamples - Math.min(soundRate, Math.floor(fileSamples / 4)) : sound.samples;
  const file = shelf.put('media/music.flac', music.asset);
  const sounds: TimelineSound[] = [];
  for (let startSample = 0; startSample < sound.samples; startSample += period)
    sounds.push({
      name: 'music',
      file,
      startSample,
      fromSample: 0,
      samples: Math.min(period, sound.samples - startSample),
      fileSamples,
      gainDb: music.gainDb,
      shot: null,
      path: 'soundtrack.music',
    });
  const { duckDb, fadeInSamples, fadeOutSamples } = music;
  return [{ name: 'Music', role: 'music', sounds, duckDb, fadeInSamples, fadeOutSamples }];
}

/** As many tracks as it takes for no two sounds to lie on each other. */
function lanes({ name, role, sounds }: TimelineTrack): readonly TimelineTrack[] {
  const found: { readonly sounds: TimelineSound[]; untilSample: number }[] = [];
  for (const sound of [...sounds].sort((a, b) => a.startSample - b.startSample)) {
    let lane = found.find(({ untilSample }) => untilSample <= sound.startSample);
    if (lane === undefined) {
      lane = { sounds: [], untilSample: 0 };
      found.push(lane);
    }
    lane.sounds.push(sound);
    lane.untilSample = sound.startSample + sound.samples;
  }
  return found.map((lane, at) => ({ name: at === 0 ? name : `${name} (${at + 1})`, role, sounds: lane.sounds }));
}
