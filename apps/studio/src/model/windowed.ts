/** A grid of equal cells that scrolls: sizes in pixels. */
export type Grid = { readonly count: number; readonly columns: number; readonly rowHeight: number; readonly gap: number };
/** Cells `first` to before `end` are to be there; the rows before them are `topPx` high, all rows `heightPx`. */
export type Slice = {
  readonly first: number;
  readonly end: number;
  readonly topPx: number;
  readonly heightPx: number;
};

/** How many columns of at least `cellPx` fit side by side; at least one. */
export function columnsFor({ widthPx, cellPx, gap }: { readonly widthPx: number; readonly cellPx: number; readonly gap: number }): number {
  return Math.max(1, Math.floor((widthPx + gap) / (cellPx + gap)));
}

/** The cells that show through a window, with `extra` rows on either side so that scrolling finds them drawn. */
export function sliceOf(
  { count, columns, rowHeight, gap }: Grid,
  { scrollPx, viewPx, extra = 3 }: { readonly scrollPx: number; readonly viewPx: number; readonly extra?: number },
): Slice {
  const rows = Math.ceil(count / columns);
  const step = rowHeight + gap;
  const heightPx = Math.max(0, rows * step - gap);
  const firstRow = Math.min(Math.max(0, Math.floor(scrollPx / step) - extra), Math.max(0, rows - 1));
  const endRow = Math.min(rows, Math.ceil((scrollPx + viewPx) / step) + extra);
  return {
    first: firstRow * columns,
    end: Math.min(count, Math.max(endRow, firstRow) * columns),
    topPx: firstRow * step,
    heightPx,
  };
}

/** Where the row of a cell begins, for scrolling to it. */
export function topOf(index: number, { columns, rowHeight, gap }: Omit<Grid, 'count'>): number {
  return Math.floor(index / columns) * (rowHeight + gap);
}

/** The cell that an arrow key leads to; the same one at an edge. */
export function neighbour(
  index: number,
  { key, columns, count }: { readonly key: string; readonly columns: number; readonly count: number },
): number {
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const next = key === 'Home' ? 0 : key === 'End' ? count - 1 : index + (steps[key] ?? 0);
  return next < 0 || next >= count ? index : next;
}
