import { createReadStream } from 'node:fs';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { checkDigest } from './check-input.ts';
import { openHomeShelf } from './platform-shelf.ts';
import { sendBytes } from './send-bytes.ts';

/** Models and voices of the platform's home, for its runners: what there is, and the files by digest. */
export function addShelfRoutes(app: FastifyInstance, { shelfHome }: { readonly shelfHome: string }): void {
  const shelf = openHomeShelf(shelfHome);
  addRoute(app, { name: 'platformShelf', handler: () => shelf.list() });
  addRoute(app, {
    name: 'shelfFile',
    handler: async (request, reply) => {
      const digest = checkDigest(paramOf(request, 'digest'));
      const found = await shelf.find(digest);
      if (found === null) throw new FilmwrightError('not-found', `No model or voice of this platform has a file ${digest}.`);
      return sendBytes(
        { request, reply },
        {
          ...{ digest, bytes: found.bytes, mediaType: 'application/octet-stream', disposition: 'attachment' },
          cacheControl: 'private, max-age=31536000, immutable',
          open: (range) => createReadStream(found.path, range),
        },
      );
    },
  });
}
