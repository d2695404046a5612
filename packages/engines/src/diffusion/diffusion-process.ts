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
    }
  | {
      readonly kind: 'generate';
      readonly request: GenerateRequest;
      readonly checkpoint: { readonly path: string; readonly key: string; readonly everySteps: number } | null;
      readonly previewEverySteps: number;
      readonly previewEveryMs: number;
    }
  | { readonly kind: 'stop' };
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
  | ({ readonly kind: 'drawn'; readonly peakBytes: number } & DrawResult)
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'failed';
      readonly code: ProblemCode;
      readonly message: string;
      readonly retryable: boolean;
      /** Whether the model's files are at fault, and not what was asked of them, the device or the memory. */
      readonly blamesModel: boolean;
    };

/** A process that holds one model: it is loading, then idle or drawing, and ended for good once `alive` is false. */
export type DiffusionProcess = {
  readonly pid: number;
  readonly alive: () => boolean;
  /** Sends a request and hears everything until it is answered; rejects with `program-failed`, worth another try, when the process ends first. */
  readonly ask: (request: ChildRequest, hear?: (answer: ChildAnswer) => void) => Promise<ChildAnswer>;
  /** Asks a drawing to stop between two steps. */
  readonly stop: () => void;
  /** Ends the process at once and resolves when it is gone. */
  readonly close: () => Promise<void>;
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
  let current: { readonly hear: (answer: ChildAnswer) => void; readonly fail: (error: Error) => void } | null = null;
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
    current?.fail(ended(status));
    current = null;
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
  started.on('message', (answer: ChildAnswer) => current?.hear(answer));
  return {
    pid: started.pid ?? 0,
    alive: () => !gone && started.connected,
    ask: (request, hear) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(ended('before the call'));
        hold(true);
        current = {
          hear: (answer) => {
            hear?.(answer);
            if (answer.kind === 'step' || answer.kind === 'frame') return;
            current = null;
            hold(false);
            resolve(answer);
          },
          fail: reject,
        };
        started.send(request, (error) => {
          if (error) started.kill('SIGKILL');
        });
      }),
    stop: () => void (started.connected && started.send({ kind: 'stop' } satisfies ChildRequest)),
    close: async () => {
      if (started.exitCode !== null || started.signalCode !== null) return;
      hold(true);
      const exited = new Promise<void>((resolve) => started.once('exit', () => resolve()));
      started.kill('SIGKILL');
      await exited;
    },
  };
}
