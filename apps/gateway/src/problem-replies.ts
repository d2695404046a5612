import { FilmwrightError, type Problem, routes, toProblem } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const problemType = 'application/problem+json; charset=utf-8';

/** Makes every reply that is not a success an RFC 9457 problem, whatever threw it. */
export function addProblemReplies(app: FastifyInstance): void {
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allowed = methodsOf(path);
    if (allowed.length === 0) throw new FilmwrightError('not-found', `There is no route ${request.method} ${path}.`);
    const detail = `${path} cannot be called with ${request.method}; wanted ${allowed.join(' or ')}.`;
    reply.header('allow', allowed.join(', '));
    return sendProblem(reply, { ...toProblem(new FilmwrightError('request-invalid', detail)), status: 405 });
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, problem.detail);
    return sendProblem(reply, problem);
  });
}

/** Any error as the problem to send; Fastify's own errors keep their status. */
export function problemOf(error: unknown): Problem {
  if (error instanceof FilmwrightError || !(error instanceof Error)) return toProblem(error);
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode >= 500 || typeof code !== 'string' || !code.startsWith('FST_')) return toProblem(error);
  const text = code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? 'The body is too large' : error.message;
  return { ...toProblem(new FilmwrightError('request-invalid', `${text.replace(/\.$/, '')}.`)), status: statusCode };
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="filmwright"');
  if (problem.status === 503) reply.header('retry-after', '1');
  return reply
    .code(problem.status)
    .header('content-type', problemType)
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ ...problem, instance: `urn:uuid:${reply.request.id}` }));
}

/** Methods that the table has for a path. */
function methodsOf(path: string): readonly string[] {
  const matching = Object.values(routes).filter((route) =>
    new RegExp(`^${route.path.replace(/:[A-Za-z]+/g, '[^/]+').replace('*', '.+')}$`).test(path),
  );
  return [...new Set(matching.map((route) => route.method))];
}

/** The problem of bytes that are no HTTP at all, written to the bare socket. */
export function malformedReply(reason: string): string {
  const body = JSON.stringify(toProblem(new FilmwrightError('request-invalid', `The bytes are not an HTTP request (${reason}).`)));
  return `HTTP/1.1 400 Bad Request\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** JSON bodies with the position of a mistake. Keys that would reach a prototype are refused. */
export function addJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request: FastifyRequest, text, done) => {
    const body = String(text);
    if (body === '') return done(null, undefined);
    parse(request, body, (error, value) => (error ? done(badJson(body)) : done(null, value)));
  });
}

function badJson(body: string): FilmwrightError {
  try {
    JSON.parse(body);
    return new FilmwrightError('request-invalid', 'The body uses a key that is not allowed: "__proto__" or "constructor". Rename it.');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return new FilmwrightError('request-invalid', `The body is not JSON: ${message.replace(/\.$/, '')}.`);
  }
}
