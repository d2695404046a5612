import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';
import { type ComputeProvider, modelEnvironment } from '../compute/compute.ts';
import type { DrawResult } from './draw.ts';
import type { GenerateRequest, RgbPicture } from './generate-request.ts';

export type ChildRequest =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly folder: string;
      readonly threads: number;
      readonly provider: ComputeProvider;
      readonly gpus: number;
    }
  /** Drawings that go on side by side. */
  | { readonly kind: 'generate'; readonly drawings: readonly (DrawingOrder & { readonly id: number })[] }
  | { readonly kind: 'stop'; readonly id: number };
export type DrawingOrder = {
  readonly request: GenerateRequest;
  readonly checkpoint: { readonly path: string; readonly key: string; readonly everySteps: number } | null;
  readonly previewEveryMs: number | null;
};
export type OpenedModel = {
  readonly multipleOf: number;
  readonly clips: boolean;
  readonly canEncode: boolean;
  readonly providers: readonly string[];
};
export type ChildAnswer =
  | ({ readonly kind: 'opened' } & OpenedModel)
  | { readonly kind: 'step'; readonly step: number; readonly steps: number; readonly preview: RgbPicture | null }
  | { readonly kind: 'frame'; readonly index: number; readonly picture: RgbPicture }
  | ({ readonly kind: 'drawn'; readonly peakBytes: number; readonly jointRuns: number } & DrawResult)
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'failed';
      readonly code: ProblemCode;
      readonly message: string;
      readonly retryable: boolean;
      /** Whether the model's files are at fault, and not what was asked of them, the device or the memory. */
      readonly blamesModel: boolean;
    };

/** An answer on its way; `id` says of which drawing, 0 is the loading. */
export type NumberedAnswer = { readonly id: number; readonly answer: ChildAnswer };
/** A drawing that is under way. */
export type Asked = {
  /** Rejects with `program-failed`, worth another try, when the process ends first. */
  readonly answer: Promise<ChildAnswer>;
  /** Asks it to stop between two steps. */
  readonly stop: () => void;
};

/** A process that holds one model: it is loading, then idle or drawing, and ended for good once `alive` is false. */
export type DiffusionProcess = {
  readonly pid: number;
  readonly alive: () => boolean;
  readonly open: (request: Omit<Extract<ChildRequest, { kind: 'open' }>, 'kind'>) => Promise<ChildAnswer>;
  /** Draws side by side; `hear` is told the steps and frames of each until it is answered. */
  readonly draw: (orders: readonly (DrawingOrder & { readonly hear: (answer: ChildAnswer) => void })[]) => readonly Asked[];
  /** Ends the process at once and resolves when it is gone. */
  readonly close: () => Promise<void>;
};

type Waiting = {
  readonly hear: (answer: ChildAnswer) => void;
  readonly resolve: (answer: ChildAnswer) => void;
  readonly fail: (error: Error) => void;
};

const keptErrorBytes = 4000;
const child = new URL('./diffusion-child.ts', import.meta.url);

/** Starts a process for one model with the environment of models; frames come as bytes over its channel, never as text. */
export function startDiffusionProcess(name: string): DiffusionProcess {
  const started = fork(fileURLToPath(child), [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...modelEnvironment() },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let lastWords = '';
  let gone = false;
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  const ended = (status: string): FilmwrightError => {
    const said = lastWords.trim() ? ` Its last words: ${lastWords.trim()}` : '';
    return new FilmwrightError(
      'program-failed',
      `The process of the model ${name} ended (${status}) before it answered; it may have run out of memory.${said} The next call starts it again.`,
      { retryable: true },
    );
  };
  const fail = (status: string): void => {
    gone = true;
    for (const each of waiting.values()) each.fail(ended(status));
    waiting.clear();
  };
  // A process that waits for requests must not keep its parent from ending.
  const hold = (busy: boolean): void => {
    const stderr = started.stderr as unknown as { readonly ref?: () => void; readonly unref?: () => void } | null;
    for (const handle of [started, started.channel, stderr]) busy ? handle?.ref?.() : handle?.unref?.();
  };
  started.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString('utf8')).slice(-keptErrorBytes);
  });
  started.on('error', (error) => fail(error.message));
  started.on('close', (code, signal) => fail(signal ?? `status ${code}`));
  started.on('message', ({ id, answer }: NumberedAnswer) => {
    const each = waiting.get(id);
    each?.hear(answer);
    if (answer.kind === 'step' || answer.kind === 'frame') return;
    waiting.delete(id);
    if (waiting.size === 0) hold(false);
    each?.resolve(answer);
  });
  const wait = (id: number, hear: Waiting['hear']): Promise<ChildAnswer> =>
    new Promise((resolve, reject) => void (gone ? reject(ended('before the call')) : waiting.set(id, { hear, resolve, fail: reject })));
  const send = (request: ChildRequest): void => {
    if (gone) return;
    hold(true);
    started.send(request, (error) => {
      if (error) started.kill('SIGKILL');
    });
  };
  return {
    pid: started.pid ?? 0,
    alive: () => !gone && started.connected,
    open: (request) => {
      const answer = wait(0, () => {});
      send({ kind: 'open', ...request });
      return answer;
    },
    draw: (orders) => {
      const drawings = orders.map(({ hear, ...order }) => ({ hear, id: nextId++, order }));
      const asked = drawings.map(({ id, hear }): Asked => {
        const stop = (): void => void (started.connected && started.send({ kind: 'stop', id } satisfies ChildRequest));
        return { answer: wait(id, hear), stop };
      });
      send({ kind: 'generate', drawings: drawings.map(({ id, order }) => ({ id, ...order })) });
      return asked;
    },
    close: async () => {
      if (started.exitCode !== null || started.signalCode !== null) return;
      hold(true);
      const exited = new Promise<void>((resolve) => started.once('exit', () => resolve()));
      started.kill('SIGKILL');
      await exited;
    },
  };
}
