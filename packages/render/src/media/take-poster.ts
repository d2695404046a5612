import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';

/** How small pictures are written: the same bytes for the same picture. */
export const jpeg = { f: 'image2', 'c:v': 'mjpeg', 'q:v': 3, pix_fmt: 'yuvj420p', fflags: '+bitexact', 'flags:v': '+bitexact' } as const;
// JPEG has the colours of BT.601 and all 256 levels.
const toJpeg = [filter('scale', { in_color_matrix: 'bt709', in_range: 'tv', out_color_matrix: 'bt601', out_range: 'pc' })];

export type TakePoster = {
  /** A span, and which of its frames. */
  readonly path: string;
  readonly frame: number;
  readonly outPath: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Writes one frame of a span as JPEG in its own size. */
export async function takePoster({ path, frame, outPath, toolset, signal }: TakePoster): Promise<void> {
  const vf = writeFiltergraph([{ filters: [filter('select', { expr: `eq(n,${frame})` }), ...toJpeg] }]);
  await runFfmpeg({
    toolset,
    signal,
    purpose: 'taking a poster',
    description: {
      inputs: [{ from: { file: path } }],
      outputs: [{ options: { vf, 'frames:v': 1, ...jpeg, update: 1 }, to: { file: outPath } }],
    },
  });
}
