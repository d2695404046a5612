import { FilmwrightError } from '@filmwright/contracts';
import { startThread } from './asking-thread.ts';
import type { Box, Picture, Plane } from './picture.ts';

/** Size of a written cut-out, the box of every pixel with an alpha above 8 of 255, and its mean alpha (0..1). */
export type WrittenPicture = { readonly width: number; readonly height: number; readonly bbox: Box; readonly coverage: number };

export type PictureDeskRequest =
  | { readonly kind: 'read'; readonly picturePath: string }
  | { readonly kind: 'keep'; readonly outPath: string }
  | { readonly kind: 'cut'; readonly outPath: string; readonly mask: Plane; readonly times: number; readonly blurCells: number };
export type PictureDeskAnswer =
  | { readonly kind: 'read'; readonly picture: Picture; readonly ownAlpha: boolean }
  | { readonly kind: 'written'; readonly written: WrittenPicture };

/** Pixel work on one picture in a thread of its own; an aborted signal ends the thread at once. */
export type PictureDesk = {
  readonly read: (picturePath: string) => Promise<{ readonly picture: Picture; readonly ownAlpha: boolean }>;
  /** Writes the picture as it is, hidden colours cleaned. */
  readonly keep: (outPath: string) => Promise<WrittenPicture>;
  /** Refines the mask, takes the background out of the edges and writes the cut-out. */
  readonly cut: (request: {
    readonly outPath: string;
    readonly mask: Plane;
    readonly times: number;
    readonly blurCells: number;
  }) => Promise<WrittenPicture>;
  readonly close: () => Promise<void>;
};

/** Starts the thread; close it when done. */
export function openPictureDesk({ signal }: { readonly signal?: AbortSignal } = {}): PictureDesk {
  const program = new URL('./picture-thread.ts', import.meta.url);
  const { ask, close } = startThread<PictureDeskRequest, PictureDeskAnswer>({ program, work: 'pixel work', signal });
  const written = async (request: PictureDeskRequest): Promise<WrittenPicture> => {
    const answer = await ask(request);
    if (answer.kind !== 'written') throw new FilmwrightError('internal', 'The thread of the pixel work answered out of turn.');
    return answer.written;
  };
  return {
    read: async (picturePath) => {
      const answer = await ask({ kind: 'read', picturePath });
      if (answer.kind !== 'read') throw new FilmwrightError('internal', 'The thread of the pixel work answered out of turn.');
      return answer;
    },
    keep: (outPath) => written({ kind: 'keep', outPath }),
    cut: (request) => written({ kind: 'cut', ...request }),
    close,
  };
}
