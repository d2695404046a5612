import { type PlanarFrame, squareKinds } from '@filmwright/contracts';
import { pixelsOf } from './block-grid.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { bandStep, type EdgeBand } from './edge-band.ts';
import { type Memory, openMemory, sharedBytes } from './memory.ts';
import type { Box, Picture, Plane } from './picture.ts';
import { paintBand } from './planar-frame.ts';

/** A frame, its mask, and the mean colours of its blocks of `times` by `times` pixels; masks may be wrong about edges within `stepPx` blocks. */
export type FrameToCut = {
  readonly frame: PlanarFrame;
  readonly mask: Plane;
  readonly small: Picture;
  readonly times: number;
  readonly stepPx: number;
};

/** The pixels of a cut-out frame, black and clear around the subject; of each square what of it is true (see `CutSquares`); and the box around the subject, null where nothing is seen. */
export type FramePixels = { readonly rgba: Uint8Array; readonly sidePx: number; readonly kinds: Uint8Array; readonly box: Box | null };

/** Alpha from which a pixel is seen, in codes of 255. */
const seen = 9;

/** Cuts frames of one size, one after the other, into memory that threads can share; what it gives lasts until the frame after the next one. */
export function openFrameCutter(): (asked: FrameToCut) => FramePixels {
  const memory = openMemory();
  const turns = [openMemory(sharedBytes), openMemory(sharedBytes)] as const;
  let turn = 0;
  return (asked) => cutFrame(asked, { memory, own: turns[turn++ % 2 === 0 ? 0 : 1] });
}

/** Memory to work in, and that for what is given. */
type Memories = { readonly memory: Memory; readonly own: Memory };

function cutFrame({ frame, mask, small, times, stepPx }: FrameToCut, { memory, own }: Memories): FramePixels {
  const { width, height } = frame;
  const sidePx = bandStep * times;
  const rgba = memory.bytes('painted', width * height * 4);
  const paint = (band: EdgeBand): void => paintBand(frame, { band, times, into: pixelsOf(rgba) });
  const into = own.bytes('cut', rgba.length);
  const { cut, alpha, near } = cutWithMask({
    picture: { width, height, rgba },
    times,
    mask,
    small,
    blurCells: stepPx,
    paint,
    into,
    memory,
  });
  const kinds = own.bytes('kinds', near.across * near.down);
  for (let square = 0; square < kinds.length; square++) {
    const cell = Math.floor(square / near.across) * bandStep * alpha.width + (square % near.across) * bandStep;
    kinds[square] = near.squares[square] === 1 ? squareKinds.pixels : alpha.data[cell] === 1 ? squareKinds.whole : squareKinds.clear;
  }
  return { rgba: into, sidePx, kinds, box: seenBox(cut, { alpha, times }) };
}

/** The box around all that is seen of a cut-out; only rows and columns of cells with something in them are looked at pixel by pixel. */
function seenBox({ width, height, rgba }: Picture, { alpha, times }: { readonly alpha: Plane; readonly times: number }): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let row = 0, cell = 0; row < alpha.height; row++)
    for (let column = 0; column < alpha.width; column++, cell++) {
      if (alpha.data[cell] === 0) continue;
      const x0 = column * times;
      const y0 = row * times;
      const x1 = Math.min(width, x0 + times);
      const y1 = Math.min(height, y0 + times);
      if (x0 >= left && y0 >= top && x1 <= right + 1 && y1 <= bottom + 1) continue;
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) {
          if ((rgba[(y * width + x) * 4 + 3] as number) < seen) continue;
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
    }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
