import {
  type Build,
  type BuildTask,
  buildChangeSchema,
  buildRequestSchema,
  FilmwrightError,
  type Issue,
  type QueueEntry,
} from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import type { NewBuild } from '@filmwright/records';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { checkId, checkInput, checkNumber, invalidRequest } from './check-input.ts';
import { outlineOf } from './film-outline.ts';
import { noFilm } from './film-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Generation } from './generation.ts';
import { createOnceByKey } from './once-by-key.ts';
import { isProbe } from './probe-work.ts';
import { withPreviews } from './with-previews.ts';

/** So many waiting tasks of a build are told where they stand. */
const mostWaiting = 10_000;
/** A storyboard of 10,000 shots written out fits several times. */
const maxDocumentBytes = 64 * 1024 ** 2;

type BuildParts = GatewayParts & { readonly generation: Generation };

/** Make, read, list and cancel builds. */
export function addBuildRoutes(app: FastifyInstance, parts: BuildParts): void {
  const once = createOnceByKey(parts.keys, 'build');
  addRoute(app, { name: 'createBuild', bodyLimit: maxDocumentBytes, handler: (request, reply) => create({ request, reply, once }, parts) });
  addRoute(app, {
    name: 'listBuilds',
    handler: async (request) => {
      const limit = checkNumber(queryOf(request, 'limit'), { name: 'limit', fallback: 50, min: 1, max: 200 });
      const before = queryOf(request, 'before');
      if (before !== undefined && typeof before !== 'string')
        throw invalidRequest([{ severity: 'error', code: 'invalid', path: 'before', message: 'wanted one build id' }]);
      return listFilms({ workspaceId: request.workspaceId, limit, before: before ? checkId({ id: before, what: 'build' }) : null }, parts);
    },
  });
  addRoute(app, {
    name: 'getBuild',
    handler: async (request) => parts.generation.tell(await findBuild(request, parts), request.workspaceId),
  });
  addRoute(app, {
    name: 'listBuildTasks',
    handler: async (request) => {
      const { workspaceId } = request;
      const { id } = await findBuild(request, parts);
      const [tasks, queue] = await Promise.all([
        parts.records.buildTasks(id, workspaceId),
        parts.queue.queue({ workspaceId, buildId: id, limit: mostWaiting }),
      ]);
      return { tasks: withStandings(tasks, queue) };
    },
  });
  addRoute(app, {
    name: 'cancelBuild',
    handler: async (request) => {
      const { id } = await findBuild(request, parts);
      const cancelled = await parts.records.cancelBuild(id, request.workspaceId);
      const build = await findBuild(request, parts);
      if (!cancelled && build.state !== 'cancelled')
        throw new FilmwrightError('build-finished', `The build ${id} has ${build.state} already and cannot be cancelled.`);
      request.log.info({ buildId: id }, 'build cancelled');
      return build;
    },
  });
  addRoute(app, {
    name: 'cancelTask',
    handler: async (request) => {
      const [{ id, state, endedAt }, key] = [await findBuild(request, parts), paramOf(request, 'task')];
      const found = await parts.records.cancelTask({ buildId: id, key }, request.workspaceId);
      if (found === 'absent' && endedAt !== null)
        throw new FilmwrightError('build-finished', `The build ${id} has ${state} already; nothing of it runs.`);
      if (found === 'absent')
        throw new FilmwrightError('not-found', `The build ${id} has no task ${key}; GET /v1/builds/${id}/tasks lists those it has.`);
      request.log.info({ buildId: id, key, found }, 'task cancelled');
      return { stopped: found === 'stopped' };
    },
  });
  addRoute(app, {
    name: 'changeBuild',
    handler: async (request) => {
      const { id } = await findBuild(request, parts);
      const change = checkInput(buildChangeSchema, request.body);
      if (!(await parts.records.changeBuild({ id, ...change }, request.workspaceId))) {
        const { state } = await findBuild(request, parts);
        throw new FilmwrightError('build-finished', `The build ${id} has ${state} already; how pressing it is matters no more.`);
      }
      request.log.info({ buildId: id, ...change }, 'build changed');
      return parts.generation.tell(await findBuild(request, parts), request.workspaceId);
    },
  });
  addRoute(app, {
    name: 'buildShots',
    handler: async (request, reply) => {
      const build = await findBuild(request, parts);
      const shots = await parts.records.buildShots(build.id, request.workspaceId);
      if (shots === null && build.endedAt === null) return reply.code(204).send();
      if (shots === null)
        throw new FilmwrightError('not-found', `The build ${build.id} shows no shots: it has ${build.state} without any.`);
      return withPreviews(shots, { ...parts, workspaceId: request.workspaceId, buildId: build.id });
    },
  });
  addRoute(app, {
    name: 'buildReport',
    handler: async (request) => {
      const build = await findBuild(request, parts);
      if (build.result?.report == null)
        throw new FilmwrightError(
          'not-found',
          `The build ${build.id} has no report: it is ${build.state}. A report comes with a finished film.`,
        );
      return build.result.report;
    },
  });
}

/** Tasks that wait, with where they stand. */
function withStandings(tasks: readonly BuildTask[], queue: readonly QueueEntry[]): readonly BuildTask[] {
  const standings = new Map(
    queue.map(({ address, position, expectedStartAt, reason }) => [address, { position, expectedStartAt, reason }]),
  );
  return tasks.map((task) => {
    const standing = task.state === 'waiting' ? standings.get(task.address) : undefined;
    return standing === undefined ? task : { ...task, standing };
  });
}

type Page = { readonly workspaceId: string; readonly limit: number; readonly before: string | null };

/** A page of builds of films, newest first, without work probes and orders of storyboards between them. */
async function listFilms({ workspaceId, limit, before }: Page, parts: GatewayParts) {
  const builds: Build[] = [];
  for (let last = before; ; ) {
    const found = await parts.records.listBuilds({ workspaceId, limit, ...(last === null ? {} : { before: last }) });
    builds.push(...found.filter((build) => build.purpose !== 'storyboard' && !isProbe(build)));
    last = found.at(-1)?.id ?? null;
    if (found.length < limit)
      return { builds: builds.slice(0, limit), next: builds.length > limit ? (builds[limit - 1]?.id ?? null) : null };
    if (builds.length >= limit) return { builds: builds.slice(0, limit), next: builds[limit - 1]?.id ?? null };
  }
}

/** The build that a request names; throws `not-found`. */
export async function findBuild(request: FastifyRequest, parts: Pick<GatewayParts, 'records'>): Promise<Build> {
  const id = checkId({ id: paramOf(request, 'id'), what: 'build' });
  const build = await parts.records.getBuild(id, request.workspaceId);
  if (!build) throw new FilmwrightError('not-found', `There is no build ${id}. GET /v1/builds lists them.`);
  return build;
}

type Creation = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly once: ReturnType<typeof createOnceByKey> };

async function create({ request, reply, once }: Creation, parts: BuildParts): Promise<Build> {
  const { body, workspaceId } = request;
  const make = (id: string): Promise<string> => createBuild({ id, workspaceId, body }, parts);
  const id = await once({ workspaceId, key: request.headers['idempotency-key'], body, make });
  request.log.info({ buildId: id }, 'build created');
  const build = await parts.records.getBuild(id, workspaceId);
  if (!build) throw new FilmwrightError('not-found', `The build ${id} was deleted meanwhile.`);
  reply.code(202).header('location', `/v1/builds/${id}`);
  return parts.generation.tell(build, workspaceId);
}

type Ordered = { readonly id: string; readonly workspaceId: string; readonly body: unknown };

/** Checks all that can be known without opening media, so that nobody waits for a build that cannot come out. */
async function createBuild({ id, workspaceId, body }: Ordered, parts: GatewayParts): Promise<string> {
  const request = checkInput(buildRequestSchema, body);
  const { purpose, atMs, priority, deadline, pool = null, region = null } = request;
  if (purpose === 'frame' && atMs === undefined) {
    throw invalidRequest([
      { severity: 'error', code: 'invalid', path: 'atMs', message: 'wanted the instant of the frame in milliseconds' },
    ]);
  }
  const { document, files, ...stored } = await toBuild({ ...request, workspaceId }, parts);
  const { film, issues, files: named } = readDocument(document);
  // A check is made to find problems: there they are the result.
  if (film === null && purpose !== 'check') throw invalidDocument(issues);
  // A stored film keeps files that its document names no more.
  const needed = 'film' in stored ? pick(files, new Set(named.map(({ file }) => file))) : files;
  await checkFiles({ workspaceId, files: needed }, parts);
  const { title, aspect, shots } = outlineOf(document);
  const build = await parts.records.createBuild({
    ...{ id, workspaceId, title: film?.title ?? title, aspect, shots },
    ...{ document, files, ...stored, purpose, atMs: atMs ?? null, deadline: deadline ?? null, pool, region, ...(priority && { priority }) },
  });
  return build.id;
}

type CheckedRequest = ReturnType<typeof buildRequestSchema.parse> & { readonly workspaceId: string };
type ToBuild = Pick<NewBuild, 'document' | 'files' | 'film' | 'of'>;

/** The document of a request, or the stored one that it names. */
async function toBuild({ workspaceId, document, files, film, of, purpose }: CheckedRequest, parts: GatewayParts): Promise<ToBuild> {
  if (of !== undefined && (film !== undefined || purpose === 'make'))
    throw invalidRequest([
      {
        severity: 'error',
        code: 'invalid',
        path: 'of',
        message: `wanted it with a document that is only looked at, found ${film === undefined ? 'purpose make' : 'a stored film'}`,
      },
    ]);
  if (film === undefined) return { document, files, ...(of === undefined ? {} : { of: checkId({ id: of, what: 'film' }) }) };
  if (document !== undefined)
    throw invalidRequest([
      { severity: 'error', code: 'invalid', path: 'document', message: 'wanted either a document or a stored film, found both' },
    ]);
  const id = checkId({ id: film.id, what: 'film' });
  const stored = await parts.films.filmVersion({ workspaceId, id, version: film.version });
  if (stored === null) throw noFilm(id, film.version);
  return { document: stored.document, files: stored.files, film: { id, version: stored.version } };
}

function pick(files: Readonly<Record<string, string>>, wanted: ReadonlySet<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => wanted.has(path)));
}

function invalidDocument(issues: readonly Issue[]): FilmwrightError {
  const errors = issues.filter((issue) => issue.severity === 'error');
  const shown = errors
    .slice(0, 3)
    .map((issue) => (issue.message.startsWith(issue.path) ? issue.message : `${issue.path}: ${issue.message}`));
  const count = errors.length === 1 ? 'One problem' : `${errors.length} problems`;
  return new FilmwrightError('document-invalid', `${count}: ${shown.join(' ')}${errors.length > shown.length ? ' ...' : ''}`, { issues });
}

/** Throws `media-missing` with every path whose asset was not uploaded. */
async function checkFiles(
  { workspaceId, files }: { readonly workspaceId: string; readonly files: Readonly<Record<string, string>> },
  parts: GatewayParts,
): Promise<void> {
  const digests = [...new Set(Object.values(files))];
  const rows = await parts.records.hasAssets(digests, workspaceId);
  const there = new Set<string>();
  for (let first = 0; first < digests.length; first += 64) {
    const known = digests.slice(first, first + 64).filter((digest) => rows.has(digest));
    await Promise.all(known.map(async (digest) => (await parts.blobs.has(digest)) && there.add(digest)));
  }
  const issues = Object.entries(files)
    .filter(([, digest]) => !there.has(digest))
    .map(
      ([path, digest]): Issue => ({
        severity: 'error',
        code: 'media-missing',
        path,
        message: `${path} was not uploaded`,
        found: digest,
        next: `PUT /v1/assets/${digest}`,
      }),
    );
  if (issues.length === 0) return;
  const list = issues.slice(0, 5).map((issue) => `${issue.path} (${issue.found})`);
  throw new FilmwrightError(
    'media-missing',
    `${issues.length} of ${Object.keys(files).length} files were not uploaded: ${list.join(', ')}${issues.length > 5 ? ', ...' : ''}. Upload them first.`,
    { issues },
  );
}
