import { onSignal } from '@filmwright/process/on-signal';

/** Ctrl-C and SIGTERM abort `signal` until they are given back, so that what was made can be taken away; those that follow only say so. */
export function heedInterrupts(tell: (line: string) => void): { readonly signal: AbortSignal; readonly giveBack: () => void } {
  const told = new AbortController();
  const giveBack = onSignal(() => {
    if (told.signal.aborted) tell('What the drill made is being taken away; kill -9 ends it at once, and leaves the rest there.');
    told.abort();
  });
  return { signal: told.signal, giveBack };
}
