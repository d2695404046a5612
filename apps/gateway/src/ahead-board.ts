import type { AheadFile } from '@filmwright/contracts';

/** Hints for runners until their next heartbeat. */
export type AheadBoard = {
  readonly put: (hint: { readonly runnerId: string; readonly files: readonly AheadFile[] }) => void;
  /** What a runner was not told yet; it is told once. */
  readonly take: (runnerId: string) => readonly AheadFile[];
};

/** Who does not ask within this asks another gateway, or is gone. */
const keptMs = 30_000;
const mostFiles = 1000;

/** A board by a clock in milliseconds. A hint that comes again, or comes too late, does no harm. */
export function createAheadBoard(nowMs: () => number): AheadBoard {
  const boards = new Map<string, { readonly files: Map<string, AheadFile>; atMs: number }>();
  return {
    put({ runnerId, files }) {
      // Those that were told last come last.
      for (const [id, { atMs }] of boards) {
        if (nowMs() - atMs < keptMs) break;
        boards.delete(id);
      }
      const board = boards.get(runnerId) ?? { files: new Map(), atMs: 0 };
      boards.delete(runnerId);
      boards.set(runnerId, board);
      board.atMs = nowMs();
      for (const file of files) if (board.files.size < mostFiles) board.files.set(file.digest, file);
    },
    take(runnerId) {
      const board = boards.get(runnerId);
      boards.delete(runnerId);
      return board === undefined || nowMs() - board.atMs >= keptMs ? [] : [...board.files.values()];
    },
  };
}
