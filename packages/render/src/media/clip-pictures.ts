import type { Box } from '@filmwright/contracts';
import { spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';

/** A decoded frame of a clip, straight-alpha RGBA unless it was asked for otherwise; its pixels are its own until they are given back as spare. */
export type ClipPicture = { readonly width: number; readonly height: number; readonly rgba: Uint8Array };

export type ClipPictures = {
  readonly path: string;
  /** Frames a second of the normalised clip. */
  readonly rate: number;
  readonly firstFrame: number;
  readonly frames: number;
  /** Pixels of the clip to read. */
  readonly crop: Box;
  /** What they are scaled to. */
  readonly width: number;
  readonly height: number;
  /** Gives colours multiplied by their alpha, so that those behind clear pixels are gone before anything is scaled. */
  readonly premultiplied?: boolean;
  /** Memory of frames that nobody needs any more, which those to come take from here. */
  readonly spare?: Uint8Array[];
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Frames of a part of a normalised clip, by number, in order; fewer where the clip ends before. */
export async function* clipPictures(options: ClipPictures): AsyncGenerator<ClipPicture> {
  const { path, rate, firstFrame, frames, crop, width, height, premultiplied = false, spare = [], toolset, signal } = options;
  const decoder = spawnFfmpegSource({
    toolset,
    signal,
    purpose: 'reading a clip',
    description: {
      global: { filter_threads: 2 },
      inputs: [{ options: firstFrame === 0 ? {} : { ss: ((firstFrame - 0.5) / rate).toFixed(6) }, from: { file: path } }],
      outputs: [
        {
          options: {
            map: '0:v:0',
            vf: writeFiltergraph([
              {
                filters: [
                  filter('crop', { w: crop.width, h: crop.height, x: crop.x, y: crop.y }),
                  ...(premultiplied ? [filter('format', { pix_fmts: 'gbrap' }), filter('premultiply', { inplace: 1 })] : []),
                  filter('scale', { w: width, h: height, flags: 'bicubic+accurate_rnd+full_chroma_int' }),
                  filter('format', { pix_fmts: 'rgba' }),
                ],
              },
            ]),
            'frames:v': frames,
            fps_mode: 'passthrough',
            f: 'rawvideo',
            pix_fmt: 'rgba',
          },
          to: { pipe: 1 },
        },
      ],
    },
  });
  try {
    for (;;) {
      const rgba = spare.pop() ?? new Uint8Array(width * height * 4);
      if (!(await decoder.read(rgba))) return;
      yield { width, height, rgba };
    }
  } finally {
    await decoder.close();
  }
}
