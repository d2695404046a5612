import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Build } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';

const shortestGapMs = 100;
const heartbeatMs = 15_000;
/** A change that nobody told, while the database was away, is found so soon. */
const rereadMs = 2000;

/** A build as server-sent events: as it is now, then after every change, at most ten a second, until it has ended. */
export function addEventRoutes(app: FastifyInstance, parts: GatewayParts): void {
  addRoute(app, { name: 'buildEvents', handler: (request, reply) => follow({ request, reply }, parts) });
}

async function follow(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  parts: GatewayParts,
): Promise<FastifyReply> {
  const first = await findBuild(request, parts);
  const out = new PassThrough();
  const end = createEventWriter({
    first,
    out,
    parts,
    onError: (err) => request.log.warn({ err, buildId: first.id }, 'event stream ended early'),
  });
  request.raw.socket.once('close', end);
  out.once('close', () => {
    end();
    request.raw.socket.removeListener('close', end);
  });
  reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
  return reply.send(out);
}

type EventWriter = {
  readonly first: Build;
  readonly out: PassThrough;
  readonly parts: GatewayParts;
  readonly onError: (error: unknown) => void;
};

/** Writes events until the build ends, the hub closes or the returned function is called. A slow reader skips states, it never queues them. */
function createEventWriter({ first, out, parts, onError }: EventWriter): () => void {
  let lastId = '';
  let ended = false;
  let reading = false;
  let dirty = false;

  const write = (build: Build) => {
    const data = JSON.stringify(build);
    const id = createHash('sha256').update(data).digest('base64url').slice(0, 22);
    if (id !== lastId) out.write(`event: build\nid: ${id}\ndata: ${data}\n\n`);
    lastId = id;
    if (build.state !== 'planning' && build.state !== 'running') end();
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
        const build = await parts.records.getBuild(first.id);
        if (!build || ended) return end();
        write(build);
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

  const unwatch = parts.hub.watchBuild(first.id, () => void refresh());
  const heartbeat = setInterval(() => {
    if (!out.writableNeedDrain) out.write(': still here\n\n');
  }, heartbeatMs);
  const reread = setInterval(() => void refresh(), rereadMs);
  let forget = () => {};
  out.write('retry: 1000\n\n');
  write(first);
  // The build may have changed between the first read and the watching.
  if (!ended) void refresh();
  if (!ended) forget = parts.hub.onClose(end);
  return end;
}
