import { useEffect, useRef } from 'react';

/** Gives a signal that is aborted once whoever uses it is no longer shown; to be asked for where something begins. */
export function useLeaving(): () => AbortSignal {
  const stop = useRef(new AbortController());
  useEffect(() => {
    const mine = new AbortController();
    stop.current = mine;
    return () => mine.abort();
  }, []);
  return () => stop.current.signal;
}
