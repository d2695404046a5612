import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';

/** Numbers with their shape, as a model takes and gives them. */
export type ModelTensor = { readonly dims: readonly number[]; readonly data: Float32Array };
/** What one run gave; `peakBytes` is the most memory the model's process ever held. */
export type ModelAnswer = ModelTensor & { readonly peakBytes: number };
export type ModelRun = { readonly inputs: Readonly<Record<string, ModelTensor>>; readonly output: string; readonly signal?: AbortSignal };

export type ChildRequest =
  | { readonly kind: 'open'; readonly id: number; readonly modelPath: string; readonly threads: number }
  | { readonly kind: 'run'; readonly id: number; readonly inputs: Readonly<Record<string, ModelTensor>>; readonly output: string };
export type ChildAnswer =
  | { readonly kind: 'opened'; readonly id: number; readonly inputs: readonly string[]; readonly outputs: readonly string[] }
  | { readonly kind: 'ran'; readonly id: number; readonly dims: readonly number[]; readonly data: Float32Array; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** A loaded model in a process of its own; `run` calls are answered one after another. */
export type ModelProcess = {
  readonly pid: number;
  readonly alive: () => boolean;
  readonly run: (request: ModelRun) => Promise<ModelAnswer>;
  /** Ends the process and resolves once it is gone. */
  readonly close: () => Promise<void>;
};

type Waiting = { readonly settle: (answer: ChildAnswer) => void; readonly fail: (error: Error) => void };
const KEPT_ERROR_BYTES = 4000;

function died(name: string, status: string, lastWords: string): FilmwrightError {
  const said = lastWords.trim() ? ` Its last words: ${lastWords.trim()}` : '';
  return new FilmwrightError(
    'program-failed',
    `The process of the model ${name} ended (${status}) before it answered.${said} The next call starts it again.`,
    {
      retryable: true,
    },
  );
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Starts a process for one ONNX file and loads it there, with a fixed number of threads so that the same input gives the same bytes. */
export async function openModelProcess(model: {
  readonly name: string;
  readonly modelPath: string;
  readonly threads: number;
}): Promise<ModelProcess> {
  const child = fork(fileURLToPath(new URL('./model-child.ts', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  let lastWords = '';
  let nextId = 0;
  let gone = false;
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString('utf8')).slice(-KEPT_ERROR_BYTES);
  });
  const failAll = (status: string): void => {
    gone = true;
    for (const each of waiting.values()) each.fail(died(model.name, status, lastWords));
    waiting.clear();
  };
  child.on('error', (error) => failAll(error.message));
  child.on('close', (code, signal) => failAll(signal ?? `status ${code}`));
  child.on('message', (answer: ChildAnswer) => {
    waiting.get(answer.id)?.settle(answer);
    waiting.delete(answer.id);
    if (waiting.size === 0) hold(false);
  });
  // A process that waits for work must not keep its parent from ending.
  const hold = (busy: boolean): void => {
    for (const handle of [child, child.channel, child.stderr as Socket | null]) busy ? handle?.ref?.() : handle?.unref?.();
  };
  const ask = (request: (id: number) => ChildRequest): Promise<ChildAnswer> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(died(model.name, 'before the call', lastWords));
      const id = nextId++;
      hold(true);
      waiting.set(id, { settle: resolve, fail: reject });
      child.send(request(id), (error) => {
        if (error) child.kill('SIGKILL');
      });
    });
  const close = async (): Promise<void> => {
    hold(true);
    child.kill('SIGKILL');
    await ended(child);
  };
  const opened = await ask((id) => ({ kind: 'open', id, modelPath: model.modelPath, threads: model.threads })).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  if (opened.kind === 'failed') {
    await close();
    throw new FilmwrightError('model-unavailable', `The model ${model.name} cannot be loaded: ${opened.message}. Install it again.`);
  }
  const run = async ({ inputs, output, signal }: ModelRun): Promise<ModelAnswer> => {
    signal?.throwIfAborted();
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await ask((id) => ({ kind: 'run', id, inputs, output }));
      if (answer.kind === 'ran') return { dims: answer.dims, data: answer.data, peakBytes: answer.peakBytes };
      throw new FilmwrightError(
        'program-failed',
        `The model ${model.name} failed: ${answer.kind === 'failed' ? answer.message : 'it answered out of turn'}.`,
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  };
  return { pid: child.pid ?? 0, alive: () => !gone && child.connected, run, close };
}
