import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@filmwright/client';
import { FilmwrightError, fromProblem, problemSchema } from '@filmwright/contracts';
import { startPostgres } from '@filmwright/records/embedded';
import { keptKey } from './kept-key.ts';
import { type PlatformFile, removePlatformFile, writePlatformFile } from './platform-file.ts';
import { type Supervised, supervise } from './supervise.ts';

export type PlatformOptions = {
  readonly home: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Runner processes; as many as cores and memory bear when left out. */
  readonly runners?: number;
  readonly logTo: 'file' | 'stderr';
};
export type Platform = PlatformFile & { readonly client: Client; readonly stop: () => Promise<void> };

const mebibyte = 1024 ** 2;
const readyWithinMs = 60_000;
const othersAfterMs = 1200;

/** One runner per core, as long as each has 700 MB of free memory. */
export function runnersFor(cores: number, freeBytes: number): number {
  return Math.max(1, Math.min(cores, Math.floor(freeBytes / (700 * mebibyte))));
}

/** Starts database, gateway, controller and runners, and keeps each of them running until `stop`. Resolves when a film can be made. */
export async function startPlatform({ home, port, runners, logTo }: PlatformOptions): Promise<Platform> {
  mkdirSync(home, { recursive: true });
  const logFile = logTo === 'file' ? openLog(home) : null;
  const database = await keepDatabase(home);
  const token = randomBytes(24).toString('base64url');
  const runnerToken = randomBytes(24).toString('base64url');
  const signingKey = await keptKey(home);
  const parts: Supervised[] = [];
  let others: NodeJS.Timeout | undefined;
  const stop = async (): Promise<void> => {
    clearTimeout(others);
    await Promise.all(parts.map((part) => part.stop()));
    await database.stop();
    await removePlatformFile(home);
    if (logFile !== null) closeSync(logFile);
  };
  try {
    let url: string | undefined;
    let wantedPort = port;
    const shared = (): Record<string, string> => ({
      FILMWRIGHT_HOME: home,
      DATABASE_URL: database.connectionString(),
      FILMWRIGHT_TOKEN: token,
      FILMWRIGHT_RUNNER_TOKEN: runnerToken,
      FILMWRIGHT_SIGNING_KEY: signingKey,
      FILMWRIGHT_PORT: String(wantedPort),
    });
    const listening = new Promise<string>((resolve) => {
      parts.push(
        supervise({
          app: 'gateway',
          name: 'gateway',
          env: shared,
          logTo: logFile ?? 'inherit',
          onSign: (sign) => {
            if (typeof sign.url !== 'string') return;
            // A gateway that starts again must come back where its clients know it.
            wantedPort = Number(new URL(sign.url).port);
            resolve(sign.url);
          },
        }),
      );
    });
    parts.push(supervise({ app: 'controller', name: 'controller', env: shared, logTo: logFile ?? 'inherit', onSign: () => {} }));
    const runner = (name: string): { readonly part: Supervised; readonly joined: Promise<void> } => {
      let part: Supervised | undefined;
      const joined = new Promise<void>((resolve, reject) => {
        part = supervise({
          app: 'runner',
          name,
          env: () => ({
            ...shared(),
            FILMWRIGHT_URL: url ?? '',
            FILMWRIGHT_RUNNER_NAME: name,
            DATABASE_URL: '',
            FILMWRIGHT_TOKEN: '',
            FILMWRIGHT_SIGNING_KEY: '',
          }),
          logTo: logFile ?? 'inherit',
          onSign: (sign) => (sign.ready === true ? resolve() : lacks(sign, reject)),
        });
        parts.push(part);
      });
      return { part: part as Supervised, joined };
    };
    // The first runner looks at the machine while the gateway starts.
    const first = runner('runner-1');
    first.joined.catch(() => {});
    url = await within(listening, `the gateway did not start; see ${join(home, 'logs')}. Is port ${port} taken?`);
    first.part.tell({ url });
    await within(first.joined, `no runner started; see ${join(home, 'logs', 'platform.log')}.`);
    const client = createClient({ url, token });
    const count = runners ?? runnersFor(availableParallelism(), freemem());
    // The others come a moment later: what needs no work, or one frame, is done by then and has the cores to itself.
    others = setTimeout(() => {
      for (let index = 2; index <= count; index++) runner(`runner-${index}`).joined.catch(() => {});
    }, othersAfterMs);
    await untilReady(client, home);
    const file = { pid: process.pid, url, token };
    await writePlatformFile(home, file);
    return { ...file, client, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends the wait when a runner says what this machine lacks; a fault that may pass is left to the next try. */
function lacks(sign: Readonly<Record<string, unknown>>, reject: (error: Error) => void): void {
  const problem = problemSchema.safeParse(sign.problem);
  if (problem.success && !problem.data.retryable) reject(fromProblem(problem.data));
}

type Database = { readonly connectionString: () => string; readonly stop: () => Promise<void> };

/** The database of the home, started again whenever it dies; an external one when DATABASE_URL names it. */
async function keepDatabase(home: string): Promise<Database> {
  const external = process.env.DATABASE_URL;
  if (external) return { connectionString: () => external, stop: async () => {} };
  let running = await startPostgres({ home });
  let stopped = false;
  const watch = async (): Promise<void> => {
    while (!stopped) {
      await running.exited;
      if (stopped) return;
      for (;;) {
        try {
          running = await startPostgres({ home, port: Number(new URL(running.connectionString).port) });
          break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 500));
          if (stopped) return;
        }
      }
    }
  };
  void watch();
  return {
    connectionString: () => running.connectionString,
    async stop() {
      stopped = true;
      await running.stop();
    },
  };
}

async function untilReady(client: Client, home: string): Promise<void> {
  const untilMs = performance.now() + readyWithinMs;
  for (;;) {
    try {
      return await client.ready();
    } catch (error) {
      if (performance.now() > untilMs) {
        const why = error instanceof Error ? error.message : String(error);
        throw new FilmwrightError(
          'unavailable',
          `The platform is not ready after ${readyWithinMs / 1000} s: ${why} See ${join(home, 'logs', 'platform.log')}.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

function within<T>(promise: Promise<T>, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FilmwrightError('unavailable', message)), readyWithinMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The log file, begun anew (one older kept) once it is over 10 MB. */
function openLog(home: string): number {
  const folder = join(home, 'logs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'platform.log');
  try {
    if (statSync(path).size > 10 * mebibyte) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a');
}
