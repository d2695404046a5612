import type { Fleet } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { createFleetLook } from './fleet-look.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { type Followed, sendEvents } from './send-events.ts';

/** The whole fleet for who runs the platform, once or as server-sent events. */
export function addFleetRoutes(app: FastifyInstance, { parts }: { readonly parts: GatewayParts }): void {
  const look = createFleetLook({ overview: parts.overview, fleet: parts.fleet });
  addRoute(app, { name: 'fleet', handler: () => look() });
  addRoute(app, {
    name: 'fleetEvents',
    handler: async (request, reply) => {
      const followed: Followed<Fleet> = {
        name: 'fleet',
        first: await look(),
        read: look,
        isLast: () => false,
        // Something changes all the time: it is read again by the clock, once for all who follow.
        watch: () => () => {},
      };
      return sendEvents({ request, reply, followed }, parts);
    },
  });
}
