import { whenToldToEnd } from '@filmwright/process';

/** How a runner ends: first it takes no more (`drain`), then it stops what still runs (`end`). */
export type Endings = { readonly drain: AbortSignal; readonly end: AbortSignal };

/** Follows the first word to end by a drain, and ends after the grace time; a second signal ends at once. */
export function endingsOf(graceMs: number, told: Promise<string> = whenToldToEnd()): Endings {
  const drain = new AbortController();
  const end = new AbortController();
  void told.then((reason) => {
    const stop = (): void => end.abort(new Error(reason));
    if (graceMs === 0) stop();
    drain.abort(new Error(reason));
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stop);
    setTimeout(stop, graceMs).unref();
  });
  return { drain: drain.signal, end: end.signal };
}
