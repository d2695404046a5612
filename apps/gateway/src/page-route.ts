import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { cookieOf, hasCookie, isSame } from './guard.ts';
import { sendBytes } from './send-bytes.ts';
import { createStudioFiles } from './studio-files.ts';

type Page = { readonly html: string; readonly policy: string };

/** The studio and its files, or the plain page where no studio is built. `?token=` lets the browser in by a cookie. */
export function addPageRoute(app: FastifyInstance, parts: GatewayParts): void {
  const plain = readPlainPage();
  const readFile = createStudioFiles(parts.studioRoot);
  const page = async (): Promise<Page> => {
    const built = await readFile('index.html');
    return built === null ? plain : { html: built.body.toString('utf8'), policy: studioPolicy };
  };

  addRoute(app, {
    name: 'home',
    handler: async (request, reply) => {
      const token = queryOf(request, 'token');
      if (typeof token === 'string' && isSame(token, parts.token)) {
        // The redirect takes the token out of the address bar and the history.
        return reply.header('set-cookie', cookieOf(parts)).header('cache-control', 'no-store').redirect('/', 303);
      }
      const { html, policy } = await page();
      reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-security-policy', policy);
      if (hasCookie(request, parts)) return reply.send(html);
      return reply.code(401).send(html.replace('<body', '<body data-locked'));
    },
  });
  addRoute(app, {
    name: 'studioFile',
    withHead: true,
    handler: async (request, reply) => {
      const path = paramOf(request, '*');
      const file = await readFile(path);
      if (file === null) throw new FilmwrightError('not-found', `The studio has no file ${JSON.stringify(path.slice(0, 200))}.`);
      const { body, digest, mediaType, lasting } = file;
      return sendBytes(
        { request, reply },
        {
          ...{ digest, bytes: body.length, mediaType },
          cacheControl: lasting ? 'public, max-age=31536000, immutable' : 'public, no-cache',
          open: ({ start, end }) => body.subarray(start, end + 1),
        },
      );
    },
  });
}

/** Scripts and styles from here alone; pictures and media also as the browser holds them; a player's worker is made of a blob. */
const studioPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** One document with its style and script inside, allowed by their digests and nothing else. */
function readPlainPage(): Page {
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
  return { html, policy };
}

function readPage(name: string): string {
  return readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
}

/** How a policy allows an inline style or script (CSP 3, hash source). */
function sourceOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
