import { toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { Executor } from './executor.ts';

/** Tries models that a runner has while it has nothing else to do. */
export type IdleTrials = {
  /** Nothing runs from now on. */
  readonly idle: () => void;
  /** Something runs: a trial that is under way is ended at once, and goes on with its model when nothing runs again. */
  readonly busy: () => void;
};
export type Trying = {
  /** How long nothing must have run. */
  readonly afterMs: number;
  /** Opens an executor for trials alone. */
  readonly open: () => Pick<Executor, 'untried' | 'tryModels' | 'end'>;
  /** Frees what models that are loaded take of GPUs: beside them others may find no room. */
  readonly makeRoom?: () => Promise<void>;
  readonly log: Log;
};

/** Nothing is tried until `idle` is called. What fails as a whole is told of, and tried when nothing runs the next time. */
export function createIdleTrials({ afterMs, open, makeRoom, log }: Trying): IdleTrials {
  const since = new Date().toISOString();
  let timer: NodeJS.Timeout | undefined;
  let stop = new AbortController();
  let under: Promise<void> = Promise.resolve();

  const run = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    const executor = open();
    try {
      if (makeRoom !== undefined && (await executor.untried({ signal, since })) > 0 && !signal.aborted) await makeRoom();
      const models = await executor.tryModels({ signal, since });
      if (models > 0) log('info', 'models were tried', { models });
    } catch (error) {
      if (!signal.aborted) log('warn', 'models could not be tried', { problem: toProblem(error) });
    } finally {
      await executor.end();
    }
  };
  const busy = (): void => {
    clearTimeout(timer);
    stop.abort(new Error('something else runs'));
  };
  return {
    busy,
    idle() {
      busy();
      stop = new AbortController();
      const { signal } = stop;
      timer = setTimeout(() => {
        under = under.then(() => run(signal));
      }, afterMs).unref();
    },
  };
}
