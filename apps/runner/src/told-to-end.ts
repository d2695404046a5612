import { whenToldToEnd } from '@filmwright/process';
import { onSignal } from '@filmwright/process/on-signal';

/** How a runner ends: first it takes no more (`drain`), then it stops what still runs (`end`). */
export type Endings = { readonly drain: AbortSignal; readonly end: AbortSignal };

/** Whoever asks a runner to drain has time, also where its platform, when it ends, has none. */
const askedGraceMs = 60_000;

export type Ending = {
  /** How long what runs may go on once the process was told to end; 0 stops it at once. */
  readonly graceMs: number;
  /** Resolves with the reason when the process was told to end. */
  readonly told?: Promise<string>;
  /** Resolves with the reason when somebody asked this runner to drain. */
  readonly asked: Promise<string>;
};

/** Follows the word to drain, and the first to end, by a drain, and ends after the grace time; a second signal ends at once. */
export function endingsOf({ graceMs, told = whenToldToEnd(), asked }: Ending): Endings {
  const drain = new AbortController();
  const end = new AbortController();
  const follow = (reason: string, withinMs: number): (() => void) => {
    const stop = (): void => end.abort(new Error(reason));
    if (withinMs === 0) stop();
    drain.abort(new Error(reason));
    setTimeout(stop, withinMs).unref();
    return stop;
  };
  void asked.then((reason) => follow(reason, graceMs > 0 ? graceMs : askedGraceMs));
  let stopAtOnce = (): void => {};
  onSignal(() => stopAtOnce());
  void told.then((reason) => {
    stopAtOnce = follow(reason, graceMs);
  });
  return { drain: drain.signal, end: end.signal };
}
