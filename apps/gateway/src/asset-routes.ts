import { Readable } from 'node:stream';
import { type Asset, FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { bytesOf, checkMediaType } from './body-bytes.ts';
import { checkDigest, checkNumber } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { mostUploadBytes, uploadTooLarge } from './most-upload-bytes.ts';
import { noteStored } from './note-stored.ts';
import { sendBytes } from './send-bytes.ts';

/** Uploads and media by digest, for users and runners. Bytes stream to the store and are never parsed here. */
export async function addAssetRoutes(app: FastifyInstance, parts: GatewayParts): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  addRoute(app, { name: 'putAsset', forRunners: true, handler: (request, reply) => receive({ request, reply }, parts) });
  const send = (request: FastifyRequest, reply: FastifyReply) => serveAsset({ request, reply }, parts);
  addRoute(app, { name: 'headAsset', forRunners: true, handler: send });
  addRoute(app, { name: 'getAsset', forRunners: true, handler: send });
}

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

async function receive({ request, reply }: Exchange, parts: GatewayParts): Promise<unknown> {
  const digest = checkDigest(paramOf(request, 'digest'));
  const most = mostUploadBytes(request, parts);
  const maxBytes = checkNumber(queryOf(request, 'maxBytes'), { name: 'maxBytes', fallback: most, min: 1, max: most });
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes) {
    reply.header('connection', 'close');
    throw uploadTooLarge(length, maxBytes);
  }
  const known = await findAsset(request, parts);
  const bytes = bytesOf(request.raw, { idleMs: parts.uploadIdleMs, after: 'Nothing was kept; send it again.' });
  if (known) {
    for await (const _ of bytes);
    return known;
  }
  const stream = Readable.from(bytes, { objectMode: false });
  const asset = await parts.blobs
    .putStream({ stream, mediaType: checkMediaType(request.headers['content-type']), expect: digest, maxBytes })
    .catch((error: unknown) => {
      // What still comes of the body is thrown away until the reply is out and the connection closed.
      reply.header('connection', 'close');
      request.raw.resume();
      throw error;
    });
  await noteStored({ ...asset, workspaceId: request.workspaceId }, parts);
  reply.code(201).header('location', `/v1/assets/${digest}`);
  return asset;
}

/** An asset whose row and bytes both exist; a row without bytes is removed, so that what made it is done again. */
async function findAsset(request: FastifyRequest, parts: GatewayParts): Promise<Asset | null> {
  const digest = checkDigest(paramOf(request, 'digest'));
  // Runners work for all of them, and read what they are not leased yet: inputs of tasks to come, and fonts that the link is measured with.
  const workspaceId = request.fromRunner ? null : request.workspaceId;
  const asset = await parts.records.getAsset({ workspaceId, digest });
  if (asset === null || (await parts.blobs.has(digest))) return asset;
  await parts.records.forgetAsset({ workspaceId, digest });
  return null;
}

/**
 * What a runner that has the store itself put there for one that has not: the checkpoint that a task was handed back with, until it has ended. Who only asks
 * whether it is there is to send its own.
 */
async function leftByRunner(request: FastifyRequest, { blobs, records }: GatewayParts): Promise<Asset | null> {
  if (!request.fromRunner || request.method !== 'GET') return null;
  const digest = checkDigest(paramOf(request, 'digest'));
  if (!(await records.isCheckpoint(digest))) return null;
  const bytes = await blobs.size(digest);
  return bytes === null ? null : { digest, bytes, mediaType: 'application/octet-stream' };
}

async function serveAsset({ request, reply }: Exchange, parts: GatewayParts): Promise<unknown> {
  const digest = checkDigest(paramOf(request, 'digest'));
  const asset = (await findAsset(request, parts)) ?? (await leftByRunner(request, parts));
  if (!asset) throw new FilmwrightError('not-found', `There is no asset ${digest}. Upload it with PUT /v1/assets/${digest}.`);
  return sendBytes(
    { request, reply },
    {
      digest,
      bytes: asset.bytes,
      mediaType: asset.mediaType,
      cacheControl: 'private, max-age=31536000, immutable',
      // An uploaded page must not open as a page of this origin.
      disposition: /^(image|video|audio)\//.test(asset.mediaType) ? 'inline' : 'attachment',
      open: (range) => parts.blobs.read({ digest, ...range }),
    },
  );
}
