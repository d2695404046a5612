import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../reason-of.ts';
import { type PoolsOptions, runPools } from './run-pools.ts';

const againAfterMs = 1000;

/** Runs pools until the signal is aborted, again whenever that fails: nothing else waits for them, and nothing of them ends a leader. */
export async function keepPools(options: PoolsOptions): Promise<void> {
  const { signal, log } = options;
  while (!signal.aborted) {
    try {
      return await runPools(options);
    } catch (error) {
      log('warn', 'pools cannot run just now; trying again', { reason: reasonOf(error) });
      await sleep(againAfterMs, undefined, { signal }).catch(() => {});
    }
  }
}
