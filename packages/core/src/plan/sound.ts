import type { Film, SoundComposition } from '@filmwright/contracts';
import { millisecondsOf, samplesAt, soundRate } from '../film/frames.ts';
import { type ClipMedia, type ClipUse, clipPasses, clipRange, clipsOf } from './clip-range.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { SpokenLine } from './speech.ts';
import type { Uploads } from './uploads.ts';

const samplesPerMs = soundRate / 1000;

export type SoundShot = {
  readonly startFrame: number;
  readonly timing: ShotTiming;
  readonly lines: readonly SpokenLine[];
  readonly index: number;
};
export type SoundInput = { readonly film: Film; readonly shots: readonly SoundShot[]; readonly frames: number; readonly uploads: Uploads };

/** The film's sound: undefined while something of it is not known yet, null for a silent film. */
export function planSound({ film, shots, frames, uploads }: SoundInput): SoundComposition | null | undefined {
  const { fps } = film.format;
  const { soundtrack } = film;
  const voices: SoundComposition['voices'][number][] = [];
  const effects: SoundComposition['effects'][number][] = [];
  for (const { startFrame, timing, lines, index } of shots) {
    for (const [number, line] of lines.entries()) {
      if (line.audio === null) return undefined;
      const startSample = samplesAt(startFrame, fps) + Math.round((timing.lineStartsMs[number] ?? 0) * samplesPerMs);
      voices.push({ asset: line.audio.asset, startSample, gainDb: 0 });
    }
    for (const { use } of clipsOf(film.storyboard[index] ?? {})) {
      if (use.sound === 'mute') continue;
      const clip = uploads.media(use.clip, 'clip');
      if (clip === undefined) return undefined;
      if (clip.hasSound) effects.push(...clipSounds({ use, clip, film, startFrame, frames: timing.frames }));
    }
  }
  const music = soundtrack.music === undefined ? null : uploads.media(soundtrack.music, 'sound');
  if (music === undefined) return undefined;
  if (voices.length === 0 && effects.length === 0 && music === null) return null;
  return {
    samples: samplesAt(frames, fps),
    voices,
    effects,
    music:
      music === null
        ? null
        : {
            asset: music.asset.digest,
            gainDb: soundtrack.volume,
            duckDb: soundtrack.duck,
            fadeInSamples: Math.round(millisecondsOf(soundtrack.fadeIn, fps) * samplesPerMs),
            fadeOutSamples: Math.round(millisecondsOf(soundtrack.fadeOut, fps) * samplesPerMs),
          },
    loudnessLufs: soundtrack.loudness,
    truePeakDb: -1.5,
    bitrateKbps: film.outputs.master.audioBitrate,
  };
}

type ClipSounds = {
  readonly use: ClipUse;
  readonly clip: ClipMedia;
  readonly film: Film;
  readonly startFrame: number;
  /** Of the shot. */
  readonly frames: number;
};

/** A clip's own sound each time its range plays; it ends with the range or with the shot. */
function clipSounds({ use, clip, film, startFrame, frames }: ClipSounds): SoundComposition['effects'] {
  const { fps } = film.format;
  const range = clipRange(use, { clip, fps });
  return clipPasses(range, { loop: use.loop, untilFrame: frames }).map(({ fromFrame, untilFrame }) => ({
    asset: clip.asset.digest,
    startSample: samplesAt(startFrame + fromFrame, fps),
    fromMs: (range.start * 1000) / range.rate,
    samples: samplesAt(Math.min(range.frames, untilFrame - fromFrame), fps),
    speed: use.speed,
    gainDb: use.volume,
    duckDb: use.sound === 'duck' ? film.soundtrack.duck : 0,
  }));
}
