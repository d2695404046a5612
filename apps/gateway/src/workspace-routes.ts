import { FilmwrightError, type OwnWorkspace } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** The workspace of who asks. */
export function addWorkspaceRoutes(app: FastifyInstance, { workspaces }: Pick<GatewayParts, 'workspaces'>): void {
  addRoute(app, {
    name: 'ownWorkspace',
    handler: async ({ workspaceId, runsPlatform }): Promise<OwnWorkspace> => {
      const found = await workspaces.describeWorkspace(workspaceId);
      if (found === null) throw new FilmwrightError('not-found', 'The workspace of this token is not there any more.');
      return { ...found, runsPlatform };
    },
  });
}
