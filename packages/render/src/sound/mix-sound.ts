import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSound, type HeardLevels, heardLevels } from './encode-sound.ts';
import { levelledMix, type Setting } from './levelled-mix.ts';
import { createLoudnessMeter } from './loudness.ts';
import { type WriteMixOptions, writeMix } from './write-mix.ts';

export type MixSoundOptions = Omit<WriteMixOptions, 'mixPath'> & { readonly outPath: string };

/** The sound that was made; `samples` is a whole number of AAC frames, at most half of one away from the film's length. */
export type MixedSound = { readonly samples: number; readonly gainDb: number };

const aacFrame = 1024;
/** More gain would make a film of hiss out of a silent one. */
const largestGainDb = 20;
const highestTruePeakDb = -1;
/** The encoder raises peaks a little; starting lower mostly saves a second encoding. */
const encoderMarginDb = 0.2;
const passes = 3;

/** Mixes a film's sound, brings it to its loudness under a true-peak limiter and encodes it as AAC in an M4A; the same input gives the same bytes. */
export async function mixSound(options: MixSoundOptions): Promise<MixedSound> {
  const { sound, workDir, outPath, toolset, signal } = options;
  const mixPath = join(workDir, 'mix.f32');
  // Beside the result, so that it becomes the result by its name alone.
  const tryPath = `${outPath}.try`;
  const frames = Math.max(aacFrame, Math.round(sound.samples / aacFrame) * aacFrame);
  try {
    const { loudnessLufs } = await writeMix({ ...options, mixPath });
    let setting = await settingFor({
      mixPath,
      frames,
      loudnessLufs,
      wantedLufs: sound.loudnessLufs,
      limitDb: sound.truePeakDb - encoderMarginDb,
      signal,
    });
    let best: Setting & { readonly miss: number } = { ...setting, miss: Number.POSITIVE_INFINITY };
    // The encoder moves loudness and peaks a little: what a viewer hears is measured and, where it misses, made again.
    for (let pass = 0; pass < passes; pass += 1) {
      await encodeSound({
        blocks: levelledMix({ mixPath, frames, ...setting }),
        bitrateKbps: sound.bitrateKbps,
        outPath: tryPath,
        toolset,
        signal,
      });
      const levels = await heardLevels({ path: tryPath, floorDb: highestTruePeakDb, toolset, signal });
      const miss = missOf(levels, sound.loudnessLufs);
      if (miss < best.miss) {
        best = { ...setting, miss };
        await rename(tryPath, outPath);
      }
      const next = corrected(setting, { levels, loudnessLufs: sound.loudnessLufs });
      if (next === null) break;
      setting = next;
    }
    return { samples: frames, gainDb: best.gainDb };
  } finally {
    await rm(mixPath, { force: true });
    await rm(tryPath, { force: true });
  }
}

const round = (db: number): number => Math.round(db * 100) / 100;

type SettingOptions = {
  readonly mixPath: string;
  readonly frames: number;
  /** Of the mix before any gain. */
  readonly loudnessLufs: number;
  readonly wantedLufs: number;
  readonly limitDb: number;
  readonly signal?: AbortSignal | undefined;
};

/** The gain that gives the wanted loudness behind the limiter, which takes some of it away; found by trying, which costs far less than encoding. */
async function settingFor({ mixPath, frames, loudnessLufs, wantedLufs, limitDb, signal }: SettingOptions): Promise<Setting> {
  if (!Number.isFinite(loudnessLufs)) return { gainDb: 0, limitDb };
  let gainDb = round(Math.min(largestGainDb, wantedLufs - loudnessLufs));
  for (let pass = 0; pass < passes; pass += 1) {
    const meter = createLoudnessMeter();
    for await (const block of levelledMix({ mixPath, frames, gainDb, limitDb })) {
      signal?.throwIfAborted();
      meter.add(block);
    }
    const shortDb = wantedLufs - meter.integratedLufs();
    if (!Number.isFinite(shortDb) || Math.abs(shortDb) < 0.1) break;
    // The limiter takes its share of the correction too; a small one need not be tried, what is encoded is measured anyway.
    gainDb = round(Math.min(largestGainDb, gainDb + shortDb * 1.2));
    if (Math.abs(shortDb) < 0.6 || gainDb === largestGainDb) break;
  }
  return { gainDb, limitDb };
}

/** How far levels are from what is wanted; a peak too high weighs more than any loudness. */
function missOf({ loudnessLufs: found, truePeakDb }: HeardLevels, wantedLufs: number): number {
  const over = Math.max(0, truePeakDb - highestTruePeakDb);
  return over * 100 + (Number.isFinite(found) ? Math.abs(found - wantedLufs) : 0);
}

function corrected({ gainDb, limitDb }: Setting, { levels, loudnessLufs }: { levels: HeardLevels; loudnessLufs: number }): Setting | null {
  const over = levels.truePeakDb - highestTruePeakDb;
  const short = Number.isFinite(levels.loudnessLufs) ? loudnessLufs - levels.loudnessLufs : 0;
  const wantedDb = round(Math.min(largestGainDb, gainDb + short));
  const loud = Math.abs(short) > 0.3 && Math.abs(wantedDb - gainDb) > 0.05;
  const peaks = over >= -0.02;
  if (!loud && !peaks) return null;
  return { gainDb: loud ? wantedDb : gainDb, limitDb: peaks ? round(limitDb - over - 0.1) : limitDb };
}
