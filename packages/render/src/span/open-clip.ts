import type { Source } from '@filmwright/contracts';
import { type FfmpegSource, spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import { writeFiltergraph } from '../plan/filtergraph.ts';
import { sourceGraph } from '../plan/source-filters.ts';
import type { LoadContext } from './load-picture.ts';
import { openLook } from './open-look.ts';

export type ClipSource = Extract<Source, { type: 'clip' }>;

/** Frames of a clip in order; after its end the last one again. */
export type ClipFrames = {
  /** Bytes of the next frame, yuv420p; the same buffer every time. */
  next(): Promise<Uint8Array>;
  close(): Promise<void>;
};

/** Opens a normalised clip so that the first frame read is the one shown at shot-relative `frame`. */
export async function openClip(
  source: ClipSource,
  { frame, fps, context }: { readonly frame: number; readonly fps: number; readonly context: LoadContext },
): Promise<ClipFrames> {
  const { width, height, filters } = source;
  const look = await openLook(filters.look, context.pathOf);
  const startMs = source.fromMs + (frame * 1000) / fps;
  const decoder: FfmpegSource = spawnFfmpegSource({
    toolset: context.toolset,
    purpose: 'reading a clip',
    signal: context.signal,
    description: {
      inputs: [
        { options: { ss: (startMs / 1000).toFixed(6), noaccurate_seek: false }, from: { file: await context.pathOf(source.asset) } },
      ],
      outputs: [
        {
          options: {
            map: '0:v:0',
            vf: writeFiltergraph(sourceGraph({ width, height, filters, lookPath: look.path, format: 'yuv420p', fps })),
            f: 'rawvideo',
            pix_fmt: 'yuv420p',
          },
          to: { pipe: 1 },
        },
      ],
    },
  });
  const bytes = new Uint8Array(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2));
  bytes.fill(16, 0, width * height).fill(128, width * height);
  let over = false;
  return {
    async next() {
      if (!over) over = !(await decoder.read(bytes));
      return bytes;
    },
    close: async () => {
      await decoder.close();
      await look.close();
    },
  };
}
