import { defaultWorkspace, type QueueStore } from '@filmwright/records';
import type { FastifyInstance } from 'fastify';
import { addRoute, queryOf } from './add-route.ts';
import { checkNumber } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { keptAnswer } from './kept-answer.ts';

/** All that was said of what waits is read for it: at most so often however many ask, and more seldom where that takes long. */
const trustMs = 400;
const mostKnown = 100;

/** What waits, and why. */
export function addQueueRoutes(app: FastifyInstance, { queue }: Pick<GatewayParts, 'queue'>): void {
  const known = new Map<number, () => ReturnType<QueueStore['queue']>>();
  const look = (limit: number): ReturnType<QueueStore['queue']> => {
    if (known.size >= mostKnown && !known.has(limit)) known.clear();
    const ask = known.get(limit) ?? keptAnswer(() => queue.queue({ workspaceId: defaultWorkspace, limit }), { trustMs });
    known.set(limit, ask);
    return ask();
  };
  addRoute(app, {
    name: 'queue',
    handler: async (request) => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 200, min: 1, max: 10_000 });
      return { tasks: await look(limit) };
    },
  });
}
