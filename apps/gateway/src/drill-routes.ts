import {
  type Digest,
  type DrillAudit,
  type DrillBuildState,
  type DrillPlace,
  type DrillState,
  drillBuildRequestSchema,
  drillRequestSchema,
  FilmwrightError,
} from '@filmwright/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { checkDigest, checkId, checkInput } from './check-input.ts';
import type { CredentialCheck } from './credential-check.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createOnceByKey } from './once-by-key.ts';
import { sendBytes } from './send-bytes.ts';

/** Drills of who runs the platform: each has a workspace of its own, and its tasks go to runners of its pool alone. */
export function addDrillRoutes(
  app: FastifyInstance,
  { parts, check }: { readonly parts: GatewayParts; readonly check: CredentialCheck },
): void {
  const { records, drills, blobs } = parts;
  const once = { drill: createOnceByKey(parts.keys, 'drill'), build: createOnceByKey(parts.keys, 'build') };
  const found = async (id: string): Promise<DrillState> => {
    const state = await drills.drillState(id);
    if (state === null) throw noDrill(id);
    return state;
  };
  const find = (request: FastifyRequest): Promise<DrillState> => found(checkId({ id: paramOf(request, 'id'), what: 'drill' }));
  addRoute(app, {
    name: 'createDrill',
    handler: async (request, reply): Promise<DrillPlace> => {
      const body = checkInput(drillRequestSchema, request.body);
      const make = async (id: string): Promise<string> => (await drills.addDrill({ ...body, id })).id;
      const key = request.headers['idempotency-key'];
      const { id, workspace, pool, createdAt } = await found(await once.drill({ workspaceId: request.workspaceId, key, body, make }));
      request.log.info({ drill: id, pool }, 'drill begun');
      reply.code(201).header('location', `/v1/drills/${id}`);
      return { id, workspace, pool, createdAt };
    },
  });
  addRoute(app, { name: 'listDrills', handler: async () => ({ drills: await drills.listDrills() }) });
  addRoute(app, { name: 'getDrill', handler: find });
  addRoute(app, {
    name: 'removeDrill',
    handler: async (request) => {
      const { id, pool } = await find(request);
      const removed = await drills.removeDrill({ id, removeBytes: (digest) => blobs.remove(digest) });
      if (removed === null) throw noDrill(id);
      // Credentials went with their rows.
      check.forget();
      request.log.info({ drill: id, pool, ...removed }, 'drill removed');
      return removed;
    },
  });
  addRoute(app, {
    name: 'createDrillBuild',
    handler: async (request, reply): Promise<DrillBuildState> => {
      const drill = checkId({ id: paramOf(request, 'id'), what: 'drill' });
      const place = await drills.drillPlace(drill);
      if (place === null) throw noDrill(drill);
      const { id: workspaceId, pool } = place;
      const body = checkInput(drillBuildRequestSchema, request.body);
      const { document, priority, deadline = null } = body;
      const make = async (id: string): Promise<string> => {
        const build = { title: document.title, document, files: {}, purpose: 'drill', atMs: null, deadline, pool } as const;
        return (await records.createBuild({ ...build, id, workspaceId, ...(priority && { priority }) })).id;
      };
      const id = await once.build({ workspaceId, key: request.headers['idempotency-key'], body, make });
      const made = await records.getBuild(id, workspaceId);
      if (made === null) throw new FilmwrightError('not-found', `The build ${id} went with its drill meanwhile.`);
      reply.code(202).header('location', `/v1/drills/${workspaceId}/builds/${id}/audit`);
      const { state, endedAt, problem } = made;
      return { id, state, endedAt, problem };
    },
  });
  addRoute(app, {
    name: 'auditDrillBuild',
    handler: async (request): Promise<DrillAudit> => {
      const { id, builds } = await find(request);
      const build = checkId({ id: paramOf(request, 'build'), what: 'build' });
      if (!builds.some((one) => one.id === build))
        throw new FilmwrightError('not-found', `The drill ${id} has no build ${build}. GET /v1/drills/${id} lists them.`);
      const { tasks, rerun, wronglyCharged, attempts } = await drills.auditBuild(build);
      return { tasks: tasks.map((task) => ({ ...task, digest: task.digest as Digest | null })), rerun, wronglyCharged, attempts };
    },
  });
  addRoute(app, {
    name: 'drillAsset',
    handler: async (request, reply) => {
      const { id: workspaceId } = await find(request);
      const digest = checkDigest(paramOf(request, 'digest')) as Digest;
      const asset = await records.getAsset({ workspaceId, digest });
      // Looked at are the bytes that are there, not those that were noted: a file that was cut short is told as it is.
      const bytes = asset === null ? null : await blobs.size(digest);
      if (asset === null || bytes === null) throw new FilmwrightError('not-found', `The drill ${workspaceId} has no asset ${digest}.`);
      const { mediaType } = asset;
      return sendBytes(
        { request, reply },
        {
          digest,
          bytes,
          mediaType,
          cacheControl: 'no-store',
          disposition: 'attachment',
          open: (range) => blobs.read({ digest, ...range }),
        },
      );
    },
  });
}

function noDrill(id: string): FilmwrightError {
  return new FilmwrightError('not-found', `There is no drill ${id}. GET /v1/drills lists them.`);
}
