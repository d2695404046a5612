import { type PointerEvent, type RefObject, useRef, useState } from 'react';
import type { Grid } from '../../model/windowed.ts';

export type DragShots = {
  /** The shot being carried and the place where it would be put down. */
  readonly from: number | null;
  readonly to: number | null;
  readonly handlers: (index: number) => {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerCancel: (event: PointerEvent<HTMLElement>) => void;
  };
};
type DragOptions = {
  readonly boardRef: RefObject<HTMLElement | null>;
  readonly grid: Grid;
  readonly move: (from: number, to: number) => void;
};

const startsAfterPx = 6;
const edgePx = 72;

/** Carries cards with mouse, pen or finger; near an edge the board scrolls. By keys the same is done with Alt and arrows. */
export function useDragShots({ boardRef, grid, move }: DragOptions): DragShots {
  const [carried, carry] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const start = useRef<{ readonly x: number; readonly y: number; readonly index: number } | null>(null);

  const placeAt = (x: number, y: number): number => {
    const board = boardRef.current?.getBoundingClientRect();
    if (board === undefined) return 0;
    const column = Math.min(grid.columns - 1, Math.max(0, Math.floor(((x - board.left) / board.width) * grid.columns)));
    const row = Math.max(0, Math.floor((y - board.top) / (grid.rowHeight + grid.gap)));
    return Math.min(grid.count - 2, row * grid.columns + column);
  };
  const stop = (): void => {
    start.current = null;
    carry(null);
  };

  return {
    from: carried?.from ?? null,
    to: carried?.to ?? null,
    handlers: (index) => ({
      onPointerDown(event) {
        if (event.button !== 0) return;
        start.current = { x: event.clientX, y: event.clientY, index };
      },
      onPointerMove(event) {
        const began = start.current;
        if (began === null) return;
        if (carried === null && Math.hypot(event.clientX - began.x, event.clientY - began.y) < startsAfterPx) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        carry({ from: began.index, to: placeAt(event.clientX, event.clientY) });
        const scroller = boardRef.current?.closest('.space-main');
        const view = scroller?.getBoundingClientRect();
        if (scroller && view !== undefined) {
          if (event.clientY < view.top + edgePx) scroller.scrollTop -= 14;
          if (event.clientY > view.bottom - edgePx) scroller.scrollTop += 14;
        }
      },
      onPointerUp() {
        if (carried !== null) move(carried.from, carried.to);
        stop();
      },
      onPointerCancel: stop,
    }),
  };
}
