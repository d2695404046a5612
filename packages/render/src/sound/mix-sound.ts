import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { type SoundLevels, soundLevels } from '../media/sound-levels.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';
import { type WriteMixOptions, writeMix } from './write-mix.ts';

export type MixSoundOptions = Omit<WriteMixOptions, 'mixPath'> & { readonly outPath: string };

/** The sound that was made; `samples` is a whole number of AAC frames, at most half of one away from the film's length. */
export type MixedSound = { readonly samples: number; readonly gainDb: number };

type Setting = { readonly gainDb: number; readonly limitDb: number };

const aacFrame = 1024;
const largestGainDb = 20;
const highestTruePeakDb = -1;
const passes = 3;
const limiterAttackMs = 5;

/** Mixes a film's sound, brings it to its loudness under a true-peak limiter and encodes it as AAC in an M4A; the same input gives the same bytes. */
export async function mixSound(options: MixSoundOptions): Promise<MixedSound> {
  const { sound, workDir, outPath, toolset, signal } = options;
  const mixPath = join(workDir, 'mix.f32');
  const tryPath = join(workDir, 'mix-try.m4a');
  const samples = Math.max(aacFrame, Math.round(sound.samples / aacFrame) * aacFrame);
  try {
    const { loudnessLufs } = await writeMix({ ...options, mixPath });
    const startDb = Number.isFinite(loudnessLufs) ? Math.min(largestGainDb, sound.loudnessLufs - loudnessLufs) : 0;
    let setting: Setting = { gainDb: round(startDb), limitDb: sound.truePeakDb };
    let best: Setting & { readonly miss: number } = { ...setting, miss: Number.POSITIVE_INFINITY };
    // Limiter and encoder move loudness and peaks a little: what came out is measured and, where it misses, made again.
    for (let pass = 0; pass < passes; pass += 1) {
      await encodeSound({ ...options, mixPath, tryPath, samples, ...setting });
      const levels = await soundLevels({ path: tryPath, toolset, signal });
      const miss = missOf(levels, sound.loudnessLufs);
      if (miss < best.miss) {
        best = { ...setting, miss };
        await rename(tryPath, outPath);
      }
      const next = corrected(setting, { levels, loudnessLufs: sound.loudnessLufs });
      if (next === null) break;
      setting = next;
    }
    return { samples, gainDb: best.gainDb };
  } finally {
    await rm(mixPath, { force: true });
    await rm(tryPath, { force: true });
  }
}

const round = (db: number): number => Math.round(db * 100) / 100;

/** How far levels are from what is wanted; a peak too high weighs more than any loudness. */
function missOf({ loudnessLufs: found, truePeakDb }: SoundLevels, wantedLufs: number): number {
  const over = Math.max(0, (truePeakDb ?? -99) - highestTruePeakDb);
  return over * 100 + (found === null ? 0 : Math.abs(found - wantedLufs));
}

function corrected({ gainDb, limitDb }: Setting, { levels, loudnessLufs }: { levels: SoundLevels; loudnessLufs: number }): Setting | null {
  const over = (levels.truePeakDb ?? -99) - highestTruePeakDb;
  const short = levels.loudnessLufs === null ? 0 : loudnessLufs - levels.loudnessLufs;
  const wantedDb = round(Math.min(largestGainDb, gainDb + short));
  const loud = Math.abs(short) > 0.3 && Math.abs(wantedDb - gainDb) > 0.05;
  const peaks = over >= 0;
  if (!loud && !peaks) return null;
  return { gainDb: loud ? wantedDb : gainDb, limitDb: peaks ? round(limitDb - over - 0.2) : limitDb };
}

type EncodeOptions = MixSoundOptions & Setting & { readonly mixPath: string; readonly tryPath: string; readonly samples: number };

async function encodeSound({ sound, toolset, signal, mixPath, tryPath, samples, gainDb, limitDb }: EncodeOptions): Promise<void> {
  const graph = writeFiltergraph([
    {
      filters: [
        filter('volume', { volume: `${gainDb}dB`, precision: 'float' }),
        // The limiter looks ahead and so answers late: silence behind, and as much cut off in front, put the sound back in place.
        filter('apad', { pad_dur: 0.1 }),
        filter('aresample', { osr: 192_000 }),
        filter('alimiter', { limit: 10 ** (limitDb / 20), level: 'false', attack: limiterAttackMs, release: 80 }),
        filter('atrim', { start_sample: limiterAttackMs * 192 }),
        filter('asetpts', { expr: 'PTS-STARTPTS' }),
        filter('aresample', { osr: 48_000 }),
        filter('apad', { whole_len: samples }),
        filter('atrim', { end_sample: samples }),
      ],
    },
  ]);
  await runFfmpeg({
    toolset,
    signal,
    purpose: 'encoding the sound of a film',
    description: {
      inputs: [{ options: { f: 'f32le', ar: 48_000, ac: 2 }, from: { file: mixPath } }],
      outputs: [
        {
          options: {
            af: graph,
            'c:a': 'aac',
            'b:a': `${sound.bitrateKbps}k`,
            ar: 48_000,
            'flags:a': '+bitexact',
            fflags: '+bitexact',
            map_metadata: -1,
            f: 'ipod',
          },
          to: { file: tryPath },
        },
      ],
    },
  });
}
