import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';
import { defaultWorkspace, type KnownCredential } from '@filmwright/records';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CredentialCheck } from './credential-check.ts';
import type { GatewayParts } from './gateway-parts.ts';

type Keys = Pick<GatewayParts, 'token' | 'runnerToken' | 'port' | 'publicUrl'>;

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly scope?: 'none' | 'user' | 'operator' | 'runner' | 'page';
    /** A runner's token opens this route of users too. */
    readonly forRunners?: boolean;
  }
  interface FastifyRequest {
    /** Of a runner on another machine; null for everybody else, the platform's own runners too. */
    runnerCredential: KnownCredential | null;
    /** Whether a runner asks, here or on another machine. */
    fromRunner: boolean;
    /** Whose request it is: the workspace of its token or, for runners of a drill, of the drill, and the default one for everybody else. What others have is not there for it. */
    workspaceId: string;
    /** Whether who runs the platform asks. */
    runsPlatform: boolean;
  }
}

/**
 * Refuses what a web page of another site could send to this machine: a Host or Origin that is not this gateway, on loopback or at its public
 * address (DNS rebinding), and any call without the token of its scope.
 */
export function addGuard(app: FastifyInstance, { keys, check }: { readonly keys: Keys; readonly check: CredentialCheck }): void {
  app.decorateRequest('runnerCredential', null);
  app.decorateRequest('fromRunner', false);
  app.decorateRequest('workspaceId', defaultWorkspace);
  app.decorateRequest('runsPlatform', false);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('x-request-id', request.id);
    checkHost(request, keys);
    const { scope, forRunners } = request.routeOptions.config;
    if (forRunners || scope === 'runner') {
      request.fromRunner = hasToken(request, keys.runnerToken);
      if (!request.fromRunner) request.runnerCredential = await check.find(bearerOf(request));
      if (request.runnerCredential !== null) {
        request.fromRunner = true;
        request.workspaceId = request.runnerCredential.workspaceId ?? defaultWorkspace;
      }
      if (request.fromRunner) return;
    }
    if (scope === 'runner') throw unauthorized('the runner token, or the credential of a runner that was not revoked');
    if (scope !== 'user' && scope !== 'operator') return;
    request.runsPlatform = hasToken(request, keys.token) || hasCookie(request, keys);
    if (!request.runsPlatform) {
      const workspaceId = await check.findWorkspace(bearerOf(request) || cookieOfRequest(request, keys));
      if (workspaceId === null) throw unauthorized('the token that was printed when the program started, or one of a workspace');
      if (scope === 'operator')
        throw new FilmwrightError(
          'forbidden',
          'This call is for who runs the platform; a token of a workspace opens what belongs to that workspace alone.',
        );
      request.workspaceId = workspaceId;
    }
  });
}

/** Sent with every reply; the page replaces the policy by its own. */
export const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

function checkHost(request: FastifyRequest, keys: Keys): void {
  const place = placeOf(keys);
  const host = request.headers.host ?? '';
  if (!isHost(host, place)) {
    const { port, publicUrl } = place;
    const wanted = [...(publicUrl === null ? [] : [new URL(publicUrl).host]), `127.0.0.1:${port}`, `localhost:${port}`];
    throw new FilmwrightError(
      'forbidden',
      `The Host header is ${JSON.stringify(host)}; wanted ${wanted.join(', ')} or [::1]:${port}. Open the address that the program printed.`,
    );
  }
  const { origin } = request.headers;
  if (!comesFromHere(request.headers, place)) {
    throw new FilmwrightError('forbidden', `The request comes from ${JSON.stringify(origin)}; only pages of this gateway may call it.`);
  }
}

/** Whether a request names this gateway as its host, and comes from no page of another site. */
export function comesFromHere(
  { host, origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
  place: GatewayPlace,
): boolean {
  return isHost(host ?? '', place) && (origin === undefined || isOrigin(origin, place));
}

/** Where a gateway is reached: its port on loopback, and its address for others if it was told one. */
export type GatewayPlace = { readonly port: number; readonly publicUrl: string | null };

/** The place of a gateway at this moment; a free port is known only after listening. */
export function placeOf({ port, publicUrl }: Pick<GatewayParts, 'port' | 'publicUrl'>): GatewayPlace {
  return { port: port(), publicUrl: publicUrl() };
}

function isHost(authority: string, { port, publicUrl }: GatewayPlace): boolean {
  return isLoopback(authority, port) || (publicUrl !== null && authority.toLowerCase() === new URL(publicUrl).host);
}

function isOrigin(origin: string, { port, publicUrl }: GatewayPlace): boolean {
  if (publicUrl !== null && origin.toLowerCase() === new URL(publicUrl).origin) return true;
  return origin.startsWith('http://') && isLoopback(origin.slice('http://'.length), port);
}

function isLoopback(authority: string, port: number): boolean {
  const match = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/i.exec(authority);
  return match !== null && Number(match[2] ?? 80) === port;
}

function unauthorized(wanted: string): FilmwrightError {
  return new FilmwrightError('unauthorized', `This call wants ${wanted}, as "Authorization: Bearer TOKEN".`);
}

function hasToken(request: FastifyRequest, token: string): boolean {
  return isSame(bearerOf(request), token);
}

/** The word that a request is let in by; empty where it brings none. */
export function bearerOf(request: FastifyRequest): string {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Whether the request brings the cookie that the page was given. */
export function hasCookie(request: FastifyRequest, keys: Keys): boolean {
  return isSame(cookieOfRequest(request, keys), cookieValue(keys));
}

/** What the page's cookie holds: what it was given, or the token of a workspace. Empty where there is none. */
export function cookieOfRequest(request: FastifyRequest, keys: Keys): string {
  const wanted = `${cookieName(keys)}=`;
  const found = (request.headers.cookie ?? '').split(/; */).find((part) => part.startsWith(wanted));
  return found?.slice(wanted.length) ?? '';
}

/** The Set-Cookie of the page. Cookies know no ports, so the name does: two installations must not log each other out. */
export function cookieOf(keys: Keys, value = cookieValue(keys)): string {
  return `${cookieName(keys)}=${value}; Path=/; HttpOnly; SameSite=Strict`;
}

function cookieName(keys: Keys): string {
  return `filmwright-${keys.port()}`;
}

/** Derived, so that the cookie does not give the token away. */
function cookieValue(keys: Keys): string {
  return createHmac('sha256', keys.token).update('page cookie').digest('base64url');
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSame(found: string, wanted: string): boolean {
  return timingSafeEqual(createHash('sha256').update(found).digest(), createHash('sha256').update(wanted).digest());
}
