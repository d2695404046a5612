import type { Film, SoundComposition } from '@filmwright/contracts';
import { millisecondsOf, samplesAt } from '../film/frames.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { SpokenLine } from './speech.ts';
import type { Uploads } from './uploads.ts';

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
      const startSample = samplesAt(startFrame, fps) + Math.round((timing.lineStartsMs[number] ?? 0) * 48);
      voices.push({ asset: line.audio.asset, startSample, gainDb: 0 });
    }
    const visual = film.storyboard[index]?.visual;
    const clip = visual === undefined ? undefined : 'background' in visual ? visual.background : visual;
    if (clip !== undefined && 'clip' in clip && clip.sound === 'keep') {
      const media = uploads.media(clip.clip, 'clip');
      if (media === undefined) return undefined;
      if (media.hasSound)
        effects.push({
          asset: media.asset.digest,
          startSample: samplesAt(startFrame, fps),
          fromMs: millisecondsOf(clip.from, fps),
          samples: samplesAt(timing.frames, fps),
          gainDb: lines.length > 0 ? -12 : 0,
        });
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
            fadeInSamples: Math.round(millisecondsOf(soundtrack.fadeIn, fps) * 48),
            fadeOutSamples: Math.round(millisecondsOf(soundtrack.fadeOut, fps) * 48),
          },
    loudnessLufs: soundtrack.loudness,
    truePeakDb: -1.5,
    bitrateKbps: film.outputs.master.audioBitrate,
  };
}
