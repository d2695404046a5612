import type { AheadFile } from '@filmwright/contracts';

/** Files to fetch, and models whose weights to read. */
export type Ahead = { readonly files: readonly AheadFile[]; readonly models: readonly string[] };

/** Hints for runners until their next heartbeat. */
export type AheadBoard = {
  readonly put: (hint: { readonly runnerId: string; readonly files: readonly AheadFile[]; readonly models?: readonly string[] }) => void;
  /** What a runner was not told yet; it is told once. */
  readonly take: (runnerId: string) => Ahead;
};

/** Who does not ask within this asks another gateway, or is gone. */
const keptMs = 30_000;
const mostFiles = 1000;
const mostModels = 100;

type Board = { readonly files: Map<string, AheadFile>; readonly models: Set<string>; atMs: number };

/** A board by a clock in milliseconds. A hint that comes again, or comes too late, does no harm. */
export function createAheadBoard(nowMs: () => number): AheadBoard {
  const boards = new Map<string, Board>();
  return {
    put({ runnerId, files, models = [] }) {
      // Those that were told last come last.
      for (const [id, { atMs }] of boards) {
        if (nowMs() - atMs < keptMs) break;
        boards.delete(id);
      }
      const board = boards.get(runnerId) ?? { files: new Map(), models: new Set(), atMs: 0 };
      boards.delete(runnerId);
      boards.set(runnerId, board);
      board.atMs = nowMs();
      for (const file of files) if (board.files.size < mostFiles) board.files.set(file.digest, file);
      for (const model of models) if (board.models.size < mostModels) board.models.add(model);
    },
    take(runnerId) {
      const board = boards.get(runnerId);
      boards.delete(runnerId);
      if (board === undefined || nowMs() - board.atMs >= keptMs) return { files: [], models: [] };
      return { files: [...board.files.values()], models: [...board.models] };
    },
  };
}
