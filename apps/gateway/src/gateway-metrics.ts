import { type Amount, FilmwrightError, routes } from '@filmwright/contracts';
import { createMetrics, isBearer, type Metrics, metricsMediaType, secondsBuckets } from '@filmwright/process';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { bearerOf, hasCookie, isSame } from './guard.ts';

export type GatewayMetrics = {
  /** Counts a segment that was answered before the router. */
  readonly countHot: (bytes: number) => void;
  /** Counts what a finished task spent on loading its model, in milliseconds; none did not load. */
  readonly countLoad: (loadMs: number) => void;
};

const eventPaths: readonly (string | undefined)[] = [routes.buildEvents.path, routes.filmEvents.path, routes.fleetEvents.path];
const none = 'none';
/** Told as the status of a request whose caller went before the reply was out. */
const hungUp = 499;

/** What is known of a request at its start: instant of `performance.now`, bytes that its connection had carried. */
type Begun = { readonly atMs: number; readonly read: number; readonly written: number };

/**
 * Counts what the gateway is asked and answers, and tells it at `/metrics`: to who has the token of figures or of the platform, and on a gateway that only this
 * machine reaches to anybody here. Behind a public address a caller on loopback may be a proxy.
 */
export function addMetrics(app: FastifyInstance, parts: GatewayParts): GatewayMetrics {
  const metrics = createMetrics({ role: 'gateway' });
  const requests = metrics.counter({
    name: 'filmwright_http_requests_total',
    help: 'Requests that ended; 499 where the caller hung up.',
    labels: ['method', 'route', 'status'],
  });
  const durations = metrics.histogram({
    name: 'filmwright_http_request_seconds',
    help: 'From the head of a request to the end of its reply; without segments answered from memory before the router.',
    labels: ['method', 'route'],
    buckets: secondsBuckets,
  });
  const sent = metrics.counter({ name: 'filmwright_http_sent_bytes_total', help: 'Replies with their heads.', labels: ['route'] });
  const received = metrics.counter({ name: 'filmwright_http_received_bytes_total', help: 'Requests with their heads.', labels: ['route'] });
  const uploads = metrics.counter({
    name: 'filmwright_uploads_total',
    help: 'Files that came in: whole by digest, or in parts (tus). Known ones were there already.',
    labels: ['way', 'outcome'],
  });
  const open = metrics.gauge({ name: 'filmwright_http_open_requests', help: 'Requests under way, long polls of runners among them.' });
  const streams = metrics.gauge({ name: 'filmwright_event_streams_open', help: 'Streams of server-sent events.' });
  const loads = metrics.counter({ name: 'filmwright_model_loads_total', help: 'Finished tasks that loaded their model first.' });
  const loading = metrics.counter({ name: 'filmwright_model_load_seconds_total', help: 'What that took.' });
  const begun = new WeakMap<FastifyRequest, Begun>();

  app.addHook('onRequest', async (request, reply) => {
    const { bytesRead: read = 0, bytesWritten: written = 0 } = request.raw.socket;
    begun.set(request, { atMs: performance.now(), read, written });
    open.add({}, 1);
    if (isEventStream(request)) streams.add({}, 1);
    // A caller that hangs up ends no reply.
    reply.raw.once('close', () => finish(request, reply));
  });
  app.addHook('onResponse', async (request, reply) => finish(request, reply));
  const finish = (request: FastifyRequest, reply: FastifyReply): void => {
    const start = begun.get(request);
    if (start === undefined) return;
    begun.delete(request);
    open.add({}, -1);
    if (isEventStream(request)) streams.add({}, -1);
    const { method } = request;
    const route = request.routeOptions.url ?? none;
    const status = String(reply.raw.writableEnded ? reply.statusCode : hungUp);
    requests.add({ method: knownMethod(method), route, status });
    durations.observe({ method: knownMethod(method), route }, (performance.now() - start.atMs) / 1000);
    const { bytesRead = 0, bytesWritten = 0 } = request.raw.socket;
    sent.add({ route }, Math.max(0, bytesWritten - start.written));
    // The head was read before the request was known.
    received.add({ route }, Math.max(0, bytesRead - start.read));
    const upload = uploadOf(request, reply);
    if (upload !== null) uploads.add(upload);
  };
  addRoute(app, {
    name: 'metrics',
    handler: async (request, reply) => {
      if (!isAllowed(request, parts))
        throw new FilmwrightError(
          'unauthorized',
          'The figures want their token or that of the platform, as "Authorization: Bearer TOKEN".',
        );
      return reply
        .header('content-type', metricsMediaType)
        .header('cache-control', 'no-store')
        .send(await metrics.text());
    },
  });
  addSpending(metrics, parts);
  return {
    countLoad(loadMs) {
      if (loadMs <= 0) return;
      loads.add();
      loading.add({}, loadMs / 1000);
    },
    countHot(bytes) {
      const route = routes.packagePart.path;
      requests.add({ method: 'GET', route, status: '200' });
      sent.add({ route }, bytes);
    },
  };
}

/** What the completions that this gateway took in were charged; monitoring adds up gateways. */
function addSpending(metrics: Metrics, { records }: GatewayParts): void {
  const labels = ['workspace'];
  const credits = metrics.counter({ name: 'filmwright_spend_credits_total', help: 'Credits charged for finished work.', labels });
  const gpus = metrics.counter({ name: 'filmwright_spend_gpu_seconds_total', help: 'Seconds of GPUs charged.', labels });
  const slots = metrics.counter({
    name: 'filmwright_spend_slot_seconds_total',
    help: 'Seconds of slots of work without a GPU charged.',
    labels,
  });
  const told = new Map<string, Amount>();
  metrics.beforeReading(() => {
    for (const [workspace, now] of records.settledHere()) {
      const before = told.get(workspace) ?? { gpuS: 0, slotS: 0, credits: 0 };
      credits.add({ workspace }, Math.max(0, now.credits - before.credits));
      gpus.add({ workspace }, Math.max(0, now.gpuS - before.gpuS));
      slots.add({ workspace }, Math.max(0, now.slotS - before.slotS));
      told.set(workspace, now);
    }
  });
}

function isAllowed(request: FastifyRequest, parts: GatewayParts): boolean {
  if (isSame(bearerOf(request), parts.token) || hasCookie(request, parts)) return true;
  if (isBearer(request.headers.authorization, parts.metricsToken)) return true;
  return parts.publicUrl() === null && /^(127\.|::1$|::ffff:127\.)/.test(request.ip);
}

function isEventStream(request: FastifyRequest): boolean {
  return eventPaths.includes(request.routeOptions.url);
}

/** Anybody may send any word as a method; labels are few. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}

function uploadOf(request: FastifyRequest, reply: FastifyReply): { readonly way: string; readonly outcome: string } | null {
  const { url } = request.routeOptions;
  const isPart = url === routes.continueUpload.path && request.method === 'PATCH';
  const isCreation = url === routes.createUpload.path && request.method === 'POST';
  if (isPart || isCreation) {
    if (reply.statusCode >= 400) return { way: 'parts', outcome: 'failed' };
    // What has all its bytes expires no more.
    return reply.hasHeader('upload-expires') ? null : { way: 'parts', outcome: 'done' };
  }
  if (url !== routes.putAsset.path || request.method !== 'PUT') return null;
  if (reply.statusCode >= 400) return { way: 'whole', outcome: 'failed' };
  return { way: 'whole', outcome: reply.statusCode === 201 ? 'done' : 'known' };
}
