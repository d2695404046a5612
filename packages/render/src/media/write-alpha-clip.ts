import { type ClipToWrite, type ClipWriter, streamClip } from './write-clip.ts';

/** Writes a clip with alpha as H.264 of twice its height: colour above, the matte as greys below. One decoder reads both, it can be sought in like any clip, and it takes a sixth of what lossless alpha does. A key frame each second, colour at CRF 16; `write` takes straight-alpha RGBA of the clip's size. */
export function writeAlphaClip({ width, height, ...clip }: ClipToWrite): ClipWriter {
  const stream = streamClip({ ...clip, width, height: height * 2, pixels: 'rgb24', crf: 16, purpose: 'writing a clip with alpha' });
  const frame = new Uint8Array(width * height * 6);
  return {
    ...stream,
    async write(rgba) {
      const lower = width * height * 3;
      for (let i = 0; i < width * height; i++) {
        const to = i * 3;
        const alpha = rgba[i * 4 + 3] as number;
        for (let c = 0; c < 3; c++) {
          frame[to + c] = rgba[i * 4 + c] as number;
          frame[lower + to + c] = alpha;
        }
      }
      await stream.write(frame);
    },
  };
}
