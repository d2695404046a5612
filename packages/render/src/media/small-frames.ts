import { spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';
import { clipSize } from './clip-size.ts';

/** A frame for looking at, straight-alpha RGBA; the same buffer every time. `index` counts the frames of the range that was asked for. */
export type SmallFrame = { readonly index: number; readonly width: number; readonly height: number; readonly rgba: Uint8Array };

export type SmallFrames = {
  readonly path: string;
  readonly toolset: Toolset;
  /** Longer side in pixels; what is smaller stays as it is. */
  readonly longSide: number;
  /** Of a clip: which part of it; a picture has one frame. */
  readonly range?: { readonly fromMs: number; readonly untilMs: number };
  /** The part of each frame that is wanted, in pixels; all of it when left out. */
  readonly crop?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The frames of a normalised picture or of a part of a normalised clip, small, in order. */
export async function* smallFrames({ path, toolset, longSide, range, crop, signal }: SmallFrames): AsyncGenerator<SmallFrame> {
  const full = crop ?? (await clipSize({ path, toolset, signal }));
  const scale = Math.min(1, longSide / Math.max(full.width, full.height));
  const [width, height] = [Math.max(1, Math.round(full.width * scale)), Math.max(1, Math.round(full.height * scale))];
  const cut = crop === undefined ? [] : [filter('crop', { w: crop.width, h: crop.height, x: crop.x, y: crop.y })];
  const options =
    range === undefined ? {} : { options: { ss: (range.fromMs / 1000).toFixed(6), t: ((range.untilMs - range.fromMs) / 1000).toFixed(6) } };
  const decoder = spawnFfmpegSource({
    toolset,
    signal,
    purpose: 'looking for a subject',
    description: {
      global: { filter_threads: 2 },
      inputs: [{ ...options, from: { file: path } }],
      outputs: [
        {
          options: {
            map: '0:v:0',
            vf: writeFiltergraph([
              {
                filters: [
                  ...cut,
                  filter('scale', { w: width, h: height, flags: 'area+accurate_rnd' }),
                  filter('format', { pix_fmts: 'rgba' }),
                ],
              },
            ]),
            ...(range === undefined ? { 'frames:v': 1 } : {}),
            fps_mode: 'passthrough',
            f: 'rawvideo',
            pix_fmt: 'rgba',
          },
          to: { pipe: 1 },
        },
      ],
    },
  });
  const rgba = new Uint8Array(width * height * 4);
  try {
    for (let index = 0; await decoder.read(rgba); index++) yield { index, width, height, rgba };
  } finally {
    await decoder.close();
  }
}
