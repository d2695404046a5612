import { join } from 'node:path';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { enlargedSize } from '@filmwright/engines/upscale/upscale-file';
import { upscalePictures } from '@filmwright/engines/upscale/upscale-pictures';
import { clipPictures } from '@filmwright/render/media/clip-pictures';
import { clipSize } from '@filmwright/render/media/clip-size';
import { writeClip } from '@filmwright/render/media/write-clip';
import { withKeptFrames } from '../kept-frames.ts';
import type { KindRunner } from '../run-task.ts';

/** Enlarges the frames of a piece of a clip; handed back or broken off between two, it goes on behind the last one. */
export const runUpscaleClip: KindRunner<'upscale-clip'> = async (payload, context) => {
  const { clip, model: name, factor, rate, firstFrame, frames } = payload;
  const { toolset, tempDir, home, progress } = context;
  const model = await installedModel({ name, home });
  const path = await context.pathOf(clip);
  const whole = await clipSize({ path, toolset });
  const large = enlargedSize(whole, factor);
  const size = { width: large.width - (large.width % 2), height: large.height - (large.height % 2) };
  const read = (): null => null;
  return withKeptFrames({ context, frames, bytes: size.width * size.height * 4, read }, async (kept) => {
    const outPath = join(tempDir, 'large.mp4');
    const writer = writeClip({ outPath, ...size, rate, toolset });
    let made = 0;
    const tell = (share = 0): void => progress(Math.min(99, ((made + share) * 100) / frames));
    try {
      for await (const { frame } of kept.earlier()) {
        await writer.writeTaken(frame);
        made++;
        tell();
      }
      const left = { firstFrame: firstFrame + made, frames: frames - made };
      const pictures = clipPictures({ path, toolset, rate, ...left, crop: { x: 0, y: 0, ...whole }, ...whole });
      const onTile = (done: number, of: number): void => tell(done / of);
      for await (const { rgba } of upscalePictures({ pictures, size, model, pool: await context.pictureModels(), onTile })) {
        const frame = await writer.write(rgba);
        made++;
        await kept.add({ frame, state: null });
      }
      await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const asset = await context.store({ path: outPath, mediaType: 'video/mp4' });
    return { asset, ...size, frames: made, rate, credit: creditOfModel(model.card), notices: [] };
  });
};
