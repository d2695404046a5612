import { FilmwrightError, type PackageAddresses, type WebPackage } from '@filmwright/contracts';
import { type ByteCache, checkPrefix, packagePaths, partAt, signPrefix } from '@filmwright/distribution';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import { checkNumber } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { HotFiles } from './hot-files.ts';
import { type PackageFile, packageFile, readServedRange } from './package-files.ts';
import { sendBytes } from './send-bytes.ts';

const dayS = 86_400;
const forGood = 'public, max-age=31536000, immutable';
/** Packages that are whole are read once; so many are kept. */
const mostKnown = 64;

export type PackageParts = { readonly parts: GatewayParts; readonly cache: ByteCache; readonly hot: HotFiles };

/** Signed addresses of what a build can be played by, and everything below them. */
export function addPackageRoutes(app: FastifyInstance, { parts, cache, hot }: PackageParts): void {
  const known = new Map<string, WebPackage>();
  // Whoever comes here has a signed address, or was asked for its workspace before.
  const packageOf = async (id: string): Promise<WebPackage | null> => {
    const found = known.get(id) ?? (await parts.records.webPackage(id, null));
    if (found?.complete) {
      known.delete(id);
      known.set(id, found);
      for (const oldest of known.keys()) if (known.size > mostKnown) known.delete(oldest);
    }
    return found;
  };

  addRoute(app, {
    name: 'buildPackage',
    handler: async (request, reply): Promise<PackageAddresses | FastifyReply> => {
      const build = await findBuild(request, parts);
      const forS = checkNumber(queryOf(request, 'seconds'), { name: 'seconds', fallback: dayS, min: 60, max: 30 * dayS });
      const film = await packageOf(build.id);
      // Nothing yet is no fault: who asks while a build runs asks again.
      if (film === null && build.endedAt === null) return reply.code(204).send();
      if (film === null) throw noPackage(build.id, build.state);
      const expires = Math.floor(Date.now() / 1000) + forS;
      const root = `/p/${build.id}/${signPrefix({ subject: build.id, expires }, parts.signingKey)}`;
      const at = (path: string): string => `${root}/${path}`;
      return {
        root: `${root}/`,
        hls: at(packagePaths.hls),
        dash: film.complete ? at(packagePaths.dash) : null,
        poster: film.poster === null ? null : at(packagePaths.poster),
        thumbnails: film.sprites === null ? null : at(packagePaths.sprites),
        files: film.complete ? filesOf(film) : [],
        complete: film.complete,
        expiresAt: new Date(expires * 1000).toISOString(),
      };
    },
  });

  addRoute(app, {
    name: 'packagePart',
    withHead: true,
    handler: async (request, reply) => {
      const id = paramOf(request, 'id');
      const state = checkPrefix({ subject: id, token: paramOf(request, 'token'), nowSeconds: Date.now() / 1000 }, parts.signingKey);
      if (state !== 'good')
        throw new FilmwrightError(
          'link-refused',
          state === 'expired'
            ? 'This address has expired. Ask for a new one: GET /v1/builds/{id}/package.'
            : 'This address is not signed by this installation. Ask for one: GET /v1/builds/{id}/package.',
        );
      const path = paramOf(request, '*');
      const part = partAt(path);
      const film = part === null ? null : await packageOf(id);
      const file = part === null || film === null ? null : packageFile(part, film);
      if (file === null) throw new FilmwrightError('not-found', `The package has no ${JSON.stringify(path)}, or not yet.`);
      return send({ request, reply }, file);
    },
  });

  async function send(exchange: Exchange, file: PackageFile): Promise<FastifyReply> {
    const { etag, bytes, mediaType, lasting } = file;
    // What grows must be asked for again; what its address names for good need not.
    const served = { digest: etag, bytes, mediaType, cacheControl: lasting ? forGood : 'public, no-cache' };
    if ('asset' in file) return sendBytes(exchange, { ...served, open: (range) => parts.blobs.read({ digest: file.asset, ...range }) });
    const body = 'text' in file ? file.text : await readServedRange(file.range, { name: etag, blobs: parts.blobs, cache });
    if ('range' in file) {
      const expires = Number(paramOf(exchange.request, 'token').split('.')[0]);
      hot.note(exchange.request.url, { cached: etag, etag, mediaType, cacheControl: forGood, expires });
    }
    return sendBytes(exchange, { ...served, open: ({ start, end }) => body.subarray(start, end + 1) });
  }
}

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** Every file of a whole package, for whoever copies it elsewhere. */
function filesOf(film: WebPackage): PackageAddresses['files'] {
  const { renditions, sound, captions, poster, sprites } = film;
  const track = (folder: string, segments: readonly unknown[]): readonly string[] =>
    [packagePaths.trackList, packagePaths.init, ...segments.map((_, index) => packagePaths.segment(index + 1))].map(
      (name) => `${folder}/${name}`,
    );
  const paths = [
    packagePaths.hls,
    packagePaths.dash,
    ...renditions.flatMap(({ rung, segments }) => track(packagePaths.video(rung), segments)),
    ...(sound === null ? [] : track(packagePaths.sound, sound.segments)),
    ...captions.flatMap(({ language }) => [packagePaths.captionsList(language), packagePaths.captions(language)]),
    ...(poster === null ? [] : [packagePaths.poster]),
    ...(sprites === null ? [] : [packagePaths.sprites, ...sprites.sheets.map((_, index) => packagePaths.sheet(index + 1))]),
  ];
  return paths.flatMap((path) => {
    const part = partAt(path);
    const file = part && packageFile(part, film);
    return file ? [{ path, etag: file.etag, bytes: file.bytes }] : [];
  });
}

function noPackage(id: string, state: string): FilmwrightError {
  const why = state === 'succeeded' ? 'its film does not ask for one (outputs.package: true)' : `it is ${state}`;
  return new FilmwrightError('not-found', `The build ${id} has nothing to play yet: ${why}.`);
}
