import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';
import { modelEnvironment } from './compute/compute.ts';
import { closeSharedFile, openSharedFile, putArrays, takeArrays } from './shared-arrays.ts';

/** What the child says when a request failed there; the process itself goes on. */
export type Failed = { readonly kind: 'failed'; readonly message: string };
/** A request or an answer on its way; `id` says which belong together, `place` where in the shared files their arrays lie: null where there are none. */
export type Numbered<Body> = { readonly id: number; readonly place: number | null; readonly body: Body };
/** Where the child finds the files of requests and of answers. */
export const [requestFileDescriptor, answerFileDescriptor] = [4, 5];

/** When a request is given up; either ends the process, since nothing else surely ends native code. */
export type AskLimits = {
  readonly signal?: AbortSignal | undefined;
  /** How long the answer may take from when the request is sent. */
  readonly deadlineMs?: number | undefined;
};

/** A process of its own that answers requests; what it holds lives as long as it does, and its crash fails only what was under way. */
export type AnsweringProcess<Request, Answer> = {
  readonly pid: number;
  readonly alive: () => boolean;
  /** Rejects with `program-failed`, worth another try, when the process ends first, with the reason of an aborted signal, and with `task-stuck`, worth another try, past its deadline. */
  readonly ask: (request: Request, limits?: AskLimits) => Promise<Answer | Failed>;
  /** Ends the process and resolves once it is gone. */
  readonly close: () => Promise<void>;
};

type Waiting<Answer> = {
  readonly place: number;
  readonly settle: (answer: Answer | Failed) => void;
  readonly fail: (error: Error) => void;
};
const keptErrorBytes = 4000;

/** What says that a model was given up: `what` did not happen within so long. Worth another try, as the machine may have been busy or the process stuck. */
export function overrunOf(what: string, deadlineMs: number): FilmwrightError {
  return new FilmwrightError(
    'task-stuck',
    `${what} within ${deadlineMs / 1000} s, which is as long as it may take; its process was ended, and the next call starts it again.`,
  );
}

/** Starts the program `child`, which calls `answerParent`, with the environment of models; `name` says in errors whose process it is. */
export function startAnsweringProcess<Request, Answer>({
  child: program,
  name,
}: {
  readonly child: URL;
  readonly name: string;
}): AnsweringProcess<Request, Answer> {
  const [requests, answers] = [openSharedFile(), openSharedFile()];
  const shared = requests !== null && answers !== null;
  const child = fork(fileURLToPath(program), [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...modelEnvironment() },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...(shared ? [requests, answers] : [])],
  });
  const waiting = new Map<number, Waiting<Answer>>();
  let lastWords = '';
  let nextId = 0;
  let gone = false;
  const ended = (status: string): FilmwrightError => {
    const said = lastWords.trim() ? ` Its last words: ${lastWords.trim()}` : '';
    return new FilmwrightError(
      'program-failed',
      `The process of the ${name} ended (${status}) before it answered.${said} The next call starts it again.`,
      { retryable: true },
    );
  };
  const failAll = (status: string): void => {
    gone = true;
    for (const each of waiting.values()) each.fail(ended(status));
    waiting.clear();
  };
  // A process that waits for requests must not keep its parent from ending.
  const hold = (busy: boolean): void => {
    for (const handle of [child, child.channel, child.stderr as Socket | null]) busy ? handle?.ref?.() : handle?.unref?.();
  };
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString('utf8')).slice(-keptErrorBytes);
  });
  child.on('error', (error) => failAll(error.message));
  child.on('close', (code, signal) => {
    failAll(signal ?? `status ${code}`);
    for (const file of [requests, answers]) closeSharedFile(file);
  });
  child.on('message', ({ id, place, body }: Numbered<Answer | Failed>) => {
    waiting.get(id)?.settle(takeArrays(body, place === null ? null : answers));
    waiting.delete(id);
    if (waiting.size === 0) hold(false);
  });
  const send = (request: Request): Promise<Answer | Failed> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(ended('before the call'));
      const id = nextId++;
      hold(true);
      const taken = new Set([...waiting.values()].map(({ place }) => place));
      let place = 0;
      while (taken.has(place)) place++;
      waiting.set(id, { place, settle: resolve, fail: reject });
      const body = putArrays(request, { file: shared ? requests : null, place });
      child.send({ id, place: shared ? place : null, body } satisfies Numbered<Request>, (error) => {
        if (error) child.kill('SIGKILL');
      });
    });
  return {
    pid: child.pid ?? 0,
    alive: () => !gone && child.connected,
    ask: async (request, { signal, deadlineMs } = {}) => {
      signal?.throwIfAborted();
      const stop = (): void => void child.kill('SIGKILL');
      signal?.addEventListener('abort', stop, { once: true });
      let late = false;
      const overrun = (): void => {
        late = true;
        stop();
      };
      const timer = deadlineMs === undefined ? undefined : setTimeout(overrun, deadlineMs);
      try {
        return await send(request);
      } catch (error) {
        signal?.throwIfAborted();
        throw late ? overrunOf(`The ${name} did not answer`, deadlineMs ?? 0) : error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      }
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      hold(true);
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGKILL');
      await exited;
    },
  };
}
