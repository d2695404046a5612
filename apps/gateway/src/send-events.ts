import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayParts } from './gateway-parts.ts';

const shortestGapMs = 100;
const heartbeatMs = 15_000;
/** A change that nobody told, while the database was away, is found so soon. */
const rereadMs = 2000;

/** Something to follow: `name` is the kind of its events, `read` gives null when it is gone for good, `isLast` tells a state that changes no more. */
export type Followed<State> = {
  readonly name: string;
  readonly first: State;
  readonly read: () => Promise<State | null>;
  readonly isLast: (state: State) => boolean;
  readonly watch: (listener: () => void) => () => void;
};
type Following<State> = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly followed: Followed<State> };

/** Answers with server-sent events: the state as it is now, then after every change, at most ten a second, until its last one. */
export function sendEvents<State>({ request, reply, followed }: Following<State>, parts: Pick<GatewayParts, 'hub'>): FastifyReply {
  const out = new PassThrough();
  const onError = (err: unknown) => request.log.warn({ err, path: request.url.split('?')[0] }, 'event stream ended early');
  const end = writeEvents({ followed, out, parts, onError });
  request.raw.socket.once('close', end);
  out.once('close', () => {
    end();
    request.raw.socket.removeListener('close', end);
  });
  reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
  return reply.send(out);
}

type EventWriter<State> = {
  readonly followed: Followed<State>;
  readonly out: PassThrough;
  readonly parts: Pick<GatewayParts, 'hub'>;
  readonly onError: (error: unknown) => void;
};

/** Writes events until the last state, until the hub closes or the returned function is called. A slow reader skips states, it never queues them. */
function writeEvents<State>({ followed, out, parts, onError }: EventWriter<State>): () => void {
  let lastId = '';
  let ended = false;
  let reading = false;
  let dirty = false;

  const write = (state: State) => {
    const data = JSON.stringify(state);
    const id = createHash('sha256').update(data).digest('base64url').slice(0, 22);
    if (id !== lastId) out.write(`event: ${followed.name}\nid: ${id}\ndata: ${data}\n\n`);
    lastId = id;
    if (followed.isLast(state)) end();
  };
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(heartbeat);
    clearInterval(reread);
    forget();
    unwatch();
    out.end();
  };
  /** Reads and writes while there are changes; a change during a pause is taken with the next read. */
  const refresh = async () => {
    dirty = true;
    if (reading) return;
    reading = true;
    try {
      while (dirty && !ended) {
        dirty = false;
        const state = await followed.read();
        if (state === null || ended) return end();
        write(state);
        await new Promise((resolve) => setTimeout(resolve, shortestGapMs));
        while (out.writableNeedDrain && !ended) await new Promise((resolve) => setTimeout(resolve, shortestGapMs));
      }
    } catch (error) {
      onError(error);
      end();
    } finally {
      reading = false;
    }
  };

  const unwatch = followed.watch(() => void refresh());
  const heartbeat = setInterval(() => {
    if (!out.writableNeedDrain) out.write(': still here\n\n');
  }, heartbeatMs);
  const reread = setInterval(() => void refresh(), rereadMs);
  let forget = () => {};
  out.write('retry: 1000\n\n');
  write(followed.first);
  // It may have changed between the first read and the watching.
  if (!ended) void refresh();
  if (!ended) forget = parts.hub.onClose(end);
  return end;
}
