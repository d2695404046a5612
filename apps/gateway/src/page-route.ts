import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import type { CredentialCheck } from './credential-check.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { cookieOf, cookieOfRequest, hasCookie, isSame } from './guard.ts';
import { sendBytes } from './send-bytes.ts';
import { createStudioFiles } from './studio-files.ts';

/** The studio and its files. `?token=` lets the browser in by a cookie. */
export function addPageRoute(
  app: FastifyInstance,
  { parts, check }: { readonly parts: GatewayParts; readonly check: Pick<CredentialCheck, 'findWorkspace'> },
): void {
  const readFile = createStudioFiles(parts.studioRoot);

  addRoute(app, {
    name: 'home',
    handler: async (request, reply) => {
      const token = queryOf(request, 'token');
      const isOfWorkspace = typeof token === 'string' && (await check.findWorkspace(token)) !== null;
      if (isOfWorkspace || (typeof token === 'string' && isSame(token, parts.token))) {
        // The redirect takes the token out of the address bar and the history.
        return reply
          .header('set-cookie', isOfWorkspace ? cookieOf(parts, token) : cookieOf(parts))
          .header('cache-control', 'no-store')
          .redirect('/', 303);
      }
      const built = await readFile('index.html');
      const html = built === null ? unbuilt : built.body.toString('utf8');
      reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-security-policy', studioPolicy);
      if (hasCookie(request, parts) || (await check.findWorkspace(cookieOfRequest(request, parts))) !== null) return reply.send(html);
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

/** What is shown where no studio is built: the platform runs all the same. */
const unbuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Filmwright</title></head>
<body><h1>The studio is not built</h1>
<p>Start the platform with <code>npm start</code>, which builds it. The command line and the HTTP interface work without it.</p></body>
</html>
`;
