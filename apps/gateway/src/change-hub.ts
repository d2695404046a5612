import type { Records, RecordsEvent } from '@filmwright/records';

/** Hands the changes of the records to whoever waits in this process: event streams and long polls. One listening connection serves all. */
export type ChangeHub = {
  /** Calls `listener` after each change of the build; returns how to stop. */
  watchBuild(id: string, listener: () => void): () => void;
  /** Calls `listener` after each save or removal of the film; returns how to stop. */
  watchFilm(id: string, listener: () => void): () => void;
  /** Resolves at the next ready task, after `waitMs`, when `signal` is aborted or when the hub closes. */
  waitForReady(waitMs: number, signal: AbortSignal): Promise<void>;
  /** Calls `listener` once when the hub closes, so that open replies can end; returns how to forget it. */
  onClose(listener: () => void): () => void;
  isClosed(): boolean;
  close(): Promise<void>;
};

/** Starts listening. Open until `close`, which wakes every waiter first. */
export async function openChangeHub(records: Pick<Records, 'listen'>): Promise<ChangeHub> {
  const watchers = new Map<string, Set<() => void>>();
  const readyWaiters = new Set<() => void>();
  const closers = new Set<() => void>();
  let closed = false;

  const hear = (event: RecordsEvent) => {
    if (event.type === 'build' || event.type === 'film')
      for (const listener of [...(watchers.get(`${event.type} ${event.id}`) ?? [])]) listener();
    if (event.type === 'ready') for (const wake of [...readyWaiters]) wake();
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
    waitForReady(waitMs, signal) {
      return new Promise((resolve) => {
        if (closed || signal.aborted) return resolve();
        const wake = () => {
          clearTimeout(timer);
          readyWaiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        readyWaiters.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
    onClose(listener) {
      if (closed) listener();
      else closers.add(listener);
      return () => closers.delete(listener);
    },
    isClosed: () => closed,
    async close() {
      if (closed) return;
      closed = true;
      for (const wake of [...readyWaiters]) wake();
      for (const listener of [...closers]) listener();
      closers.clear();
      await stop();
    },
  };
}
