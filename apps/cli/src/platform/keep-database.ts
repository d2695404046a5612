import { type RunningPostgres, startPostgres } from '@filmwright/records/embedded';

export type KeptDatabase = {
  readonly connectionString: () => string;
  readonly pid: () => number;
  /** How often it was started or taken over, the first time included. */
  readonly starts: () => number;
  readonly stop: () => Promise<void>;
};

const againAfterMs = 500;

/** Starts the database of a home and starts it again, on its port, whenever it dies. */
export async function keepDatabase(home: string): Promise<KeptDatabase> {
  let running: RunningPostgres = await startPostgres({ home, tell: (line) => void process.stderr.write(`${line}\n`) });
  let starts = 1;
  let stopped = false;
  const watch = async (): Promise<void> => {
    while (!stopped) {
      await running.exited;
      while (!stopped) {
        try {
          running = await startPostgres({ home, port: Number(new URL(running.connectionString).port) });
          starts++;
          // It came while the end was asked for.
          if (stopped) await running.stop();
          break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, againAfterMs));
        }
      }
    }
  };
  void watch();
  return {
    connectionString: () => running.connectionString,
    pid: () => running.pid,
    starts: () => starts,
    async stop() {
      stopped = true;
      await running.stop();
    },
  };
}
