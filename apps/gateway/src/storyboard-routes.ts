import { type Build, FilmwrightError, storyboardOrderSchema } from '@filmwright/contracts';
import { withoutUnprintable } from '@filmwright/core/edit/plain-text';
import { mergeOffers } from '@filmwright/core/plan/merge-offers';
import { titleOf } from '@filmwright/core/storyboard/break-down-script';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { checkInput } from './check-input.ts';
import { checkStorable } from './film-outline.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Generation } from './generation.ts';
import { createOnceByKey } from './once-by-key.ts';

const maxBodyBytes = 8 * 1024 ** 2;

/** Film documents of scripts: each order is a build of its own, whose report is the storyboard and the film made of it. */
export function addStoryboardRoutes(app: FastifyInstance, parts: GatewayParts & { readonly generation: Generation }): void {
  const once = createOnceByKey(parts.keys, 'build');
  addRoute(app, {
    name: 'listWriters',
    handler: async () => ({ models: mergeOffers(await parts.records.offers(), null).modelsFor?.storyboard ?? [] }),
  });
  addRoute(app, {
    name: 'writeStoryboard',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply): Promise<Build> => {
      const { body, workspaceId } = request;
      const make = async (id: string): Promise<string> => {
        const document = checkInput(storyboardOrderSchema, printable(body));
        checkStorable(document);
        // Not the title of a film: the order is none of its builds.
        const title = `Storyboard of ${document.title ?? (titleOf(document.script) || 'a script')}`;
        const work = { document, files: {}, purpose: 'storyboard', atMs: null, deadline: null, priority: 'interactive' } as const;
        return (await parts.records.createBuild({ id, workspaceId, title, ...work })).id;
      };
      const id = await once({ workspaceId, key: request.headers['idempotency-key'], body, make });
      request.log.info({ buildId: id }, 'storyboard ordered');
      const build = await parts.records.getBuild(id, workspaceId);
      if (!build) throw new FilmwrightError('not-found', `The order ${id} was deleted meanwhile.`);
      reply.code(202).header('location', `/v1/builds/${id}`);
      return parts.generation.tell(build, workspaceId);
    },
  });
}

/** An order with a script of which nothing is left out later: characters that nobody can see count for none. */
function printable(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('script' in body) || typeof body.script !== 'string') return body;
  return { ...body, script: withoutUnprintable(body.script) };
}
