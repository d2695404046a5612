import { spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { createLoudnessMeter } from './loudness.ts';
import { createTruePeakMeter } from './true-peak.ts';

export type EncodeSoundOptions = {
  /** Interleaved 48 kHz stereo. */
  readonly blocks: AsyncIterable<Float32Array>;
  readonly bitrateKbps: number;
  readonly outPath: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Encodes a sound as AAC-LC in an M4A; the same blocks give the same bytes. The coder is the one ffmpeg's manual calls better at the bitrate. */
export async function encodeSound({ blocks, bitrateKbps, outPath, toolset, signal }: EncodeSoundOptions): Promise<void> {
  await runFfmpeg({
    toolset,
    signal,
    purpose: 'encoding the sound of a film',
    stdin: bytesOf(blocks),
    description: {
      inputs: [{ options: { f: 'f32le', ar: 48_000, ac: 2 }, from: { pipe: 0 } }],
      outputs: [
        {
          options: {
            'c:a': 'aac',
            aac_coder: bitrateKbps >= 96 ? 'fast' : 'twoloop',
            'b:a': `${bitrateKbps}k`,
            ar: 48_000,
            'flags:a': '+bitexact',
            fflags: '+bitexact',
            map_metadata: -1,
            f: 'ipod',
          },
          to: { file: outPath },
        },
      ],
    },
  });
}

async function* bytesOf(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Uint8Array> {
  for await (const block of blocks) yield new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
}

export type HeardLevels = { readonly loudnessLufs: number; readonly truePeakDb: number };

export type HeardLevelsOptions = {
  readonly path: string;
  /** Peaks below it need not be found. */
  readonly floorDb: number;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Decodes an encoded sound as a viewer's player does and measures it; -Infinity where it is silent. */
export async function heardLevels({ path, floorDb, toolset, signal }: HeardLevelsOptions): Promise<HeardLevels> {
  const loudness = createLoudnessMeter();
  const peaks = createTruePeakMeter(10 ** (floorDb / 20));
  const source = spawnFfmpegSource({
    toolset,
    signal,
    purpose: 'decoding the sound of a film',
    description: {
      inputs: [{ from: { file: path } }],
      outputs: [{ options: { map: '0:a:0', f: 'f32le', ac: 2, ar: 48_000 }, to: { pipe: 1 } }],
    },
  });
  try {
    const block = new Float32Array(96_000);
    const bytes = new Uint8Array(block.buffer);
    for (let filled = bytes.length; filled === bytes.length; ) {
      filled = await source.readSome(bytes);
      const heard = block.subarray(0, Math.floor(filled / 8) * 2);
      loudness.add(heard);
      peaks.add(heard);
    }
  } finally {
    await source.close();
  }
  return { loudnessLufs: loudness.integratedLufs(), truePeakDb: 20 * Math.log10(peaks.peak()) };
}
