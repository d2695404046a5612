import type { CutSquares } from '@filmwright/contracts';
import { splitAlpha, splitBytes } from './split-alpha.ts';
import { type ClipToWrite, type ClipWriter, streamClip } from './write-clip.ts';

/** A clip with alpha being written; `write` takes straight-alpha RGBA of the clip's size, and which squares of it are to be taken from the frame as it was. */
export type AlphaClipWriter = Omit<ClipWriter, 'write'> & { write(rgba: Uint8Array, squares?: CutSquares): Promise<Uint8Array> };

/** Writes a clip with alpha as H.264 of twice its height: colour above, the matte as greys below. One decoder reads both, it can be sought in like any clip, and it takes a sixth of what lossless alpha does. A key frame each second, colour at CRF 16. */
export function writeAlphaClip({ width, height, ...clip }: ClipToWrite): AlphaClipWriter {
  const stream = streamClip({ ...clip, width, height: height * 2, pixels: 'yuv420p', crf: 16, purpose: 'writing a clip with alpha' });
  const frame = new Uint8Array(splitBytes({ width, height }));
  return {
    ...stream,
    async write(rgba, squares) {
      splitAlpha(rgba, { width, height, frame, ...(squares ? { squares } : {}) });
      return stream.write(frame);
    },
  };
}
