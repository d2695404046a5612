import { defaultWorkspace } from '@filmwright/records';
import type { FastifyInstance } from 'fastify';
import { addRoute, queryOf } from './add-route.ts';
import { checkNumber } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** What waits, and why. */
export function addQueueRoutes(app: FastifyInstance, { queue }: Pick<GatewayParts, 'queue'>): void {
  addRoute(app, {
    name: 'queue',
    handler: async (request) => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 200, min: 1, max: 10_000 });
      return { tasks: await queue.queue({ workspaceId: defaultWorkspace, limit }) };
    },
  });
}
