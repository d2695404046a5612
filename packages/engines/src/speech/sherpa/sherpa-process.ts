import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';

/** Everything a voice's process needs to load it; `probe` is a model that answers with the phoneme ids of a text, or null. */
export type SherpaOpen = {
  readonly family: 'piper' | 'kokoro' | 'kitten';
  readonly model: string;
  readonly probe: string | null;
  readonly tokens: string;
  readonly dataDir: string;
  readonly voices: string | null;
  readonly speaker: number;
  readonly noiseScale: number;
  readonly noiseScaleW: number;
  readonly threads: number;
};
export type SherpaRequest =
  | { readonly kind: 'open'; readonly id: number; readonly settings: SherpaOpen }
  | { readonly kind: 'speak'; readonly id: number; readonly text: string; readonly speed: number; readonly probe: boolean };
export type SherpaAnswer =
  | { readonly kind: 'spoke'; readonly id: number; readonly samples: Float32Array; readonly sampleRate: number; readonly cpuMs: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
export type Spoke = Extract<SherpaAnswer, { kind: 'spoke' }>;

/** A loaded voice in a process of its own. */
export type SherpaProcess = {
  readonly pid: number;
  readonly alive: () => boolean;
  readonly speak: (request: {
    readonly text: string;
    readonly speed: number;
    readonly probe?: boolean;
    readonly signal?: AbortSignal | undefined;
  }) => Promise<Spoke>;
  /** Ends the process and resolves once it is gone. */
  readonly close: () => Promise<void>;
};

type Waiting = { readonly settle: (answer: SherpaAnswer) => void; readonly fail: (error: Error) => void };
const keptErrorBytes = 2000;
const childPath = fileURLToPath(new URL('./sherpa-child.ts', import.meta.url));

/** Starts a process for one voice and loads it; a crash fails only what was under way. */
export async function openSherpaProcess(name: string, settings: SherpaOpen): Promise<SherpaProcess> {
  const child: ChildProcess = fork(childPath, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  let lastWords = '';
  let nextId = 0;
  let gone = false;
  const failAll = (status: string): void => {
    gone = true;
    const said = lastWords.trim() ? ` Its last words: ${lastWords.trim()}` : '';
    const error = new FilmwrightError(
      'program-failed',
      `The process of the voice ${name} ended (${status}) before it answered.${said} The next call starts it again.`,
      { retryable: true },
    );
    for (const each of waiting.values()) each.fail(error);
    waiting.clear();
  };
  // A process that waits for words must not keep its parent from ending.
  const hold = (busy: boolean): void => {
    for (const handle of [child, child.channel, child.stderr as Socket | null]) busy ? handle?.ref?.() : handle?.unref?.();
  };
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString('utf8')).slice(-keptErrorBytes);
  });
  child.on('error', (error) => failAll(error.message));
  child.on('close', (code, signal) => failAll(signal ?? `status ${code}`));
  child.on('message', (answer: SherpaAnswer) => {
    waiting.get(answer.id)?.settle(answer);
    waiting.delete(answer.id);
    if (waiting.size === 0) hold(false);
  });
  const ask = async (request: (id: number) => SherpaRequest): Promise<Spoke> => {
    const answer = await new Promise<SherpaAnswer>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { settle: resolve, fail: reject });
      if (gone) return failAll('before the call');
      hold(true);
      child.send(request(id), (error) => {
        if (error) child.kill('SIGKILL');
      });
    });
    if (answer.kind === 'failed') throw new FilmwrightError('program-failed', `The voice ${name} failed: ${answer.message}.`);
    return answer;
  };
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    hold(true);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await ask((id) => ({ kind: 'open', id, settings }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    alive: () => !gone && child.connected,
    close,
    speak: async ({ text, speed, probe = false, signal }) => {
      signal?.throwIfAborted();
      const stop = (): void => void child.kill('SIGKILL');
      signal?.addEventListener('abort', stop, { once: true });
      try {
        return await ask((id) => ({ kind: 'speak', id, text, speed, probe }));
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}
