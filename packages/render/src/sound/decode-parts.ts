import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';

/** A stretch of a sound file. */
/** `maxSamples` is what is wanted of it after `speed`, which keeps its pitch; 1 when left out. */
export type Part = { readonly path: string; readonly fromMs?: number; readonly maxSamples?: number; readonly speed?: number };

/** Decoded 48 kHz stereo in a temporary file; closing it removes it. */
export type DecodedPart = {
  /** Samples per channel. */
  readonly samples: number;
  /** Fills `into` with interleaved stereo from `firstSample`; what lies before or behind the sound is silence. */
  read(into: Float32Array, firstSample: number): Promise<void>;
  close(): Promise<void>;
};

export type DecodePartsOptions = {
  readonly parts: readonly Part[];
  /** Prefix of the temporary files, unique among those alive. */
  readonly name: string;
  readonly workDir: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

const frameBytes = 8;
/** Mono goes to both sides at its own level and stereo stays as it is; of surround sound each side takes its share, scaled so that nothing clips. */
const toStereo = 'pan=stereo|FL<FL+0.7FC+0.7SL+0.7BL|FR<FR+0.7FC+0.7SR+0.7BR';

/** The speed as steps between half and double, within which the filter neither drops nor repeats sound. */
function tempos(speed: number): readonly string[] {
  if (speed === 1) return [];
  const steps = Math.ceil(Math.abs(Math.log2(speed)) - 1e-9);
  return Array.from({ length: Math.max(1, steps) }, () => `atempo=${(speed ** (1 / Math.max(1, steps))).toFixed(9)}`);
}

/** Decodes several files in one run of ffmpeg, because its start costs more than a line of speech does. */
export async function decodeParts({ parts, name, workDir, toolset, signal }: DecodePartsOptions): Promise<DecodedPart[]> {
  if (parts.length === 0) return [];
  const paths = parts.map((_, at) => join(workDir, `${name}-${at}.f32`));
  try {
    await runFfmpeg({
      toolset,
      signal,
      purpose: 'decoding sound',
      description: {
        inputs: parts.map(({ path, fromMs = 0, maxSamples, speed = 1 }) => ({
          options: {
            protocol_whitelist: 'file,pipe',
            ...(fromMs > 0 ? { ss: fromMs / 1000 } : {}),
            // A little more than wanted: the reader stops at the exact sample.
            ...(maxSamples === undefined ? {} : { t: (maxSamples / 48_000 + 0.1) * speed }),
          },
          from: { file: path },
        })),
        outputs: paths.map((file, at) => ({
          options: {
            map: `${at}:a:0`,
            af: [
              toStereo,
              'aresample=48000:async=0',
              ...tempos(parts[at]?.speed ?? 1),
              'aformat=sample_fmts=flt:channel_layouts=stereo',
            ].join(','),
            f: 'f32le',
          },
          to: { file },
        })),
      },
    });
    return await Promise.all(paths.map((path, at) => openPart({ path, maxSamples: parts[at]?.maxSamples ?? Number.POSITIVE_INFINITY })));
  } catch (error) {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    throw error;
  }
}

async function openPart({ path, maxSamples }: { path: string; maxSamples: number }): Promise<DecodedPart> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  const samples = Math.min(Math.floor(size / frameBytes), maxSamples);
  return {
    samples,
    async read(into, firstSample) {
      into.fill(0);
      const skipped = Math.max(0, -firstSample);
      const wanted = Math.min(into.length / 2 - skipped, samples - Math.max(0, firstSample));
      if (wanted > 0)
        await readFully(file, {
          into: new Uint8Array(into.buffer, into.byteOffset + skipped * frameBytes, wanted * frameBytes),
          position: Math.max(0, firstSample) * frameBytes,
        });
    },
    async close() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

async function readFully(file: FileHandle, { into, position }: { into: Uint8Array; position: number }): Promise<void> {
  for (let filled = 0; filled < into.byteLength; ) {
    const { bytesRead } = await file.read(into, filled, into.byteLength - filled, position + filled);
    if (bytesRead === 0) return;
    filled += bytesRead;
  }
}
