import type { Records, RecordsEvent } from '@filmwright/records';
import { type Ahead, createAheadBoard } from './ahead-board.ts';

/** Hands the changes of the records to whoever waits in this process: event streams and long polls. One listening connection serves all. */
export type ChangeHub = {
  /** Calls `listener` after each change of the build; returns how to stop. */
  watchBuild(id: string, listener: () => void): () => void;
  /** Calls `listener` after each save or removal of the film; returns how to stop. */
  watchFilm(id: string, listener: () => void): () => void;
  /** Resolves with true at the next grant to a runner, with false after `waitMs`, when `signal` is aborted or when the hub closes. */
  waitForGrant(wait: { readonly runnerId: string; readonly waitMs: number; readonly signal: AbortSignal }): Promise<boolean>;
  /** What a runner may bring nearer, each said once. */
  takeAhead(runnerId: string): Ahead;
  /** Calls `listener` once when the hub closes, so that open replies can end; returns how to forget it. */
  onClose(listener: () => void): () => void;
  isClosed(): boolean;
  close(): Promise<void>;
};

/** Starts listening. Open until `close`, which wakes every waiter first. */
export async function openChangeHub(records: Pick<Records, 'listen'>): Promise<ChangeHub> {
  const watchers = new Map<string, Set<() => void>>();
  const closers = new Set<() => void>();
  const ahead = createAheadBoard(() => performance.now());
  let closed = false;

  const hear = (event: RecordsEvent) => {
    if (event.type === 'build' || event.type === 'film')
      for (const listener of [...(watchers.get(`${event.type} ${event.id}`) ?? [])]) listener();
    if (event.type === 'ahead') ahead.put(event);
    if (event.type === 'granted') {
      // Without names it is what may have been missed.
      const names =
        event.runners.length > 0
          ? event.runners.map((id) => `runner ${id}`)
          : [...watchers.keys()].filter((name) => name.startsWith('runner '));
      for (const name of names) for (const listener of [...(watchers.get(name) ?? [])]) listener();
    }
  };
  const stop = await records.listen(hear);

  const watch = (name: string, listener: () => void) => {
    const listeners = watchers.get(name) ?? new Set();
    watchers.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && watchers.get(name) === listeners) watchers.delete(name);
    };
  };

  return {
    watchBuild: (id, listener) => watch(`build ${id}`, listener),
    watchFilm: (id, listener) => watch(`film ${id}`, listener),
    waitForGrant({ runnerId, waitMs, signal }) {
      return new Promise((resolve) => {
        if (closed || signal.aborted) return resolve(false);
        const end = (granted: boolean): void => {
          clearTimeout(timer);
          forget();
          closers.delete(over);
          signal.removeEventListener('abort', over);
          resolve(granted);
        };
        const over = (): void => end(false);
        const timer = setTimeout(over, waitMs);
        const forget = watch(`runner ${runnerId}`, () => end(true));
        closers.add(over);
        signal.addEventListener('abort', over, { once: true });
      });
    },
    takeAhead: ahead.take,
    onClose(listener) {
      if (closed) listener();
      else closers.add(listener);
      return () => closers.delete(listener);
    },
    isClosed: () => closed,
    async close() {
      if (closed) return;
      closed = true;
      for (const listener of [...closers]) listener();
      closers.clear();
      await stop();
    },
  };
}
