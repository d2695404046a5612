import type { Queue } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, queryOf } from './add-route.ts';
import { checkNumber } from './check-input.ts';
import { asReason } from './fleet-look.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { keptAnswer } from './kept-answer.ts';

/** All that was said of what waits is read for it: at most so often however many ask, and more seldom where that takes long. */
const trustMs = 400;
const mostKnown = 100;

/** What waits, and why. */
export function addQueueRoutes(app: FastifyInstance, { queue }: Pick<GatewayParts, 'queue'>): void {
  const known = new Map<string, () => Promise<Queue>>();
  const read = async (asked: { readonly workspaceId: string; readonly limit: number }): Promise<Queue> => {
    const [tasks, films] = await Promise.all([queue.queue(asked), queue.awaitingFilms(asked)]);
    return { tasks, films: films.map((film) => ({ ...film, reason: asReason(film.reason) })) };
  };
  const look = (asked: Parameters<typeof read>[0]): Promise<Queue> => {
    const name = `${asked.workspaceId} ${asked.limit}`;
    if (known.size >= mostKnown && !known.has(name)) known.clear();
    const ask = known.get(name) ?? keptAnswer(() => read(asked), { trustMs });
    known.set(name, ask);
    return ask();
  };
  addRoute(app, {
    name: 'queue',
    handler: (request) => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 200, min: 1, max: 10_000 });
      return look({ workspaceId: request.workspaceId, limit });
    },
  });
}
