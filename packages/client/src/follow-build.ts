import { type Build, type FilmEvent, FilmwrightError, type Fleet } from '@filmwright/contracts';
import { type Connection, callRoute, reason } from './call-route.ts';
import { readEvents } from './read-events.ts';

/** `silenceMs`: a stream silent for so long counts as broken (the gateway speaks every 15 s); `giveUpMs`: how long reconnecting may fail. */
export type FollowOptions = { readonly id: string; readonly signal?: AbortSignal; readonly silenceMs?: number; readonly giveUpMs?: number };

/** Yields a build as it is now and after every change until it has ended; reconnects by itself, throws when the gateway stays away. */
export function followBuild(connection: Connection, options: FollowOptions): AsyncGenerator<Build> {
  return followEvents(connection, { ...options, route: 'buildEvents', event: 'build', isLast: hasEnded });
}

/** Yields a film's newest version as it is now and after every save, until the film is removed; reconnects by itself, throws when the gateway stays away. */
export function followFilm(connection: Connection, options: FollowOptions): AsyncGenerator<FilmEvent> {
  return followEvents(connection, { ...options, route: 'filmEvents', event: 'film', isLast: ({ removed }: FilmEvent) => removed });
}

/** Yields the fleet as it is now and after every change until the signal is aborted; reconnects by itself, however long the gateway stays away. */
export function followFleet(connection: Connection, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<Fleet> {
  const forever = { id: 'fleet', signal, giveUpMs: Number.POSITIVE_INFINITY };
  return followEvents(connection, { ...forever, route: 'fleetEvents', event: 'fleet', isLast: () => false });
}

/** Whether a build changes no more. */
export function hasEnded(build: Build): boolean {
  return build.state === 'succeeded' || build.state === 'failed' || build.state === 'cancelled';
}

type Following<State> = FollowOptions & {
  readonly route: 'buildEvents' | 'filmEvents' | 'fleetEvents';
  /** Name of the events that bring a state. */
  readonly event: string;
  readonly isLast: (state: State) => boolean;
};

async function* followEvents<State>(connection: Connection, following: Following<State>): AsyncGenerator<State> {
  const giveUpMs = following.giveUpMs ?? 30_000;
  let lastId = '';
  let failedSinceMs: number | null = null;
  for (;;) {
    try {
      for await (const { state, id } of readOnce(connection, { ...following, lastId })) {
        failedSinceMs = null;
        lastId = id;
        yield state;
        if (following.isLast(state)) return;
      }
    } catch (error) {
      following.signal?.throwIfAborted();
      if (!(error instanceof FilmwrightError) || !error.retryable) throw error;
      failedSinceMs ??= performance.now();
      if (performance.now() - failedSinceMs > giveUpMs) throw error;
    }
    await pause(500, following.signal);
  }
}

async function* readOnce<State>(
  connection: Connection,
  following: Following<State> & { readonly lastId: string },
): AsyncGenerator<{ state: State; id: string }> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error('the stream fell silent')), following.silenceMs ?? 45_000);
  };
  const signal = following.signal ? AbortSignal.any([following.signal, silence.signal]) : silence.signal;
  heard();
  try {
    const headers = { accept: 'text/event-stream', ...(following.lastId ? { 'last-event-id': following.lastId } : {}) };
    const response = await callRoute(connection, { route: following.route, params: { id: following.id }, headers, signal });
    if (!response.body) throw new Error('the reply has no body');
    for await (const event of readEvents(response.body, heard)) {
      if (event.event === following.event) yield { state: JSON.parse(event.data) as State, id: event.id };
    }
  } catch (cause) {
    following.signal?.throwIfAborted();
    if (cause instanceof FilmwrightError) throw cause;
    throw new FilmwrightError('unavailable', `The events of ${following.event} ${following.id} broke off: ${reason(cause)}.`, { cause });
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
