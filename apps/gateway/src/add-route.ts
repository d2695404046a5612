import { type RouteName, routes } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Adds a route of the table with its method, path and scope; what the handler returns is sent. */
export function addRoute(
  app: FastifyInstance,
  route: { readonly name: RouteName; readonly handler: Handler } & Pick<RouteOptions, 'bodyLimit'>,
): void {
  const { method, path, scope } = routes[route.name];
  app.route({
    method,
    url: path,
    config: { scope },
    handler: route.handler,
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
  });
}

/** A `:name` part of the path. */
export function paramOf(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? '';
}

/** A value of the query: text, a list when it is given twice, undefined when it is left out. */
export function queryOf(request: FastifyRequest, name: string): unknown {
  return (request.query as Readonly<Record<string, unknown>>)[name];
}
