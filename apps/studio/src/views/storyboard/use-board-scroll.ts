import { type RefObject, useCallback, useEffect, useState } from 'react';

type Rows = { readonly topOf: (index: number) => number; readonly rowHeight: number };
type BoardScroll = { readonly scrollPx: number; readonly viewPx: number; readonly reveal: (index: number) => void };

const edgePx = 24;

/** How far a board is scrolled within whatever scrolls it, and a way to bring one of its cells into sight. */
export function useBoardScroll(boardRef: RefObject<HTMLElement | null>, { topOf, rowHeight }: Rows): BoardScroll {
  const [at, setAt] = useState({ scrollPx: 0, viewPx: 900 });
  useEffect(() => {
    const board = boardRef.current;
    const scroller = board === null ? null : scrollerOf(board);
    if (board === null || scroller === null) return;
    let frame = 0;
    const read = (): void => {
      frame = 0;
      const scrollPx = scroller.getBoundingClientRect().top - board.getBoundingClientRect().top;
      setAt((before) =>
        before.scrollPx === scrollPx && before.viewPx === scroller.clientHeight ? before : { scrollPx, viewPx: scroller.clientHeight },
      );
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(read);
    };
    read();
    scroller.addEventListener('scroll', later, { passive: true });
    const watcher = new ResizeObserver(later);
    watcher.observe(scroller);
    return () => {
      cancelAnimationFrame(frame);
      scroller.removeEventListener('scroll', later);
      watcher.disconnect();
    };
  }, [boardRef]);

  const reveal = useCallback(
    (index: number) => {
      const board = boardRef.current;
      const scroller = board === null ? null : scrollerOf(board);
      if (board === null || scroller === null) return;
      const begin = board.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
      const top = begin + topOf(index);
      if (top - edgePx < scroller.scrollTop) scroller.scrollTop = top - edgePx;
      else if (top + rowHeight + edgePx > scroller.scrollTop + scroller.clientHeight)
        scroller.scrollTop = top + rowHeight + edgePx - scroller.clientHeight;
    },
    [boardRef, topOf, rowHeight],
  );
  return { ...at, reveal };
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  return element.closest('.space-main');
}
