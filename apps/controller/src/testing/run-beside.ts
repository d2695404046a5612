import type { TestContext } from 'node:test';
import { createLog, type Log } from '@filmwright/process';

/** What every loop of a controller is given: a signal that ends it, this machine's clock, and a log of which nothing is seen. */
export type Beside = { readonly signal: AbortSignal; readonly nowMs: () => number; readonly log: Log };

/** Runs a loop beside a test, until that or the returned function ends it. */
export function runBeside(context: Pick<TestContext, 'after'>, loop: (beside: Beside) => Promise<void>): () => Promise<void> {
  const ending = new AbortController();
  const log = createLog({ app: 'controller', least: 'error', write: () => {} });
  const running = loop({ signal: ending.signal, nowMs: () => performance.now(), log });
  const stop = async () => {
    ending.abort();
    await running;
  };
  context.after(stop);
  return stop;
}
