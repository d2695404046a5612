import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheReport, FilmwrightError, fromProblem, type Task, type TaskKind } from '@filmwright/contracts';
import { heedExecutor } from './executor-words.ts';
import { diedText } from './last-words.ts';
import type { BatchMember, ProbedOffer, Reply, Request } from './messages.ts';
import { killTree } from './process-tree.ts';
import { startExecutor } from './start-executor.ts';
import { handedBackFrom } from './watch-mount.ts';
import { answerMsOf, busyMsOf, watchWork } from './watch-work.ts';

/** What is to last longer is for good: a timer of more would be over at once. */
const longestTimerMs = 2 ** 31 - 1;

export type Done = Extract<Reply, { type: 'done' }>;
export type Ran = Extract<Reply, { type: 'ran' }>;
export type Returned = Extract<Reply, { type: 'returned' }>;
export type ExecutorOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly idleMs: number;
  /** The same of one that holds models on a GPU, which nobody else needs: they stay until they are unloaded; for good where it is left out. */
  readonly deviceIdleMs?: number;
  /** What a child for these GPUs is started by; by itself where it is left out or says nothing. */
  readonly startedBy?: (devices: readonly string[]) => readonly string[];
  /** Folder in which each child has one of its own, named by its process id. */
  readonly workRoot: string;
  /** How long a task of a kind may stand still. */
  readonly stuckMs: (kind: TaskKind) => number;
  /** Told how the child's cache did since it was told last. */
  readonly onCache?: (cache: CacheReport) => void;
  /** Told that bytes of an input or output are on the way. */
  readonly onMoved?: () => void;
};

type Asking = {
  readonly signal: AbortSignal;
  /** Of a batch also told which of its tasks it is, from 0 on. */
  readonly onPercent: (percent: number, at: number) => void;
  /** Told of pictures of a drawing that is under way, JPEG. */
  readonly onPreview?: (picture: Uint8Array, at: number) => void;
  /** GPUs that models are computed on, by the driver's names of them; whichever there are when left out or empty. */
  readonly devices?: readonly string[] | undefined;
  /** Whether a batch is of several workspaces: what is written of the tasks of one is nothing for the others. */
  readonly isShared?: boolean;
};
/** `resume` is what an attempt before left; `back` asks for the task to be handed back at its next border. */
type Running = Asking & { readonly resume?: unknown; readonly back: AbortSignal };

/** A task of a batch, with what an attempt before left and what may be asked of it. */
export type RunningMember = BatchMember & { readonly back: AbortSignal; readonly stop: AbortSignal };

/**
 * The child process that does a runner's work, so that the runner's own event loop stays free for heartbeats.
 * Absent: no child; entered at start, after it was idle, and when it dies. Idle: child waits; a timer ends it, on a GPU only once it holds no model there.
 * Busy: one request runs; stopping it kills the child and everything below it, since nothing else surely ends native code, and is over once the child
 * is gone. A task that stands still is stopped too.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  #child: ChildProcess | undefined;
  #held: readonly string[] = [];
  #devices: readonly string[] = [];
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #words = new WeakMap<ChildProcess, ReturnType<typeof heedExecutor>>();
  #idleSinceMs: number | null = null;
  /** One for each child that lives or whose folder is still there. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Its process; undefined where there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Models that the child holds in its memory. */
  get held(): readonly string[] {
    return this.#child === undefined ? [] : this.#held;
  }

  /** GPUs on which the child computes models; none where it was not started for any. */
  get devices(): readonly string[] {
    return this.#child === undefined ? [] : this.#devices;
  }

  /** Since when its child has nothing to do, by the clock of `performance`; null while it has, or there is none. */
  get idleSinceMs(): number | null {
    return this.#child === undefined ? null : this.#idleSinceMs;
  }

  /** Runs a task to its end, or once `back` is aborted to its next border if it has any; rejects with its problem, with `task-failed` if the child died, with `task-stuck` if it stood still, and with the signal's reason when stopped. */
  async run(task: Task, { resume, back, ...asking }: Running): Promise<Done | Returned> {
    const ask = (): void => {
      if (this.#child?.connected) this.#child.send({ type: 'back' } satisfies Request);
    };
    const answerMs = answerMsOf(this.#timesOf([task]).busyMs);
    const answer = this.#ask({ type: 'run', task, answerMs, ...(resume !== undefined && { resume }) }, asking);
    if (back.aborted) ask();
    back.addEventListener('abort', ask, { once: true });
    const reply = await answer.finally(() => back.removeEventListener('abort', ask));
    if (reply.type !== 'done' && reply.type !== 'returned')
      throw new FilmwrightError('internal', `the executor answered ${reply.type} to a task`);
    return reply;
  }

  /** Runs tasks of one kind as one; a task whose `stop` is aborted ends while the others go on. Rejects as `run` does. */
  async runBatch(running: readonly RunningMember[], asking: Asking): Promise<Ran> {
    const tasks = running.map(({ task }) => task);
    const members = running.map(({ task, resume }) => ({ task, ...(resume !== undefined && { resume }) }));
    const over = new AbortController();
    const hear = (signal: AbortSignal, request: Request): void => {
      const send = (): void => void (this.#child?.connected && this.#child.send(request));
      if (signal.aborted) send();
      signal.addEventListener('abort', send, { once: true, signal: over.signal });
    };
    const answer = this.#ask({ type: 'batch', members, answerMs: answerMsOf(this.#timesOf(tasks).busyMs) }, asking);
    for (const [at, { back, stop }] of running.entries()) {
      hear(back, { type: 'back', at });
      hear(stop, { type: 'drop', at });
    }
    const reply = await answer.finally(() => over.abort());
    if (reply.type !== 'ran') throw new FilmwrightError('internal', `the executor answered ${reply.type} to a batch`);
    return reply;
  }

  /** What this machine can do, probed; `full` takes seconds longer and tries its encoders. */
  async offer({ signal, full }: { readonly signal: AbortSignal; readonly full: boolean }): Promise<ProbedOffer> {
    const reply = await this.#ask({ type: 'offer', full }, { signal, onPercent: () => {} });
    if (reply.type !== 'offer') throw new FilmwrightError('internal', `the executor answered ${reply.type} to a probe`);
    return reply.offer;
  }

  /** How many models of the home `tryModels` would try. */
  async untried({ signal, since }: { readonly signal: AbortSignal; readonly since: string }): Promise<number> {
    const reply = await this.#ask({ type: 'untried', since }, { signal, onPercent: () => {} });
    if (reply.type !== 'tried') throw new FilmwrightError('internal', `the executor answered ${reply.type} to a look for untried models`);
    return reply.models;
  }

  /** Tries the models of the home that were not tried yet, behind all other work of the machine; how many there were. */
  async tryModels({ signal, since }: { readonly signal: AbortSignal; readonly since: string }): Promise<number> {
    const reply = await this.#ask({ type: 'try', since }, { signal, onPercent: () => {} });
    if (reply.type !== 'tried') throw new FilmwrightError('internal', `the executor answered ${reply.type} to trials of models`);
    return reply.models;
  }

  /** Unloads models that the child holds, and waits until they are gone or it is. */
  async unload(models: readonly string[]): Promise<void> {
    const child = this.#child;
    const there = models.filter((model) => this.held.includes(model));
    if (child === undefined || there.length === 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        child.off('message', heard);
        child.off('exit', done);
        resolve();
      };
      const heard = (reply: Reply): void => void (reply.type === 'unloaded' && done());
      child.on('message', heard);
      child.on('exit', done);
      child.send({ type: 'unload', models: there } satisfies Request);
    });
  }

  /** Ends the child at once. */
  close(): void {
    clearTimeout(this.#idleTimer);
    const { pid } = this.#child ?? {};
    if (pid !== undefined && this.#child?.exitCode === null && this.#child.signalCode === null) killTree(pid);
    this.#child = undefined;
  }

  /** Ends the child and waits until all children are gone, and what they had half written with them. */
  async end(): Promise<void> {
    this.close();
    await Promise.all(this.#leaving);
  }

  #ask(request: Request, { signal, onPercent, onPreview, devices = [], isShared = false }: Asking): Promise<Reply> {
    signal.throwIfAborted();
    clearTimeout(this.#idleTimer);
    this.#idleSinceMs = null;
    // What a process sees of GPUs stays as it was when it began.
    if (devices.length > 0 && devices.join() !== this.#devices.join()) this.close();
    const child = this.#child ?? this.#start(devices);
    this.#child = child;
    const words = this.#words.get(child);
    return new Promise<Reply>((resolve, reject) => {
      const onStuck = (error: FilmwrightError | null): void => {
        this.close();
        finish(() => (error === null ? resolve(handedBackFrom(request)) : reject(error)));
      };
      const tasks = request.type === 'run' ? [request.task] : request.type === 'batch' ? request.members.map(({ task }) => task) : [];
      const kind = tasks[0]?.kind;
      if (kind !== undefined) words?.forget();
      const { pid } = child;
      const watch = kind === undefined || pid === undefined ? undefined : watchWork({ pid, what: kind, ...this.#timesOf(tasks), onStuck });
      const percents: number[] = [];
      const finish = (settle: () => void): void => {
        child.off('message', heard);
        child.off('exit', died);
        signal.removeEventListener('abort', stop);
        watch?.end();
        this.#rest();
        settle();
      };
      const heard = (reply: Reply): void => {
        if (reply.type === 'progress') {
          // The same again is no progress.
          const { percent, at = 0 } = reply;
          if (percent !== (percents[at] ?? 0)) watch?.moved();
          percents[at] = percent;
          onPercent(percent, at);
        } else if (reply.type === 'moved') {
          watch?.moved();
          this.#options.onMoved?.();
        } else if (reply.type === 'mounted') watch?.mounted(reply.folder);
        else if (reply.type === 'preview') onPreview?.(reply.picture, reply.at ?? 0);
        else if (reply.type === 'cache') this.#options.onCache?.(reply.cache);
        else if (reply.type === 'held') watch?.moved();
        else if (reply.type === 'unloaded') return;
        else if (reply.type === 'failed') {
          // A task that lost its room may still write; what it holds is free once its process is gone.
          if (reply.problem.code === 'disk-full') this.close();
          finish(() => reject(fromProblem(reply.problem)));
        } else finish(() => resolve(reply));
      };
      const died = (code: number | null, killed: string | null): void => {
        if (this.#child === child) this.#child = undefined;
        const how = killed === null ? `exit status ${code}` : killed;
        // All is over but for what is said of it: a stop, or the next request, may come before.
        finish(() => {
          void Promise.resolve(words?.tell()).then((last) => {
            reject(new FilmwrightError('task-failed', diedText({ tasks, asked: request.type, how, last, isShared }), { retryable: true }));
          });
        });
      };
      const stop = (): void => {
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.off('exit', died);
        this.close();
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) finish(() => reject(signal.reason));
        else void gone.then(() => finish(() => reject(signal.reason)));
      };
      child.on('message', heard);
      child.on('exit', died);
      signal.addEventListener('abort', stop, { once: true });
      child.send(request);
    });
  }

  /** How long tasks that run together may stand still, and how long they may be busy with nothing to show for it. */
  #timesOf(tasks: readonly Task[]): { readonly stuckMs: number; readonly busyMs: number } {
    const [first] = tasks;
    const stuckMs = first === undefined ? 0 : this.#options.stuckMs(first.kind);
    return { stuckMs, busyMs: busyMsOf({ stuckMs, estimateMs: tasks.reduce((sum, { estimateMs }) => sum + estimateMs, 0) }) };
  }

  #start(devices: readonly string[]): ChildProcess {
    const { env, startedBy } = this.#options;
    const child = startExecutor({ env, devices, startedBy: startedBy?.(devices) ?? [] });
    this.#words.set(child, heedExecutor(child));
    child.on('error', () => {});
    this.#held = [];
    this.#devices = devices;
    child.on('message', (reply: Reply) => {
      if (reply.type !== 'held' || (this.#child !== child && this.#child !== undefined)) return;
      this.#held = reply.models;
      if (devices.length > 0 && this.#child === child && this.#idleSinceMs !== null) this.#wait();
    });
    const { pid } = child;
    if (pid === undefined) return child;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const left = gone
      .then(() => rm(join(this.#options.workRoot, String(pid)), { recursive: true, force: true, maxRetries: 3 }))
      .catch(() => {})
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  #rest(): void {
    this.#idleSinceMs = performance.now();
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#idleTimer);
    const { idleMs, deviceIdleMs = Number.POSITIVE_INFINITY } = this.#options;
    const holds = this.devices.length > 0 && this.held.some((name) => name.startsWith('model '));
    const waitMs = holds ? deviceIdleMs : idleMs;
    if (waitMs <= longestTimerMs) this.#idleTimer = setTimeout(() => this.close(), waitMs).unref();
  }
}
