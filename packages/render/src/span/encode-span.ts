import type { Cmaf, EncodeSettings, SpanComposition } from '@filmwright/contracts';
import { createCompositor } from '../compositor/compositor.ts';
import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import { readCmaf } from '../media/read-cmaf.ts';
import { settleOffsets } from '../media/settle-offsets.ts';
import { encodeArguments, parseSsim, videoTimescale } from '../plan/encode-arguments.ts';
import { framePainter, targets } from './frame-painter.ts';
import type { LoadContext } from './load-picture.ts';
import type { PictureCache } from './picture-cache.ts';
import { writeStill } from './write-still.ts';

export type SpanContext = LoadContext & {
  readonly fontPath: (digest: string) => string;
  readonly cache: PictureCache;
  readonly onPercent?: (percent: number) => void;
};

export type EncodedSpan = {
  readonly frames: number;
  readonly ssim: number | null;
  readonly blackFrames: readonly number[];
  readonly repeatedFrames: readonly number[];
  /** Milliseconds spent composing; the rest of the time went into waiting for the encoder. */
  readonly composeMs: number;
  readonly cmaf: Cmaf;
};

export type EncodeSpan = {
  readonly span: SpanComposition;
  readonly encode: EncodeSettings;
  readonly outPath: string;
  /** Where a small JPEG of the span's middle frame is written. */
  readonly stillPath: string;
};

/** A frame counts as black when its mean luma is at most this code value and nearly all of it is dark (16 is black). */
const blackLuma = 18;

/** Composes a span and encodes it to a CMAF track of its own; the file is whole only when this resolves. Memory does not grow with the span's length. */
export async function encodeSpan({ span, encode, outPath, stillPath }: EncodeSpan, context: SpanContext): Promise<EncodedSpan> {
  const compositor = createCompositor({ width: span.width, height: span.height, targets: targets.count });
  const painter = framePainter(span, { ...context, compositor });
  const encoder = spawnFfmpegPipe({
    toolset: context.toolset,
    purpose: 'encoding a span',
    signal: context.signal,
    args: encodeArguments({ settings: encode, width: span.width, height: span.height, fps: span.fps, outPath }),
  });
  const blackFrames: number[] = [];
  const repeatedFrames: number[] = [];
  let lastHash: bigint | null = null;
  let composeMs = 0;
  let writing: Promise<void> = Promise.resolve();
  let still: Promise<void> = Promise.resolve();
  try {
    for (let index = 0; index < span.frames; index++) {
      const frame = span.firstFrame + index;
      // Making a bitmap may move the memory that the encoder still reads from.
      if (painter.changesAt(frame)) await writing;
      const startedMs = performance.now();
      const target = targets.pipe[index % 2] ?? 0;
      await painter.paint(frame, target);
      const stats = compositor.frameStats();
      composeMs += performance.now() - startedMs;
      if (stats.meanLuma <= blackLuma && stats.darkShare > 0.98) blackFrames.push(index);
      if (stats.hash === lastHash) repeatedFrames.push(index);
      lastHash = stats.hash;
      if (index === span.frames >> 1) {
        still = writeStill({ frame: compositor.frame(target), width: span.width, height: span.height, outPath: stillPath });
        still.catch(() => {});
      }
      await writing;
      writing = encoder.write(compositor.frame(target));
      // A failure is heard at the next await; until then it must not count as unhandled.
      writing.catch(() => {});
      if (index % 15 === 14) context.onPercent?.((index / span.frames) * 100);
    }
    await writing;
    const { log } = await encoder.finish();
    await still;
    await settleOffsets(outPath);
    const cmaf = await readCmaf(outPath, (span.frames * videoTimescale) / span.fps);
    return { frames: span.frames, ssim: parseSsim(log), blackFrames, repeatedFrames, composeMs, cmaf };
  } catch (error) {
    await encoder.abort();
    throw error;
  } finally {
    await painter.close();
  }
}
