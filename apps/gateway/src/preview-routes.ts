import { createHash } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { sendBytes } from './send-bytes.ts';

/** The newest picture of what is being drawn. */
export function addPreviewRoutes(app: FastifyInstance, parts: GatewayParts): void {
  addRoute(app, {
    name: 'buildPreview',
    handler: async (request, reply) => {
      const { id } = await findBuild(request, parts);
      const picture = await parts.previews.previewPicture({ workspaceId: request.workspaceId, buildId: id, key: paramOf(request, 'task') });
      if (picture === null)
        throw new FilmwrightError('not-found', `There is no picture of that drawing of the build ${id}: it is done, or none came yet.`);
      const digest = createHash('sha256').update(picture).digest('base64url').slice(0, 22);
      return sendBytes(
        { request, reply },
        {
          ...{ digest, bytes: picture.length, mediaType: 'image/jpeg' },
          cacheControl: 'private, no-cache',
          open: ({ start, end }) => picture.subarray(start, end + 1),
        },
      );
    },
  });
}
