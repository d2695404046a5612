import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { asDiskFull } from '../ffmpeg/disk-full.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { videoTimescale } from '../plan/encode-arguments.ts';
import type { FfmpegDescription } from '../plan/ffmpeg-arguments.ts';
import { avcConfiguration } from './avc-configuration.ts';
import { languageCode } from './language-code.ts';
import { frameTimes } from './probe.ts';

/** An encoded span as a local MP4 and the number of frames it must have. */
export type SpanFile = { readonly path: string; readonly frames: number };

export type AssembleOptions = {
  readonly spans: readonly SpanFile[];
  /** AAC in an M4A of the film's length; null for a silent film. */
  readonly soundPath: string | null;
  readonly fps: number;
  readonly title: string;
  /** BCP 47 tag. */
  readonly language: string;
  readonly outPath: string;
  readonly workDir: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Pictures that the encoder may decode ahead of showing them (x264 with a B-pyramid). */
const reorderedFrames = 2;

/** Joins spans and sound into an MP4 that starts to play before it is loaded, without encoding again; fails as program-failed unless every frame stands exactly on the film's grid. */
export async function assemble(options: AssembleOptions): Promise<{ frames: number }> {
  const { spans, outPath, toolset, signal, fps, workDir } = options;
  const listPath = join(workDir, 'spans.ffconcat');
  try {
    const shared = await writeList({ spans, listPath, fps }).catch((error) => {
      throw asDiskFull(error, 'joining the spans of a film');
    });
    await runFfmpeg({
      toolset,
      signal,
      purpose: 'joining the spans of a film',
      description: joinDescription(options, { listPath, shared, mostBytes: await mostBytesOf(options) }),
    });
  } finally {
    await rm(listPath, { force: true });
  }
  const wanted = spans.reduce((sum, span) => sum + span.frames, 0);
  const found = await frameTimes({ path: outPath, frameTicks: videoTimescale / fps, toolset, signal });
  if (found.frames !== wanted || found.firstTick !== 0 || !found.even)
    throw new FilmwrightError(
      'program-failed',
      `The joined film is not what its ${spans.length} spans should give: found ${found.frames} frames from tick ${found.firstTick}${found.even ? '' : ', unevenly spaced'}, wanted ${wanted} from tick 0, ${videoTimescale / fps} ticks apart. A span is damaged: remove it from the store and make the film again.`,
    );
  return { frames: found.frames };
}

/** Writes the list of the spans; gives whether all have the same decoder configuration, so that one header serves all. */
async function writeList({ spans, listPath, fps }: { spans: readonly SpanFile[]; listPath: string; fps: number }): Promise<boolean> {
  const list = await open(listPath, 'w');
  let first: string | null | undefined;
  let shared = true;
  try {
    await list.write('ffconcat version 1.0\n');
    let frames = 0;
    let writtenUs = 0;
    for (const span of spans) {
      if (/[\r\n]/.test(span.path)) throw new Error(`the path of a span holds a line break: ${JSON.stringify(span.path)}`);
      frames += span.frames;
      // Durations have microseconds; rounding the running sum keeps every span within half a microsecond of its place, far less than a tick.
      const endUs = Math.round((frames * 1e6) / fps);
      await list.write(`file '${span.path.replaceAll("'", "'\\''")}'\nduration ${((endUs - writtenUs) / 1e6).toFixed(6)}\n`);
      writtenUs = endUs;
      const configuration = await avcConfiguration(span.path);
      first ??= configuration;
      shared &&= configuration !== null && configuration === first;
    }
  } finally {
    await list.close();
  }
  return shared;
}

/** A copy cannot be much larger than what it is copied from: a run that writes on without end is stopped here and then found wrong. */
async function mostBytesOf({ spans, soundPath }: AssembleOptions): Promise<number> {
  let bytes = soundPath === null ? 0 : (await stat(soundPath)).size;
  for (const { path } of spans) bytes += (await stat(path)).size;
  return Math.ceil(bytes * 1.2) + 10_000_000;
}

function joinDescription(
  { soundPath, title, language, outPath, fps }: AssembleOptions,
  { listPath, shared, mostBytes }: { listPath: string; shared: boolean; mostBytes: number },
): FfmpegDescription {
  const code = `language=${languageCode(language)}`;
  return {
    inputs: [
      // Spans with differing headers, from different encoder builds, carry them in the stream instead.
      { options: { f: 'concat', safe: 0, auto_convert: shared ? 0 : 1 }, from: { file: listPath } },
      ...(soundPath === null ? [] : [{ from: { file: soundPath } }]),
    ],
    outputs: [
      {
        options: {
          map: soundPath === null ? '0:v:0' : ['0:v:0', '1:a:0'],
          c: 'copy',
          // A span without reordered pictures is decoded when it is shown, others two frames before: put on one grid, no packet is moved and the track is as long as its frames.
          'bsf:v': `setts=pts=PTS:dts=(N-${reorderedFrames})*${videoTimescale / fps}`,
          map_metadata: -1,
          map_chapters: -1,
          metadata: `title=${title.replace(/\p{Cc}+/gu, ' ')}`,
          'metadata:s:v:0': code,
          ...(soundPath === null ? {} : { 'metadata:s:a:0': code }),
          video_track_timescale: videoTimescale,
          fs: mostBytes,
          fflags: '+bitexact',
          movflags: '+faststart+write_colr',
          f: 'mp4',
        },
        to: { file: outPath },
      },
    ],
  };
}
