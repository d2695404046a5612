import {
  type FilmDetail,
  type FilmPage,
  type FilmVersionPage,
  FilmwrightError,
  filmSaveSchema,
  type SaveConflict,
} from '@filmwright/contracts';
import { changesBetween } from '@filmwright/core/edit/changes-between';
import type { StoredFilm } from '@filmwright/records';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { checkId, checkInput, checkNumber, checkVersion, invalidRequest } from './check-input.ts';
import { checkStorable, type FilmOutline, missingFiles, outlineOf } from './film-outline.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createOnceByKey } from './once-by-key.ts';

/** What is far too large is cut off while it comes; what is a little too large can be told in peace. */
const maxBodyBytes = 64 * 1024 ** 2;

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** Films with all their versions: saved as they are, also with faults, and never overwritten by another tab. */
export function addFilmRoutes(app: FastifyInstance, parts: GatewayParts): void {
  const once = createOnceByKey(parts.keys, 'film');
  addRoute(app, {
    name: 'listFilms',
    handler: async (request): Promise<FilmPage> => {
      const { limit, before } = pageOf(request, 'film');
      const films = await parts.films.listFilms({ workspaceId: request.workspaceId, limit, ...before });
      return { films, next: films.length < limit ? null : (films.at(-1)?.id ?? null) };
    },
  });
  addRoute(app, {
    name: 'createFilm',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const film = checkInput(filmSaveSchema, request.body);
      checkContent(film);
      const { workspaceId } = request;
      const make = async (id: string) => (await create({ ...film, id, workspaceId }, parts)).id;
      const id = await once({ workspaceId, key: request.headers['idempotency-key'], body: request.body, make });
      request.log.info({ filmId: id }, 'film created');
      reply.code(201).header('location', `/v1/films/${id}`);
      return detail({ request, reply, film: await found({ workspaceId, id }, parts) }, parts);
    },
  });
  addRoute(app, {
    name: 'getFilm',
    handler: async (request, reply) => {
      const { workspaceId } = request;
      const film = await found({ workspaceId, id: filmIdOf(request), version: versionOf(request) }, parts);
      return detail({ request, reply, film }, parts);
    },
  });
  addRoute(app, { name: 'saveFilm', bodyLimit: maxBodyBytes, handler: (request, reply) => save({ request, reply }, parts) });
  addRoute(app, {
    name: 'removeFilm',
    handler: async (request, reply) => {
      const id = filmIdOf(request);
      if (!(await parts.films.removeFilm({ workspaceId: request.workspaceId, id }))) throw noFilm(id);
      request.log.info({ filmId: id }, 'film removed');
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'listFilmVersions',
    handler: async (request): Promise<FilmVersionPage> => {
      const id = await knownFilm(request, parts);
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 50, min: 1, max: 200 });
      const before = checkNumber(queryOf(request, 'before'), { name: 'before', fallback: 0, min: 1, max: 2 ** 31 - 1 });
      const versions = await parts.films.listFilmVersions({
        workspaceId: request.workspaceId,
        id,
        limit,
        ...(before === 0 ? {} : { before }),
      });
      return { versions, next: versions.length < limit ? null : (versions.at(-1)?.version ?? null) };
    },
  });
  addRoute(app, {
    name: 'listFilmBuilds',
    handler: async (request) => {
      const id = await knownFilm(request, parts);
      const { limit, before } = pageOf(request, 'build');
      const builds = await parts.films.listFilmBuilds({ workspaceId: request.workspaceId, id, limit, ...before });
      return { builds, next: builds.length < limit ? null : (builds.at(-1)?.id ?? null) };
    },
  });
}

/** The id of the film in the path. */
export function filmIdOf(request: FastifyRequest): string {
  return checkId({ id: paramOf(request, 'id'), what: 'film' });
}

/** The refusal for a film that is not there. */
export function noFilm(id: string, version?: number): FilmwrightError {
  if (version === undefined) return new FilmwrightError('not-found', `There is no film ${id}. GET /v1/films lists them.`);
  return new FilmwrightError('not-found', `There is no version ${version} of the film ${id}. GET /v1/films/${id}/versions lists them.`);
}

async function knownFilm(request: FastifyRequest, parts: GatewayParts): Promise<string> {
  const id = filmIdOf(request);
  if ((await parts.films.filmState({ workspaceId: request.workspaceId, id })) === null) throw noFilm(id);
  return id;
}

type CheckedSave = ReturnType<typeof filmSaveSchema.parse>;

type NewFilm = CheckedSave & { readonly id: string; readonly workspaceId: string };

function create({ id, workspaceId, document, files, note, session }: NewFilm, parts: GatewayParts): Promise<StoredFilm> {
  return parts.films.createFilm({
    id,
    workspaceId,
    document,
    files,
    ...listed(outlineOf(document)),
    note: note ?? null,
    session: session ?? null,
  });
}

/** Throws what is wrong with a film as a thing to be stored. */
function checkContent({ document, files }: Pick<CheckedSave, 'document' | 'files'>): void {
  checkStorable(document);
  checkPaths(files);
}

async function save({ request, reply }: Exchange, parts: GatewayParts): Promise<FilmDetail> {
  const { workspaceId } = request;
  const id = filmIdOf(request);
  const from = checkVersion(request.headers['if-match']);
  const { note = null, session = null, restored = null, ...body } = checkInput(filmSaveSchema, request.body);
  const { document, files } = restored === null ? body : await found({ workspaceId, id, version: restored }, parts);
  checkContent({ document, files });
  const outline = outlineOf(document);
  const changesSince = (before: unknown) => changesBetween(before, document);
  const content = { document, files, ...listed(outline), note, session, restored, changesSince };
  const outcome = await parts.films.saveFilm({ workspaceId, id, from, ...content });
  if (outcome === null) throw noFilm(id);
  if ('conflict' in outcome) throw conflictOf({ from, conflict: outcome.conflict, what: 'film' });
  request.log.info({ filmId: id, version: outcome.film.version }, 'film saved');
  return detail({ request, reply, film: outcome.film, outline }, parts);
}

/** The refusal of a save that was made from a version that is not the newest any more. */
export function conflictOf({ from, conflict, what }: { readonly from: number; readonly conflict: SaveConflict; readonly what: string }) {
  const who = conflict.session === null ? '' : ` in the tab ${JSON.stringify(conflict.session)}`;
  return new FilmwrightError(
    'version-conflict',
    `This was made from version ${from} of the ${what}; version ${conflict.version} was saved at ${conflict.savedAt}${who}. ` +
      'Nothing was overwritten. Read that version, then save again with If-Match naming it.',
    { conflict },
  );
}

type Wanted = { readonly workspaceId: string; readonly id: string; readonly version?: number | undefined };

async function found(wanted: Wanted, parts: GatewayParts): Promise<StoredFilm> {
  const film = await parts.films.filmVersion(wanted);
  if (film === null) throw noFilm(wanted.id, wanted.version);
  return film;
}

type Detailed = Exchange & { readonly film: StoredFilm; readonly outline?: FilmOutline };

async function detail({ request, reply, film, outline = outlineOf(film.document) }: Detailed, parts: GatewayParts): Promise<FilmDetail> {
  const { workspaceId } = request;
  const { id, version, createdAt, changedAt, document, files } = film;
  reply.header('etag', `"${version}"`).header('cache-control', 'no-store');
  const issues = [...outline.issues, ...(await missingFiles({ workspaceId, document, files }, parts))];
  return { id, ...listed(outline), version, createdAt, changedAt, document, files, issues };
}

function listed({ title, aspect, shots }: FilmOutline): Omit<FilmOutline, 'issues'> {
  return { title, aspect, shots };
}

function versionOf(request: FastifyRequest): number | undefined {
  const version = checkNumber(queryOf(request, 'version'), { name: 'version', fallback: 0, min: 1, max: 2 ** 31 - 1 });
  return version === 0 ? undefined : version;
}

/** A page's size and where it begins: after the film or build with the id `before`. */
function pageOf(request: FastifyRequest, what: string): { readonly limit: number; readonly before: { readonly before?: string } } {
  const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 50, min: 1, max: 200 });
  const before = queryOf(request, 'before');
  if (before === undefined || before === '') return { limit, before: {} };
  if (typeof before === 'string') return { limit, before: { before: checkId({ id: before, what }) } };
  throw invalidRequest([{ severity: 'error', code: 'invalid', path: 'before', message: `wanted one ${what} id` }]);
}

/** Paths are keys: characters that no path has would make two of them look like one. */
export function checkPaths(files: Readonly<Record<string, string>>): void {
  const wrong = Object.keys(files).filter((path) => /[\p{Cc}\p{Cs}]/u.test(path) || path.length > 1024);
  if (wrong.length === 0) return;
  throw invalidRequest(
    wrong.slice(0, 20).map((path) => ({
      severity: 'error' as const,
      code: 'invalid',
      path: `files[${JSON.stringify(path.slice(0, 80))}]`,
      message: 'wanted a path of at most 1024 characters without control characters',
    })),
  );
}
