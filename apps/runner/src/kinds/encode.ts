import { join } from 'node:path';
import { encodeSpan } from '@filmwright/render/span/encode-span';
import { fontPaths } from '../font-paths.ts';
import type { KindRunner } from '../run-task.ts';

/** Composes and encodes one span. */
export const runEncode: KindRunner<'encode'> = async ({ span, encode }, context) => {
  const outPath = join(context.tempDir, 'span.mp4');
  const stillPath = join(context.tempDir, 'still.jpg');
  const fontPath = await fontPaths(span, context.pathOf);
  const encoded = await encodeSpan({ span, encode, outPath, stillPath }, { ...context, fontPath, onPercent: context.progress });
  return {
    ...encoded,
    asset: await context.store({ path: outPath, mediaType: 'video/mp4' }),
    still: await context.store({ path: stillPath, mediaType: 'image/jpeg' }),
  };
};
