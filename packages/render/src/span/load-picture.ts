import type { Source } from '@filmwright/contracts';
import type { Picture } from '../compositor/compositor.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { writeFiltergraph } from '../plan/filtergraph.ts';
import { sourceGraph } from '../plan/source-filters.ts';
import { openLook } from './open-look.ts';
import { cropToAlpha, onShadow } from './picture-alpha.ts';

export type PictureSource = Extract<Source, { type: 'picture' }>;
/** A picture ready for the compositor; `x`, `y` say where its top left stands relative to the prepared picture's (cropped, or grown by a shadow). */
export type LoadedPicture = Picture & { readonly x: number; readonly y: number };

export type LoadContext = {
  readonly toolset: Toolset;
  readonly pathOf: (digest: string) => Promise<string>;
  readonly signal?: AbortSignal | undefined;
};

/** Decodes, scales and filters a normalised picture; one with alpha is cropped to what can be seen and stands on its shadow. */
export async function loadPicture(source: PictureSource, context: LoadContext): Promise<LoadedPicture> {
  const { width, height, filters, alpha } = source;
  const look = await openLook(filters.look, context.pathOf);
  const format = alpha ? 'rgba' : 'yuv420p';
  const bytes = alpha ? width * height * 4 : width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  const { stdout } = await runFfmpeg({
    toolset: context.toolset,
    purpose: 'preparing a picture',
    signal: context.signal,
    maxStdoutBytes: bytes,
    description: {
      inputs: [{ from: { file: await context.pathOf(source.asset) } }],
      outputs: [
        {
          options: {
            vf: writeFiltergraph(sourceGraph({ width, height, filters, lookPath: look.path, format, fps: null })),
            'frames:v': 1,
            f: 'rawvideo',
            pix_fmt: format,
          },
          to: { pipe: 1 },
        },
      ],
    },
  }).finally(() => look.close());
  if (!alpha) return { format: 'yuv420p', width, height, bytes: stdout, x: 0, y: 0 };
  const shown = onShadow(cropToAlpha({ rgba: stdout, width, height, x: 0, y: 0 }), source.shadow);
  return { format: 'rgba-premultiplied', width: shown.width, height: shown.height, bytes: shown.rgba, x: shown.x, y: shown.y };
}
