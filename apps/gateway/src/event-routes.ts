import type { Build, FilmEvent } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import { filmIdOf, noFilm } from './film-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Generation } from './generation.ts';
import { type Followed, sendEvents } from './send-events.ts';

/** Builds and films as server-sent events. */
export function addEventRoutes(app: FastifyInstance, parts: GatewayParts & { readonly generation: Generation }): void {
  addRoute(app, {
    name: 'buildEvents',
    handler: async (request, reply) => {
      const { workspaceId } = request;
      const first = await parts.generation.tell(await findBuild(request, parts), workspaceId);
      const followed: Followed<Build> = {
        name: 'build',
        first,
        read: async () => {
          const build = await parts.records.getBuild(first.id, workspaceId);
          return build === null ? null : parts.generation.tell(build, workspaceId);
        },
        isLast: ({ state }) => state !== 'planning' && state !== 'running',
        watch: (listener) => parts.hub.watchBuild(first.id, listener),
      };
      return sendEvents({ request, reply, followed }, parts);
    },
  });
  addRoute(app, {
    name: 'filmEvents',
    handler: async (request, reply) => {
      const { workspaceId } = request;
      const id = filmIdOf(request);
      const found = await parts.films.filmState({ workspaceId, id });
      if (found === null) throw noFilm(id);
      let last: FilmEvent = { ...found, removed: false };
      const followed: Followed<FilmEvent> = {
        name: 'film',
        first: last,
        read: async () => {
          const state = await parts.films.filmState({ workspaceId, id });
          last = state === null ? { ...last, removed: true } : { ...state, removed: false };
          return last;
        },
        isLast: ({ removed }) => removed,
        watch: (listener) => parts.hub.watchFilm(id, listener),
      };
      return sendEvents({ request, reply, followed }, parts);
    },
  });
}
