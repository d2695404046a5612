import type { SpanComposition } from '@filmwright/contracts';
import { createCompositor } from '../compositor/compositor.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';
import type { SpanContext } from './encode-span.ts';
import { framePainter, targets } from './frame-painter.ts';

/** The first frame of a span as RGBA, top row first: what the encoder would get, turned back into sRGB. */
export async function renderFrame(span: SpanComposition, context: SpanContext): Promise<Uint8Array> {
  const { stdout } = await converted(span, { context, output: { f: 'rawvideo', pix_fmt: 'rgba' }, outPath: null });
  return stdout;
}

/** Writes the first frame of a span as PNG. */
export async function renderFramePng(
  span: SpanComposition,
  { context, outPath }: { readonly context: SpanContext; readonly outPath: string },
): Promise<void> {
  await converted(span, { context, output: { f: 'image2', 'c:v': 'png', pix_fmt: 'rgb24', 'frames:v': 1, update: 1 }, outPath });
}

type Converted = {
  readonly context: SpanContext;
  readonly output: Readonly<Record<string, string | number>>;
  readonly outPath: string | null;
};

async function converted(span: SpanComposition, { context, output, outPath }: Converted): Promise<{ readonly stdout: Uint8Array }> {
  const { width, height, fps } = span;
  const compositor = createCompositor({ width, height, targets: targets.count });
  const painter = framePainter(span, { ...context, compositor });
  try {
    await painter.paint(span.firstFrame, targets.pipe[0]);
    const frame = Uint8Array.from(compositor.frame(targets.pipe[0]));
    const vf = writeFiltergraph([
      { filters: [filter('scale', { in_color_matrix: 'bt709', in_range: 'tv', out_range: 'pc', flags: 'accurate_rnd+full_chroma_int' })] },
    ]);
    return await runFfmpeg({
      toolset: context.toolset,
      purpose: 'writing a frame',
      signal: context.signal,
      stdin: frame,
      maxStdoutBytes: outPath === null ? width * height * 4 : 0,
      description: {
        inputs: [{ options: { f: 'rawvideo', pix_fmt: 'yuv420p', video_size: `${width}x${height}`, framerate: fps }, from: { pipe: 0 } }],
        outputs: [{ options: { vf, ...output, fflags: '+bitexact' }, to: outPath === null ? { pipe: 1 } : { file: outPath } }],
      },
    });
  } finally {
    await painter.close();
  }
}
