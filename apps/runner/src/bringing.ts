import type { Client } from '@filmwright/client';
import type { Log } from '@filmwright/process';
import { weightsOf } from './weights-home.ts';

/** What a machine is told to bring from the platform, until each of it was tried once: then what is not there is not on its way either. */
export type Bringing = {
  /** What may still come, by the names that were told. */
  readonly names: () => readonly string[];
  /** Aborts once each was tried. */
  readonly over: AbortSignal;
  /** Whether something came that may have been missed by the look at this machine, since it is all there. */
  readonly isUnseen: () => boolean;
  /** Notes that this machine is looked at from now on. */
  readonly look: () => void;
};

type BringingOptions = {
  readonly wanted: readonly string[];
  readonly home: string;
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Of a machine that brings nothing. */
export const bringsNothing: Bringing = { names: () => [], over: new AbortController().signal, isUnseen: () => false, look: () => {} };

/** Brings what is wanted of the platform's models and voices while this runner works: it offers each as it arrives. */
export function bringFromPlatform({ wanted, home, ...options }: BringingOptions): Bringing {
  if (wanted.length === 0) return bringsNothing;
  const over = new AbortController();
  let isUnseen = false;
  const onTried = (came: boolean): void => {
    isUnseen = came;
    over.abort();
  };
  void import('./keep-shelf.ts').then(({ keepShelf }) => keepShelf({ wanted, weights: weightsOf(home), onTried, ...options }));
  return {
    names: () => (over.signal.aborted && !isUnseen ? [] : wanted),
    over: over.signal,
    isUnseen: () => isUnseen,
    look() {
      isUnseen = false;
    },
  };
}
