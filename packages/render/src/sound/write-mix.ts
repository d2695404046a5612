import { open } from 'node:fs/promises';
import type { SoundComposition } from '@filmwright/contracts';
import { asDiskFull } from '../ffmpeg/disk-full.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { type DecodedPart, decodeParts, type Part } from './decode-parts.ts';
import { createDuck } from './duck.ts';
import { createLoudnessMeter } from './loudness.ts';
import { type Music, openMusic } from './open-music.ts';

export type WriteMixOptions = {
  readonly sound: SoundComposition;
  readonly pathOf: (digest: string) => Promise<string>;
  /** Takes the mix as interleaved 48 kHz stereo float32, little-endian. */
  readonly mixPath: string;
  readonly workDir: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

type Placed = {
  readonly part: Omit<Part, 'path'> & { readonly asset: string };
  readonly startSample: number;
  readonly gain: number;
  readonly duckDb: number;
  readonly isVoice: boolean;
};
type Sounding = Placed & { readonly decoded: DecodedPart };

const blockFrames = 48_000;
/** Most files decoded at once: bounds open files, memory and disk whatever the film's length. */
const batchSize = 24;
/** Clip sound starts and ends inside a recording: this many samples of fade keep it from clicking. */
const edgeFrames = 1440;

/** Places voices, clip sound and music sample by sample and writes their sum, a second at a time; gives its loudness before any gain. */
export async function writeMix(options: WriteMixOptions): Promise<{ loudnessLufs: number }> {
  const { sound, mixPath, signal } = options;
  const waiting = placements(sound);
  const ducks = new Map([sound.music?.duckDb ?? 0, ...sound.effects.map(({ duckDb }) => duckDb)].map((db) => [db, createDuck(db)]));
  const meter = createLoudnessMeter();
  let sounding: Sounding[] = [];
  let music: Music | null = null;
  const mix = await open(mixPath, 'w');
  try {
    music = sound.music === null ? null : await openMusic(options);
    const scratch = new Float32Array(blockFrames * 2);
    for (let start = 0; start < sound.samples; start += blockFrames) {
      signal?.throwIfAborted();
      const frames = Math.min(blockFrames, sound.samples - start);
      // Voices that start within the next second are decoded too: the music gives way before they speak.
      while ((waiting[0]?.startSample ?? Number.POSITIVE_INFINITY) < start + 2 * blockFrames)
        sounding.push(...(await decodeBatch(waiting.splice(0, batchSize), { ...options, start })));
      const block = new Float32Array(frames * 2);
      const voices = sounding
        .filter((each) => each.isVoice)
        .map(({ startSample, decoded }) => ({ startSample, endSample: startSample + decoded.samples }));
      const lowered = new Map(Array.from(ducks, ([db, duck]) => [db, duck.next(frames, voices)]));
      if (music !== null) {
        await music.read(block, start);
        const gains = lowered.get(sound.music?.duckDb ?? 0) as Float32Array;
        for (let at = 0; at < block.length; at += 1) block[at] = (block[at] as number) * (gains[at >> 1] as number);
      }
      for (const each of sounding)
        await addTo(block, { ...each, start, scratch: scratch.subarray(0, frames * 2), ducked: lowered.get(each.duckDb) });
      meter.add(block);
      await writeAll(mix, new Uint8Array(block.buffer)).catch((error) => {
        throw asDiskFull(error, 'mixing the sound of a film');
      });
      // A voice is kept for a while after its end, for the music's return.
      const over = sounding.filter(({ startSample, decoded }) => startSample + decoded.samples + blockFrames < start + frames);
      sounding = sounding.filter((each) => !over.includes(each));
      for (const { decoded } of over) await decoded.close();
    }
  } finally {
    await mix.close();
    for (const { decoded } of sounding) await decoded.close();
    await music?.close();
  }
  return { loudnessLufs: meter.integratedLufs() };
}

function placements({ voices, effects, samples }: SoundComposition): Placed[] {
  const spoken = voices.map(({ asset, startSample, gainDb }) => ({
    part: { asset, maxSamples: Math.max(1, samples - startSample) },
    startSample,
    gain: 10 ** (gainDb / 20),
    duckDb: -1,
    isVoice: true,
  }));
  const heard = effects.map((effect) => ({
    part: { asset: effect.asset, fromMs: effect.fromMs, maxSamples: effect.samples, speed: effect.speed },
    startSample: effect.startSample,
    gain: 10 ** (effect.gainDb / 20),
    duckDb: effect.duckDb,
    isVoice: false,
  }));
  return [...spoken, ...heard].filter(({ startSample }) => startSample < samples).sort((one, other) => one.startSample - other.startSample);
}

async function decodeBatch(
  batch: readonly Placed[],
  { pathOf, workDir, toolset, signal, start }: WriteMixOptions & { readonly start: number },
): Promise<Sounding[]> {
  const parts = await Promise.all(batch.map(async ({ part: { asset, ...range } }) => ({ ...range, path: await pathOf(asset) })));
  const name = `part-${start}-${batch[0]?.startSample}-${batch[0]?.part.asset.slice(-12)}`;
  const decoded = await decodeParts({ parts, name, workDir, toolset, signal });
  return batch.map((placed, at) => ({ ...placed, decoded: decoded[at] as DecodedPart }));
}

type Addition = Sounding & {
  readonly start: number;
  readonly scratch: Float32Array;
  /** Gains of the block, for what gives way to voices. */
  readonly ducked: Float32Array | undefined;
};

async function addTo(block: Float32Array, { decoded, startSample, gain, isVoice, start, scratch, ducked }: Addition): Promise<void> {
  const first = start - startSample;
  if (first + scratch.length / 2 <= 0 || first >= decoded.samples) return;
  await decoded.read(scratch, first);
  const isCut = !isVoice && (first < edgeFrames || first + scratch.length / 2 > decoded.samples - edgeFrames);
  for (let at = 0; at < scratch.length; at += 1) {
    const edge = isCut ? edgeGain(first + (at >> 1), decoded.samples) : 1;
    block[at] = (block[at] as number) + (scratch[at] as number) * gain * edge * (ducked?.[at >> 1] ?? 1);
  }
}

const edgeGain = (position: number, samples: number): number =>
  Math.min(1, Math.max(0, Math.min(position + 1, samples - position) / edgeFrames));

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) written += (await file.write(bytes, written)).bytesWritten;
}
