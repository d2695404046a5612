import { type RefObject, useLayoutEffect, useState } from 'react';

/** Width and height of an element's inside in pixels, kept up to date; zero before it is laid out. */
export function useSize(ref: RefObject<HTMLElement | null>): { readonly widthPx: number; readonly heightPx: number } {
  const [size, setSize] = useState({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const read = (): void =>
      setSize((before) =>
        before.widthPx === element.clientWidth && before.heightPx === element.clientHeight
          ? before
          : { widthPx: element.clientWidth, heightPx: element.clientHeight },
      );
    read();
    const watcher = new ResizeObserver(read);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [ref]);
  return size;
}
