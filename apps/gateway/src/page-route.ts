import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { addRoute, queryOf } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { cookieOf, hasCookie, isSame } from './guard.ts';

/** The page: one document with its style and script inside, allowed by their digests and nothing else. `?token=` lets the browser in by a cookie. */
export function addPageRoute(app: FastifyInstance, parts: GatewayParts): void {
  const style = readPage('page.css');
  const script = readPage('page.js');
  const html = readPage('index.html')
    .replace('/*style*/', () => style)
    .replace('/*script*/', () => script);
  const policy = [
    "default-src 'none'",
    `style-src '${sourceOf(style)}'`,
    `script-src '${sourceOf(script)}'`,
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

  addRoute(app, {
    name: 'home',
    handler: async (request, reply) => {
      const token = queryOf(request, 'token');
      if (typeof token === 'string' && isSame(token, parts.token)) {
        // The redirect takes the token out of the address bar and the history.
        return reply.header('set-cookie', cookieOf(parts)).header('cache-control', 'no-store').redirect('/', 303);
      }
      reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-security-policy', policy);
      if (hasCookie(request, parts)) return reply.send(html);
      return reply.code(401).send(html.replace('<body', '<body data-locked'));
    },
  });
}

function readPage(name: string): string {
  return readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
}

/** How a policy allows an inline style or script (CSP 3, hash source). */
function sourceOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
