import { type RouteName, routes } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

type Route = {
  readonly name: RouteName;
  readonly handler: Handler;
  readonly bodyLimit?: number /** Answers HEAD too; the handler then sends no body. */;
  readonly withHead?: boolean;
  /** Runners may call it with their own token. */
  readonly forRunners?: boolean;
};

/** Adds a route of the table with its method, path and scope; what the handler returns is sent. */
export function addRoute(app: FastifyInstance, { name, handler, bodyLimit, withHead, forRunners = false }: Route): void {
  const { method, path, scope } = routes[name];
  app.route({
    method: withHead ? [method, 'HEAD'] : method,
    url: path,
    config: { scope, forRunners },
    handler,
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
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
