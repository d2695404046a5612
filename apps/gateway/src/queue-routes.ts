import type { QueueStore } from '@filmwright/records';
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
  const known = new Map<string, () => ReturnType<QueueStore['queue']>>();
  const look = (asked: Parameters<QueueStore['queue']>[0]): ReturnType<QueueStore['queue']> => {
    const name = `${asked.workspaceId} ${asked.limit}`;
    if (known.size >= mostKnown && !known.has(name)) known.clear();
    const ask = known.get(name) ?? keptAnswer(() => queue.queue(asked), { trustMs });
    known.set(name, ask);
    return ask();
  };
  addRoute(app, {
    name: 'queue',
    handler: async (request) => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 200, min: 1, max: 10_000 });
      return { tasks: await look({ workspaceId: request.workspaceId, limit }) };
    },
  });
}
