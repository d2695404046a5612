import { FilmwrightError, type LibraryKind, type LibraryPage, libraryKinds, librarySaveSchema } from '@filmwright/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { checkId, checkInput, checkNumber, checkVersion, invalidRequest } from './check-input.ts';
import { checkStorable } from './film-outline.ts';
import { checkPaths, conflictOf } from './film-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';

const maxBodyBytes = 32 * 1024 ** 2;

/** Pictures, clips, sounds, characters and brand kits kept for many films. */
export function addLibraryRoutes(app: FastifyInstance, { library }: GatewayParts): void {
  addRoute(app, {
    name: 'listLibrary',
    handler: async (request): Promise<LibraryPage> => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 100, min: 1, max: 200 });
      const after = textOf(request, 'after');
      const items = await library.listLibrary({
        workspaceId: request.workspaceId,
        limit,
        kinds: kindsOf(request),
        search: textOf(request, 'search').slice(0, 200),
        ...(after === '' ? {} : { after: checkId({ id: after, what: 'library item' }) }),
      });
      return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
    },
  });
  addRoute(app, {
    name: 'addToLibrary',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const item = await library.addToLibrary({ workspaceId: request.workspaceId, ...contentOf(request) });
      request.log.info({ itemId: item.id, kind: item.kind }, 'added to the library');
      return reply.code(201).header('location', `/v1/library/${item.id}`).header('etag', `"${item.version}"`).send(item);
    },
  });
  addRoute(app, {
    name: 'changeInLibrary',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const id = itemIdOf(request);
      const from = checkVersion(request.headers['if-match']);
      const outcome = await library.changeInLibrary({ workspaceId: request.workspaceId, id, from, ...contentOf(request) });
      if (outcome === null) throw noItem(id);
      if ('conflict' in outcome) throw conflictOf({ from, conflict: outcome.conflict, what: 'library item' });
      return reply.header('etag', `"${outcome.item.version}"`).send(outcome.item);
    },
  });
  addRoute(app, {
    name: 'removeFromLibrary',
    handler: async (request, reply) => {
      const id = itemIdOf(request);
      if (!(await library.removeFromLibrary({ workspaceId: request.workspaceId, id }))) throw noItem(id);
      return reply.code(204).send();
    },
  });
}

function contentOf(request: FastifyRequest) {
  const item = checkInput(librarySaveSchema, request.body);
  checkStorable(item.body);
  checkPaths(item.files);
  return item;
}

function itemIdOf(request: FastifyRequest): string {
  return checkId({ id: paramOf(request, 'id'), what: 'library item' });
}

function noItem(id: string): FilmwrightError {
  return new FilmwrightError('not-found', `There is no library item ${id}. GET /v1/library lists them.`);
}

/** `?kind=picture`, several times or with commas; none means all. */
function kindsOf(request: FastifyRequest): readonly LibraryKind[] {
  const given = [queryOf(request, 'kind')].flat().flatMap((value) => (typeof value === 'string' ? value.split(',') : []));
  const kinds = given.filter((kind) => kind !== '');
  const wrong = kinds.filter((kind) => !libraryKinds.some((known) => known === kind));
  if (wrong.length === 0) return kinds as readonly LibraryKind[];
  const message = `wanted some of ${libraryKinds.join(', ')}`;
  throw invalidRequest([{ severity: 'error', code: 'invalid', path: 'kind', message, found: JSON.stringify(wrong[0]?.slice(0, 80)) }]);
}

function textOf(request: FastifyRequest, name: string): string {
  const value = queryOf(request, name);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw invalidRequest([{ severity: 'error', code: 'invalid', path: name, message: 'wanted one value' }]);
}
