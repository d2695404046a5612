import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';

export type ClipToWrite = {
  readonly outPath: string;
  /** Even. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly rate: number;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** A clip being written. States: open until finish(), abort() or a failure. */
export type ClipWriter = {
  /** A frame of the clip's size as RGBA; its alpha is left out. Gives the very bytes that the encoder took, there until the next one is written. */
  write(rgba: Uint8Array): Promise<Uint8Array>;
  /** A frame as an earlier `write` of such a clip gave it. */
  writeTaken(frame: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
};

/** How the frames come (`yuv420p` as they are stored: BT.709, limited range), and how well they are kept. */
export type ClipStream = ClipToWrite & { readonly pixels: 'rgba' | 'yuv420p'; readonly crf: number; readonly purpose: string };

/** Writes frames as a clip like those that uploads are normalised to: H.264 at a constant rate, BT.709 limited range, a key frame each second, no sound. The same frames give the same bytes. */
export function writeClip(clip: ClipToWrite): ClipWriter {
  return streamClip({ ...clip, pixels: 'rgba', crf: 12, purpose: 'writing a clip' });
}

const toStored = filter('scale', { out_color_matrix: 'bt709', out_range: 'tv', flags: 'bicubic+accurate_rnd+full_chroma_int' });

/** The encoder of every clip that is made here of raw frames; what `write` takes is one frame of `pixels`. */
export function streamClip({ outPath, width, height, rate, toolset, signal, pixels, crf, purpose }: ClipStream): ClipWriter {
  const gop = Math.max(1, Math.round(rate));
  const x264 = [`keyint=${gop}`, `min-keyint=${gop}`, 'scenecut=0', 'open-gop=0', 'threads=2', 'lookahead-threads=1', 'rc-lookahead=20'];
  const colour = ['range=tv', 'colorprim=bt709', 'transfer=bt709', 'colormatrix=bt709'];
  const pipe = spawnFfmpegPipe({
    toolset,
    signal,
    purpose,
    description: {
      global: { filter_threads: 2 },
      inputs: [{ options: { f: 'rawvideo', pix_fmt: pixels, s: `${width}x${height}`, r: String(rate) }, from: { pipe: 0 } }],
      outputs: [
        {
          options: {
            vf: writeFiltergraph([{ filters: [...(pixels === 'rgba' ? [toStored] : []), filter('format', { pix_fmts: 'yuv420p' })] }]),
            fps_mode: 'passthrough',
            'c:v': 'libx264',
            preset: 'veryfast',
            crf,
            'x264-params': [...x264, ...colour].join(':'),
            color_range: 'tv',
            colorspace: 'bt709',
            color_primaries: 'bt709',
            color_trc: 'bt709',
            'flags:v': '+bitexact',
            fflags: '+bitexact',
            map_metadata: -1,
            movflags: '+faststart+write_colr',
            f: 'mp4',
          },
          to: { file: outPath },
        },
      ],
    },
  });
  return {
    async write(frame) {
      await pipe.write(frame);
      return frame;
    },
    writeTaken: (frame) => pipe.write(frame),
    async finish() {
      await pipe.finish();
    },
    abort: () => pipe.abort(),
  };
}
