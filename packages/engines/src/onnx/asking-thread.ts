import { parentPort, Worker } from 'node:worker_threads';
import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';

type Reply<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly code: ProblemCode; readonly message: string };

/** A thread that answers one request after another. */
export type AskingThread<Request, Answer> = {
  /** One at a time; rejects with what the thread says, or when it ends. */
  readonly ask: (request: Request) => Promise<Answer>;
  /** Ends the thread, also in the midst of an answer. */
  readonly close: () => Promise<void>;
};

type Starting = {
  /** A program that calls `answerRequests`. */
  readonly program: URL;
  /** What the thread does, as errors name it. */
  readonly work: string;
  /** Ends the thread at once. */
  readonly signal?: AbortSignal | undefined;
};

/** Starts a thread for work that would keep this one from answering; close it when done. */
export function startThread<Request, Answer>({ program, work, signal }: Starting): AskingThread<Request, Answer> {
  const worker = new Worker(program);
  let settle: ((reply: Reply<Answer>) => void) | undefined;
  let fail: ((error: unknown) => void) | undefined;
  let ended: unknown = null;
  const end = (error: unknown): void => {
    ended ??= error;
    fail?.(ended);
  };
  worker.on('message', (reply: Reply<Answer>) => settle?.(reply));
  worker.on('error', (error: Error) =>
    end(new FilmwrightError('program-failed', `The ${work} failed: ${error.message}.`, { cause: error })),
  );
  worker.on('exit', (code) =>
    end(signal?.aborted ? signal.reason : new FilmwrightError('program-failed', `The thread of the ${work} ended with ${code}.`)),
  );
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  return {
    async ask(request) {
      signal?.throwIfAborted();
      if (ended !== null) throw ended;
      const reply = await new Promise<Reply<Answer>>((resolve, reject) => {
        settle = resolve;
        fail = reject;
        worker.postMessage(request);
      });
      if (reply.kind === 'failed') throw new FilmwrightError(reply.code, reply.message);
      return reply.answer;
    },
    async close() {
      signal?.removeEventListener('abort', stop);
      await worker.terminate();
    },
  };
}

/** Answers the requests that the parent of this thread asks; what `handle` throws is told to it. */
export function answerRequests<Request, Answer>(handle: (request: Request) => Answer | Promise<Answer>): void {
  const reply = (said: Reply<Answer>): void => parentPort?.postMessage(said);
  parentPort?.on('message', async (request: Request) => {
    try {
      reply({ kind: 'answered', answer: await handle(request) });
    } catch (error) {
      const code = error instanceof FilmwrightError ? error.code : 'internal';
      reply({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    }
  });
}
