import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';

export type AlphaClip = {
  readonly outPath: string;
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** A clip with alpha being written. States: open until finish(), abort() or a failure. */
export type AlphaClipWriter = {
  /** Straight-alpha RGBA of the clip's size. */
  write(rgba: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
};

/** Writes a clip with alpha as H.264 of twice its height: colour above, the matte as greys below. One decoder reads both, it can be sought in like any clip, and it takes a sixth of what lossless alpha does. A key frame each second, colour at CRF 16. */
export function writeAlphaClip({ outPath, width, height, rate, toolset, signal }: AlphaClip): AlphaClipWriter {
  const gop = Math.max(1, Math.round(rate));
  const x264 = [`keyint=${gop}`, `min-keyint=${gop}`, 'scenecut=0', 'open-gop=0', 'threads=2', 'lookahead-threads=1', 'rc-lookahead=20'];
  const colour = ['range=tv', 'colorprim=bt709', 'transfer=bt709', 'colormatrix=bt709'];
  const pipe = spawnFfmpegPipe({
    toolset,
    signal,
    purpose: 'writing a clip with alpha',
    description: {
      global: { filter_threads: 2 },
      inputs: [{ options: { f: 'rawvideo', pix_fmt: 'rgb24', s: `${width}x${height * 2}`, r: String(rate) }, from: { pipe: 0 } }],
      outputs: [
        {
          options: {
            vf: writeFiltergraph([
              {
                filters: [
                  filter('scale', { out_color_matrix: 'bt709', out_range: 'tv', flags: 'bicubic+accurate_rnd+full_chroma_int' }),
                  filter('format', { pix_fmts: 'yuv420p' }),
                ],
              },
            ]),
            fps_mode: 'passthrough',
            'c:v': 'libx264',
            preset: 'veryfast',
            crf: 16,
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
  const frame = new Uint8Array(width * height * 6);
  return {
    async write(rgba) {
      const lower = width * height * 3;
      for (let i = 0; i < width * height; i++) {
        const to = i * 3;
        const alpha = rgba[i * 4 + 3] as number;
        for (let c = 0; c < 3; c++) {
          frame[to + c] = rgba[i * 4 + c] as number;
          frame[lower + to + c] = alpha;
        }
      }
      await pipe.write(frame);
    },
    async finish() {
      await pipe.finish();
    },
    abort: () => pipe.abort(),
  };
}
