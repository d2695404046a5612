import { Readable } from 'node:stream';
import { FilmwrightError, filmSchema } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { probeWork, type WorkReport } from './probe-work.ts';

/** Liveness, readiness, the work probe and the schema of the film document. */
export function addHealthRoutes(app: FastifyInstance, parts: GatewayParts): void {
  let schema: string | null = null;
  let probing: Promise<WorkReport> | null = null;

  addRoute(app, { name: 'health', handler: async () => ({ status: 'ok' }) });
  addRoute(app, {
    name: 'ready',
    handler: async () => {
      await checkReady(parts);
      return { status: 'ok' };
    },
  });
  addRoute(app, {
    name: 'work',
    handler: async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      // Probes at the same time share one film.
      probing ??= probeWork(parts).finally(() => {
        probing = null;
      });
      return probing;
    },
  });
  addRoute(app, {
    name: 'schema',
    handler: async (_request, reply) => {
      // Written at the first request: most processes are never asked.
      schema ??= JSON.stringify({ ...filmSchema.toJSONSchema({ io: 'input' }), title: 'Filmwright film document' });
      return reply
        .header('content-type', 'application/schema+json; charset=utf-8')
        .header('cache-control', 'public, max-age=300')
        .send(schema);
    },
  });
}

/** Throws `unavailable` with every reason why no film could be made now: database, media folder, runners. */
async function checkReady(parts: GatewayParts): Promise<void> {
  const checks = await Promise.allSettled([
    parts.records.ping(),
    parts.blobs.putStream({ stream: Readable.from([Buffer.from('filmwright')]), mediaType: 'text/plain' }),
    parts.records.offers().then((offers) => {
      if (offers.length === 0) throw new Error('no runner has been heard of: start the platform anew with "npm start"');
    }),
  ]);
  const reasons = checks.flatMap((check, index) => {
    if (check.status === 'fulfilled') return [];
    const message = check.reason instanceof Error ? check.reason.message : String(check.reason);
    return [`${['database', 'media folder', 'runners'][index]}: ${message}`];
  });
  if (reasons.length > 0) throw new FilmwrightError('unavailable', `Not ready. ${reasons.join('; ')}.`);
}
