import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { FilmwrightError } from '@filmwright/contracts';
import { deathLauncher } from '@filmwright/process/death-launcher';
import { diskFullMessage } from './disk-full.ts';

export type ProgramOptions = {
  /** Program and arguments as argv; no shell ever sees them. */
  readonly command: readonly string[];
  /** What the run is for, in messages: "encoding a span". */
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
  /** Wall time after which the program is killed; none when left out. */
  readonly timeoutMs?: number | undefined;
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  /** Opens descriptor 3 of the child for reading here (ffmpeg's -progress). */
  readonly progress?: boolean;
  readonly env?: NodeJS.ProcessEnv | undefined;
};

export type RunningProgram = {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly progress: Readable | null;
  /** Ends when the program has ended well, with the tail of its log; rejects with a FilmwrightError, or with the signal's reason. */
  readonly ended: Promise<{ readonly log: string }>;
  /** Kills the program at once; `ended` then rejects. */
  kill(): void;
};

const keptLogBytes = 64 * 1024;
const living = new Set<ChildProcess>();
let watching = false;

function watchOwnEnd(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const child of living) child.kill('SIGKILL');
  });
}

/** Starts a program that dies with this process (by the kernel where setpriv is installed), keeping the last 64 KiB of its standard error. */
export function startProgram(options: ProgramOptions): RunningProgram {
  const { signal, timeoutMs, purpose } = options;
  signal?.throwIfAborted();
  watchOwnEnd();
  const name = programName(options.command);
  const [program, ...args] = [...deathLauncher(), ...options.command];
  const child = spawn(program ?? '', args, {
    stdio: [options.stdin ? 'pipe' : 'ignore', options.stdout ? 'pipe' : 'ignore', 'pipe', options.progress ? 'pipe' : 'ignore'],
    windowsHide: true,
    ...(options.env ? { env: options.env } : {}),
  });
  living.add(child);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-keptLogBytes);
  });
  // A broken pipe is told by the exit status; without a listener it would end this process.
  child.stdin?.on('error', () => {});
  let timedOut = false;
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          kill();
        }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  const ended = new Promise<{ log: string }>((resolve, reject) => {
    const settle = (): void => {
      living.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    };
    child.once('error', (cause) => {
      settle();
      reject(startFailure({ name, purpose, cause }));
    });
    child.once('close', (status, killedBy) => {
      settle();
      if (signal?.aborted) reject(signal.reason);
      else if (timedOut)
        reject(
          new FilmwrightError(
            'program-failed',
            `${name} was stopped while ${purpose}: it ran longer than ${timeoutMs} ms. ${lastLines(log)}`,
          ),
        );
      else if (status === 0) resolve({ log });
      else reject(exitFailure({ name, purpose, status, killedBy, log }));
    });
  });
  // Callers that read frames look at `ended` late; an early failure must not count as unhandled meanwhile.
  ended.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, progress: (child.stdio[3] as Readable | null | undefined) ?? null, ended, kill };
}

function programName(command: readonly string[]): string {
  const found = command.find((each) => /(^|\/)(ffmpeg|ffprobe)[^/]*$/.test(each)) ?? command[0] ?? '';
  return basename(found);
}

/** The last lines of a log that say something, for a message; empty text when there are none. */
export function lastLines(log: string, count = 3): string {
  const lines = log
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length === 0 ? '' : `It said: ${lines.slice(-count).join(' | ')}`;
}

function startFailure({ name, purpose, cause }: { name: string; purpose: string; cause: Error }): FilmwrightError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return new FilmwrightError(
      'program-missing',
      `${name} could not be started while ${purpose}: it is no longer where it was found. Install it again.`,
      { cause },
    );
  if (code === 'ENOMEM' || code === 'EAGAIN')
    return new FilmwrightError(
      'out-of-memory',
      `${name} could not be started while ${purpose}: ${cause.message}. Free memory or lower the number of slots.`,
      { cause },
    );
  return new FilmwrightError('program-failed', `${name} could not be started while ${purpose}: ${cause.message}.`, { cause });
}

type Exit = {
  readonly name: string;
  readonly purpose: string;
  readonly status: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly log: string;
};

function exitFailure({ name, purpose, status, killedBy, log }: Exit): FilmwrightError {
  // Dozens of lines may follow the one that says why.
  const tooLarge = /Picture size \d+x\d+ exceeds/.exec(log);
  const said = tooLarge === null ? lastLines(log) : `It said: ${tooLarge[0]} the limit.`;
  if (/No space left on device|Disk quota exceeded/.test(log)) return new FilmwrightError('disk-full', diskFullMessage(purpose));
  if (/Cannot allocate memory|out of memory|bad_alloc/i.test(log))
    return new FilmwrightError('out-of-memory', `${name} ran out of memory while ${purpose}. ${said}`);
  const signal = killedBy ?? signalOf(status, log);
  if (signal !== null)
    return new FilmwrightError('program-failed', `${name} was killed by ${signal} while ${purpose}. ${said}`, {
      retryable: true,
      cause: { killedBy: signal },
    });
  return new FilmwrightError('program-failed', `${name} ended with status ${status} while ${purpose}. ${said}`);
}

/** The signal that ended a program behind a sandbox, which tells it as 128 and more, or an ffmpeg, which catches some and says so. */
function signalOf(status: number | null, log: string): NodeJS.Signals | null {
  const caught = /received signal (\d+)/.exec(log)?.[1];
  const number = caught === undefined ? (status ?? 0) - 128 : Number(caught);
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name !== undefined && tellingSignals.has(name) ? (name as NodeJS.Signals) : null;
}

/** Only these: above 128 ffmpeg also ends with the low byte of its own error numbers. */
const tellingSignals: ReadonlySet<string> = new Set(['SIGINT', 'SIGKILL', 'SIGTERM', 'SIGXCPU', 'SIGXFSZ']);

/** Whether an error says that somebody outside killed the program, which says nothing about what it worked on; a limit of its own is not outside. */
export function wasKilled(error: unknown): boolean {
  const killedBy = error instanceof FilmwrightError ? (error.cause as { killedBy?: string } | undefined)?.killedBy : undefined;
  return killedBy !== undefined && !killedBy.startsWith('SIGX');
}
