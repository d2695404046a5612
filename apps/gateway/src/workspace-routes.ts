import { FilmwrightError, type OwnSpend, type OwnWorkspace, ownSpendQuerySchema } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { checkInput } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';

const dayMs = 86_400_000;
/** Entries are read for each answer. */
const longestDays = 92;

/** The workspace of who asks, and what it spent. */
export function addWorkspaceRoutes(app: FastifyInstance, { workspaces, overview }: Pick<GatewayParts, 'workspaces' | 'overview'>): void {
  addRoute(app, {
    name: 'ownWorkspace',
    handler: async ({ workspaceId, runsPlatform }): Promise<OwnWorkspace> => {
      const found = await workspaces.describeWorkspace(workspaceId);
      if (found === null) throw new FilmwrightError('not-found', 'The workspace of this token is not there any more.');
      return { ...found, runsPlatform };
    },
  });
  addRoute(app, {
    name: 'ownSpend',
    handler: async ({ workspaceId, query }): Promise<OwnSpend> => {
      const nowMs = Date.now();
      const asked = checkInput(ownSpendQuerySchema, query).since;
      const since = new Date(asked ?? nowMs - dayMs);
      if (since.getTime() < nowMs - longestDays * dayMs)
        throw new FilmwrightError(
          'request-invalid',
          `since is ${asked}; wanted an instant of the last ${longestDays} days. Ask for a shorter time, and add up.`,
        );
      return { since: since.toISOString(), ...(await overview.spendOf({ workspaceId, since: since.toISOString() })) };
    },
  });
}
