import { join } from 'node:path';
import { renderFramePng } from '@filmwright/render/span/render-frame';
import { fontPaths } from '../font-paths.ts';
import type { KindRunner } from '../run-task.ts';

/** Renders one finished frame as PNG. */
export const runFrame: KindRunner<'frame'> = async ({ span }, context) => {
  const outPath = join(context.tempDir, 'frame.png');
  const fontPath = await fontPaths(span, context.pathOf);
  await renderFramePng(span, { context: { ...context, fontPath }, outPath });
  return { asset: await context.store({ path: outPath, mediaType: 'image/png' }) };
};
