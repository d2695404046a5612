import { createHash } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { openStarters } from './open-starters.ts';
import { sendBytes } from './send-bytes.ts';

/** Films to start from, with moving previews. */
export function addStarterRoutes(app: FastifyInstance, parts: GatewayParts): void {
  const starters = openStarters(parts.startersRoot, parts);
  addRoute(app, { name: 'listStarters', handler: async (request) => ({ starters: await starters.list(request.workspaceId) }) });
  addRoute(app, {
    name: 'starterFile',
    withHead: true,
    handler: async (request, reply) => {
      const [id, name] = [paramOf(request, 'id'), paramOf(request, 'name')];
      const file = await starters.file({ id, name });
      if (file === null)
        throw new FilmwrightError('not-found', 'There is no such starter, or it has no such file. GET /v1/starters lists them.');
      const digest = createHash('sha256').update(file.body).digest('base64url').slice(0, 22);
      return sendBytes(
        { request, reply },
        {
          ...{ digest, bytes: file.body.length, mediaType: file.mediaType },
          cacheControl: 'private, no-cache',
          open: ({ start, end }) => file.body.subarray(start, end + 1),
        },
      );
    },
  });
}
