import { type Build, FilmwrightError } from '@filmwright/contracts';
import { type Connection, callRoute, reason } from './call-route.ts';
import { readEvents } from './read-events.ts';

/** `silenceMs`: a stream silent for so long counts as broken (the gateway speaks every 15 s); `giveUpMs`: how long reconnecting may fail. */
export type FollowOptions = { readonly id: string; readonly signal?: AbortSignal; readonly silenceMs?: number; readonly giveUpMs?: number };

/** Yields a build as it is now and after every change until it has ended; reconnects by itself, throws when the gateway stays away. */
export async function* followBuild(connection: Connection, options: FollowOptions): AsyncGenerator<Build> {
  const giveUpMs = options.giveUpMs ?? 30_000;
  let lastId = '';
  let failedSinceMs: number | null = null;
  for (;;) {
    try {
      for await (const { build, id } of readOnce(connection, { ...options, lastId })) {
        failedSinceMs = null;
        lastId = id;
        yield build;
        if (hasEnded(build)) return;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof FilmwrightError) || !error.retryable) throw error;
      failedSinceMs ??= performance.now();
      if (performance.now() - failedSinceMs > giveUpMs) throw error;
    }
    await pause(500, options.signal);
  }
}

/** Whether a build changes no more. */
export function hasEnded(build: Build): boolean {
  return build.state === 'succeeded' || build.state === 'failed' || build.state === 'cancelled';
}

async function* readOnce(
  connection: Connection,
  options: FollowOptions & { readonly lastId: string },
): AsyncGenerator<{ build: Build; id: string }> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error('the stream fell silent')), options.silenceMs ?? 45_000);
  };
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  heard();
  try {
    const headers = { accept: 'text/event-stream', ...(options.lastId ? { 'last-event-id': options.lastId } : {}) };
    const response = await callRoute(connection, { route: 'buildEvents', params: { id: options.id }, headers, signal });
    if (!response.body) throw new Error('the reply has no body');
    for await (const event of readEvents(response.body, heard)) {
      if (event.event === 'build') yield { build: JSON.parse(event.data) as Build, id: event.id };
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof FilmwrightError) throw cause;
    throw new FilmwrightError('unavailable', `The events of build ${options.id} broke off: ${reason(cause)}.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Waits; rejects with the signal's reason when it is aborted meanwhile. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
