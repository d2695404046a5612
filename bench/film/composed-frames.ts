import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderBlobs } from '@filmwright/blobs';
import type { Payload } from '@filmwright/contracts';
import { startPostgres } from '@filmwright/records/embedded';
import { createCompositor } from '@filmwright/render/compositor/compositor';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { framePainter, targets } from '@filmwright/render/span/frame-painter';
import { createPictureCache } from '@filmwright/render/span/picture-cache';
import { Client } from 'pg';
import type { Frames } from './bare-encode.ts';

/** The finished frames of a rung (the only one, if none is named) of a build as they went into the encoder, raw yuv420p in memory: decoded ones would be smoother and quicker to encode. */
export async function composedFrames(
  home: string,
  { build, rung = '' }: { readonly build: string; readonly rung?: string },
): Promise<Frames> {
  const { connectionString } = await startPostgres({ home });
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ payload: Payload<'encode'> }>(
    `select t.payload from build_task b join task t on t.key = b.key where b.build_id = $1 and t.kind = 'encode' and b.address like '%' || $2 order by b.ordinal`,
    [build, rung],
  );
  await client.end();
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  const fonts = new Map<string, string>();
  for (const digest of JSON.stringify(rows).match(/sha256-[0-9a-f]{64}/g) ?? []) fonts.set(digest, await blobs.path(digest));
  const context = {
    toolset: await findFfmpeg(),
    pathOf: (digest: string) => blobs.path(digest),
    fontPath: (digest: string) => fonts.get(digest) ?? '',
    cache: createPictureCache({ maxBytes: 3e8 }),
  };
  const path = join('/dev/shm', `filmwright-bench-${process.pid}.yuv`);
  const file = openSync(path, 'w');
  let frames = 0;
  for (const { payload } of rows) {
    const { span } = payload;
    const compositor = createCompositor({ width: span.width, height: span.height, targets: targets.count });
    const painter = framePainter(span, { ...context, compositor });
    for (let index = 0; index < span.frames; index++, frames++) {
      await painter.paint(span.firstFrame + index, 0);
      writeSync(file, compositor.frame(0));
    }
    await painter.close();
  }
  closeSync(file);
  const span = rows[0]?.payload.span;
  if (span === undefined) throw new Error(`build ${build} has no spans`);
  return { path, width: span.width, height: span.height, fps: span.fps, frames };
}
