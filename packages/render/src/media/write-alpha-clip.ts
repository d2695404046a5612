import { splitAlpha, splitBytes } from './split-alpha.ts';
import { type ClipToWrite, type ClipWriter, streamClip } from './write-clip.ts';

/** Writes a clip with alpha as H.264 of twice its height: colour above, the matte as greys below. One decoder reads both, it can be sought in like any clip, and it takes a sixth of what lossless alpha does. A key frame each second, colour at CRF 16; `write` takes straight-alpha RGBA of the clip's size. */
export function writeAlphaClip({ width, height, ...clip }: ClipToWrite): ClipWriter {
  const stream = streamClip({ ...clip, width, height: height * 2, pixels: 'yuv420p', crf: 16, purpose: 'writing a clip with alpha' });
  const frame = new Uint8Array(splitBytes({ width, height }));
  return {
    ...stream,
    async write(rgba) {
      splitAlpha(rgba, { width, height, frame });
      await stream.write(frame);
    },
  };
}
