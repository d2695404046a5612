import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpeechEnergy } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { decodeParts } from './decode-parts.ts';

export type SpeechEnergyOptions = { readonly path: string; readonly toolset: Toolset; readonly signal?: AbortSignal | undefined };

const hopMs = 10;
const sampleRate = 48_000;
/** Levels are not told below this: it is silence. */
const floorDb = 60;
/** A line that is nowhere louder than this (of full scale) is silent. */
const silenceDb = -66;

/** How loud a line of speech is every 10 ms (over windows of 20 ms), in decibels below its loudest moment. */
export async function speechEnergy({ path, toolset, signal }: SpeechEnergyOptions): Promise<SpeechEnergy> {
  const workDir = await mkdtemp(join(tmpdir(), 'filmwright-mouth-'));
  try {
    const [part] = await decodeParts({ parts: [{ path }], name: 'line', workDir, toolset, signal });
    if (part === undefined) throw new Error('the line was not decoded');
    const stereo = new Float32Array(part.samples * 2);
    await part.read(stereo, 0).finally(() => part.close());
    return energyOf(stereo.filter((_, index) => index % 2 === 0));
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The same of mono sound at 48 kHz; value `n` is the level around `n` hops. */
export function energyOf(samples: Float32Array): SpeechEnergy {
  const hop = (sampleRate * hopMs) / 1000;
  const levels: number[] = [];
  for (let at = 0; at < samples.length; at += hop) {
    let sum = 0;
    // The mean is taken out of each window: a recording may stand off zero.
    let mean = 0;
    const from = Math.max(0, at - hop);
    const until = Math.min(samples.length, at + hop);
    for (let index = from; index < until; index++) mean += samples[index] as number;
    mean /= Math.max(1, until - from);
    for (let index = from; index < until; index++) sum += ((samples[index] as number) - mean) ** 2;
    levels.push(10 * Math.log10(sum / Math.max(1, until - from) + 1e-12));
  }
  const loudest = levels.reduce((most, level) => Math.max(most, level), -Infinity);
  if (loudest < silenceDb) return { hopMs, below: levels.map(() => floorDb) };
  return { hopMs, below: levels.map((level) => Math.min(floorDb, Math.max(0, Math.round(loudest - level)))) };
}
