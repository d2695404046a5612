import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Log } from '@filmwright/process';
import { notesOf, takeOn } from './read-into-memory.ts';

/** Reads weights that are likely to be loaded from the disk into spare memory. Nobody waits for it, and what fails is left to whoever loads them. */
export type WeightsAhead = {
  /** Names of models, as tasks ask for them. */
  readonly add: (models: readonly string[]) => void;
  readonly close: () => Promise<void>;
};

type Reading = { readonly home: string; readonly log: Log /** Told of a model that was read. */; readonly onRead: (model: string) => void };

const mostModels = 100;
const entry = fileURLToPath(new URL('./weights-main.ts', import.meta.url));

/** One model at a time, each in a process of its own that gives way to all others and knows no secrets. */
export function createWeightsAhead({ home, log, onRead }: Reading): WeightsAhead {
  const wanted = new Set<string>();
  let child: ChildProcess | null = null;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const read = (model: string): Promise<void> =>
    new Promise((resolve) => {
      const reader = fork(entry, [home, model], {
        env: { PATH: process.env.PATH ?? '' },
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      child = reader;
      reader.on('message', (told: { readonly bytes: number }) => {
        if (told.bytes === 0) return;
        log('info', 'weights were read into memory', { model, bytes: told.bytes });
        onRead(model);
      });
      // One that could not be started ends without a word.
      reader.once('error', () => reader.pid === undefined && resolve());
      reader.once('exit', () => resolve());
    });

  const readAll = async (): Promise<void> => {
    for (let [model] = wanted; model !== undefined; [model] = wanted) {
      wanted.delete(model);
      if ((await takeOn({ notes: notesOf(home), name: model })) && !isClosed) await read(model);
    }
  };

  const start = (): void => {
    running ??= readAll()
      .catch(() => wanted.clear())
      .finally(() => {
        running = undefined;
        if (wanted.size > 0) start();
      });
  };

  return {
    add(models) {
      for (const model of models) if (wanted.size < mostModels && !isClosed) wanted.add(model);
      if (wanted.size > 0) start();
    },
    async close() {
      isClosed = true;
      wanted.clear();
      child?.kill('SIGKILL');
      await running;
    },
  };
}
