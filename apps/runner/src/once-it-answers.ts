import { FilmwrightError, toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { sleep } from './sleep.ts';

type Waiting = { readonly signal: AbortSignal; readonly log: Log; readonly firstMs?: number };

const longestMs = 10_000;

/** What a gateway answers, asked again and again while none answers or its store is full; throws whatever else it refuses with, and the signal's reason. */
export async function onceItAnswers<Answer>(ask: () => Promise<Answer>, { signal, log, firstMs = 500 }: Waiting): Promise<Answer> {
  for (let waitMs = firstMs; ; waitMs = Math.min(longestMs, waitMs * 2)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof FilmwrightError) || !(error.code === 'unavailable' || error.code === 'disk-full')) throw error;
      log('warn', 'the gateway does not let this machine in yet, which is tried again', { problem: toProblem(error) });
      await sleep(waitMs, signal);
      signal.throwIfAborted();
    }
  }
}
