import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createByteCache } from '@filmwright/distribution';
import fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { addAssetRoutes } from './asset-routes.ts';
import { addBuildRoutes } from './build-routes.ts';
import { addCourseRoutes } from './course-routes.ts';
import { createCredentialCheck } from './credential-check.ts';
import { addDrillRoutes } from './drill-routes.ts';
import { addEstimateRoutes } from './estimate-routes.ts';
import { addEventRoutes } from './event-routes.ts';
import { addFilmRoutes } from './film-routes.ts';
import { addFleetRoutes } from './fleet-routes.ts';
import { addMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createGeneration } from './generation.ts';
import { addGuard, placeOf } from './guard.ts';
import { addHealthRoutes } from './health-routes.ts';
import { createHotFiles } from './hot-files.ts';
import { addLibraryRoutes } from './library-routes.ts';
import { addMediaRoutes } from './media-routes.ts';
import { addPackageRoutes } from './package-routes.ts';
import { addPageRoute } from './page-route.ts';
import { addPreviewRoutes } from './preview-routes.ts';
import { addJsonBodies, addProblemReplies, malformedReply } from './problem-replies.ts';
import { addProgramRoutes } from './program-routes.ts';
import { addQueueRoutes } from './queue-routes.ts';
import { addRunnerIdentity } from './runner-identity.ts';
import { addRunnerRoutes } from './runner-routes.ts';
import { addRunnerTokenRoutes } from './runner-token-routes.ts';
import { addShelfRoutes } from './shelf-routes.ts';
import { addStarterRoutes } from './starter-routes.ts';
import { addStoryboardRoutes } from './storyboard-routes.ts';
import { addUploadRoutes } from './upload-routes.ts';
import { addWorkspaceRoutes } from './workspace-routes.ts';

const closeGraceMs = 1000;

/** The HTTP server over its parts, not yet listening; closing it ends event streams and long polls first. `logger` as Fastify takes it. */
export async function createGateway(
  parts: GatewayParts,
  logger: NonNullable<FastifyServerOptions['logger']> = false,
): Promise<FastifyInstance> {
  const cache = createByteCache(parts.cacheBytes);
  let metrics: GatewayMetrics | undefined;
  const hot = createHotFiles({ cache, place: () => placeOf(parts), count: (bytes) => metrics?.countHot(bytes) });
  const app: FastifyInstance = fastify({
    serverFactory: (handle) => createServer((request, response) => void (hot.answer(request, response) || handle(request, response))),
    logger,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 ** 2,
    // A HEAD that ran the handler of GET would follow a build or wait for tasks.
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    // What comes in is checked by the schemas of the contracts: fastify's own compilers would only be loaded.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    clientErrorHandler(error, socket) {
      if (socket.writable && error.code !== 'ECONNRESET') socket.write(malformedReply(error.code ?? error.message));
      socket.destroy();
    },
  });
  addProblemReplies(app);
  metrics = addMetrics(app, parts);
  addJsonBodies(app);
  const check = createCredentialCheck({
    findCredential: parts.credentials.findCredential,
    findWorkspace: parts.workspaces.findWorkspace,
  });
  addGuard(app, { keys: parts, check });
  addRequestLog(app);
  addHealthRoutes(app, parts);
  addPageRoute(app, { parts, check });
  const generation = createGeneration(parts);
  addBuildRoutes(app, { ...parts, generation });
  addFilmRoutes(app, parts);
  addLibraryRoutes(app, parts);
  addEstimateRoutes(app, parts);
  addStarterRoutes(app, parts);
  addStoryboardRoutes(app, { ...parts, generation });
  addEventRoutes(app, { ...parts, generation });
  addMediaRoutes(app, parts);
  addPreviewRoutes(app, parts);
  addPackageRoutes(app, { parts, cache, hot });
  addRunnerIdentity(app, parts);
  addWorkspaceRoutes(app, parts);
  addQueueRoutes(app, parts);
  addCourseRoutes(app, parts);
  addFleetRoutes(app, { parts });
  addRunnerRoutes(app, { ...parts, onLoad: metrics.countLoad });
  addProgramRoutes(app, parts);
  addShelfRoutes(app, parts);
  addRunnerTokenRoutes(app, { parts, check });
  addDrillRoutes(app, { parts, check });
  await app.register(async (scope) => addAssetRoutes(scope, parts));
  await app.register(async (scope) => addUploadRoutes(scope, parts));
  app.addHook('preClose', async () => {
    // Replies at hand may end; a connection that only stands open must not hold the process.
    setTimeout(() => app.server.closeAllConnections(), closeGraceMs).unref();
    await parts.hub.close();
  });
  await app.ready();
  return app;
}

/** One line per reply; what runners and probes ask all the time only shows at level debug. The query stays out: it may hold the token. */
function addRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const quiet = reply.statusCode < 400 && /^\/(healthz|readyz|v1\/runners\/.*\/(lease|heartbeat))/.test(request.url);
    const line = { method: request.method, path: request.url.split('?')[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    request.log[quiet ? 'debug' : 'info'](line, 'request');
  });
}

function noCompiler(): never {
  throw new Error('A route has a schema of fastify; wanted one of the contracts, by check-input.ts.');
}
