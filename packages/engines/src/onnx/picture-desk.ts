import { Worker } from 'node:worker_threads';
import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';
import type { Box, Picture, Plane } from './picture.ts';

/** Size of a written cut-out, the box of every pixel with an alpha above 8 of 255, and its mean alpha (0..1). */
export type WrittenPicture = { readonly width: number; readonly height: number; readonly bbox: Box; readonly coverage: number };

export type PictureDeskRequest =
  | { readonly kind: 'read'; readonly picturePath: string }
  | { readonly kind: 'keep'; readonly outPath: string }
  | { readonly kind: 'cut'; readonly outPath: string; readonly mask: Plane; readonly times: number; readonly blurCells: number };
export type PictureDeskAnswer =
  | { readonly kind: 'read'; readonly picture: Picture; readonly ownAlpha: boolean }
  | { readonly kind: 'written'; readonly written: WrittenPicture }
  | { readonly kind: 'failed'; readonly code: ProblemCode; readonly message: string };

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
  const worker = new Worker(new URL('./picture-thread.ts', import.meta.url));
  let settle: ((answer: PictureDeskAnswer) => void) | undefined;
  let fail: ((error: unknown) => void) | undefined;
  worker.on('message', (answer: PictureDeskAnswer) => settle?.(answer));
  worker.on('error', (error: Error) =>
    fail?.(new FilmwrightError('program-failed', `The pixel work failed: ${error.message}.`, { cause: error })),
  );
  worker.on('exit', (code) =>
    fail?.(signal?.aborted ? signal.reason : new FilmwrightError('program-failed', `The thread of the pixel work ended with ${code}.`)),
  );
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  const ask = async (request: PictureDeskRequest): Promise<Exclude<PictureDeskAnswer, { kind: 'failed' }>> => {
    signal?.throwIfAborted();
    const answer = await new Promise<PictureDeskAnswer>((resolve, reject) => {
      settle = resolve;
      fail = reject;
      worker.postMessage(request);
    });
    if (answer.kind === 'failed') throw new FilmwrightError(answer.code, answer.message);
    return answer;
  };
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
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await worker.terminate();
    },
  };
}
