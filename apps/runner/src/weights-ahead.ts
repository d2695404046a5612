import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Log } from '@filmwright/process';

/** Reads weights that are likely to be loaded from the disk into spare memory. Nobody waits for it, and what fails is left to whoever loads them. */
export type WeightsAhead = {
  /** Names of models, as tasks ask for them. */
  readonly add: (models: readonly string[]) => void;
  readonly close: () => Promise<void>;
};

const mostModels = 100;
const entry = fileURLToPath(new URL('./weights-main.ts', import.meta.url));

/** One model at a time, each in a process of its own that gives way to all others and knows no secrets. */
export function createWeightsAhead({ home, log }: { readonly home: string; readonly log: Log }): WeightsAhead {
  const wanted = new Set<string>();
  let child: ChildProcess | null = null;
  let gone = Promise.resolve();
  let isClosed = false;

  const next = (): void => {
    const [model] = wanted;
    if (model === undefined || child !== null || isClosed) return;
    wanted.delete(model);
    const reader = fork(entry, [home, model], {
      env: { PATH: process.env.PATH ?? '' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child = reader;
    reader.on('message', (told: { readonly bytes: number }) => {
      if (told.bytes > 0) log('info', 'weights were read into memory', { model, bytes: told.bytes });
    });
    gone = new Promise((resolve) => {
      const over = (): void => {
        child = null;
        resolve();
        next();
      };
      // One that could not be started ends without a word.
      reader.once('error', () => reader.pid === undefined && over());
      reader.once('exit', over);
    });
  };

  return {
    add(models) {
      for (const model of models) if (wanted.size < mostModels) wanted.add(model);
      next();
    },
    async close() {
      isClosed = true;
      wanted.clear();
      child?.kill('SIGKILL');
      await gone;
    },
  };
}
