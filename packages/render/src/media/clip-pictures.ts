import type { Box, PlanarFrame } from '@filmwright/contracts';
import { spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { type Filter, filter, writeFiltergraph } from '../plan/filtergraph.ts';

/** A decoded frame of a clip, straight-alpha RGBA unless it was asked for otherwise; its pixels are its own until they are given back as spare. */
export type ClipPicture = { readonly width: number; readonly height: number; readonly rgba: Uint8Array };

export type PlanarFrames = {
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
  /** Memory of frames that nobody needs any more, which those to come take from here. */
  readonly spare?: Uint8Array[];
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

export type ClipPictures = PlanarFrames & {
  /** Gives colours multiplied by their alpha, so that those behind clear pixels are gone before anything is scaled. */
  readonly premultiplied?: boolean;
};

const scaling = 'bicubic+accurate_rnd+full_chroma_int';

/** Frames of a part of a normalised clip, by number, in order; fewer where the clip ends before. */
export async function* clipPictures({ premultiplied = false, ...options }: ClipPictures): AsyncGenerator<ClipPicture> {
  const { width, height } = options;
  const first = premultiplied ? [filter('format', { pix_fmts: 'gbrap' }), filter('premultiply', { inplace: 1 })] : [];
  const filters = [...first, filter('scale', { w: width, h: height, flags: scaling })];
  for await (const rgba of decoded(options, { filters, pixels: 'rgba', fresh: () => new Uint8Array(width * height * 4) }))
    yield { width, height, rgba };
}

/** The same frames as they are stored, of even width and height: what is only passed on keeps its codes, and a third of the bytes travel. Their memory can be shared between threads. */
export async function* planarFrames(options: PlanarFrames): AsyncGenerator<PlanarFrame> {
  const { width, height } = options;
  const filters = [filter('scale', { w: width, h: height, out_color_matrix: 'bt709', out_range: 'tv', flags: scaling })];
  const fresh = (): Uint8Array => new Uint8Array(new SharedArrayBuffer((width * height * 3) / 2));
  for await (const yuv of decoded(options, { filters, pixels: 'yuv420p', fresh })) yield { width, height, yuv };
}

type Decoding = { readonly filters: readonly Filter[]; readonly pixels: 'rgba' | 'yuv420p'; readonly fresh: () => Uint8Array };

async function* decoded(
  { path, rate, firstFrame, frames, crop, spare = [], toolset, signal }: PlanarFrames,
  { filters, pixels, fresh }: Decoding,
): AsyncGenerator<Uint8Array> {
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
                  ...filters,
                  filter('format', { pix_fmts: pixels }),
                ],
              },
            ]),
            'frames:v': frames,
            fps_mode: 'passthrough',
            f: 'rawvideo',
            pix_fmt: pixels,
          },
          to: { pipe: 1 },
        },
      ],
    },
  });
  try {
    for (;;) {
      const frame = spare.pop() ?? fresh();
      if (!(await decoder.read(frame))) return;
      yield frame;
    }
  } finally {
    await decoder.close();
  }
}
