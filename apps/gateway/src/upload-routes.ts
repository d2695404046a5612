import { FilmwrightError, type Upload } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { bytesOf, checkMediaType } from './body-bytes.ts';
import { checkId, invalidRequest } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { mostUploadBytes, uploadTooLarge } from './most-upload-bytes.ts';
import { noUpload } from './open-uploads.ts';
import type { UploadState } from './upload-folder.ts';

const partType = 'application/offset+octet-stream';
const lookEveryMs = 3_600_000;

/** Uploads by tus 1.0 (tus.io): creation, creation with upload, expiration, termination. A finished one is an asset. */
export async function addUploadRoutes(app: FastifyInstance, parts: GatewayParts): Promise<void> {
  const { uploads, maxUploadBytes } = parts;
  speakTus(app, maxUploadBytes);
  const append = async (request: FastifyRequest, { id, offset }: { readonly id: string; readonly offset: number }) => {
    const { workspaceId } = request;
    const bytes = bytesOf(request.raw, { idleMs: parts.uploadIdleMs, after: 'What came is kept; ask by HEAD, and go on.' });
    const cut = () => void request.raw.destroy(new Error('another request goes on with this upload'));
    const state = await uploads.append({ id, workspaceId, offset, bytes, cut });
    return uploads.finish(state);
  };
  const answer = (reply: FastifyReply, state: UploadState): void => {
    reply.header('upload-offset', String(state.received));
    if (state.asset === null) reply.header('upload-expires', state.expiresAt.toUTCString());
  };

  addRoute(app, {
    name: 'createUpload',
    forRunners: true,
    handler: async (request, reply) => {
      const bytes = lengthOf(request);
      const most = mostUploadBytes(request, parts);
      if (bytes > most) throw uploadTooLarge(bytes, most);
      const { filename, name, filetype, type } = metadataOf(request);
      let state = await uploads.create({
        ...{ workspaceId: request.workspaceId, name: nameOf(filename ?? name) },
        ...{ mediaType: checkMediaType(filetype ?? type), bytes },
      });
      request.log.info({ uploadId: state.id, bytes }, 'upload begun');
      reply.code(201).header('location', `/v1/uploads/${state.id}`);
      // Bytes may come with the creation; a break among them leaves an upload that can be gone on with.
      state = await (request.headers['content-type'] === partType ? append(request, { id: state.id, offset: 0 }) : uploads.finish(state));
      answer(reply, state);
      return reply.send();
    },
  });
  addRoute(app, {
    name: 'continueUpload',
    forRunners: true,
    handler: async (request, reply) => {
      const id = idOf(request);
      if (request.headers['content-type'] !== partType)
        throw new FilmwrightError(
          'type-unsupported',
          `The part is of type ${JSON.stringify(request.headers['content-type'] ?? '')}; wanted ${partType}.`,
        );
      const offset = wholeOf(request, 'upload-offset');
      await found(request);
      const state = await append(request, { id, offset });
      answer(reply, state);
      if (state.asset !== null) request.log.info({ uploadId: id, digest: state.asset }, 'upload finished');
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'headUpload',
    forRunners: true,
    handler: async (request, reply) => {
      const { id } = await found(request);
      // Whoever asks where to go on has lost its connection; this side may not know yet.
      await uploads.interrupt(id);
      const state = await found(request);
      answer(reply, state);
      return reply.header('upload-length', String(state.bytes)).send();
    },
  });
  addRoute(app, {
    name: 'getUpload',
    forRunners: true,
    handler: async (request): Promise<Upload> => {
      const { id, name, bytes, received, asset } = await uploads.finish(await found(request));
      return { id, name, bytes, received, asset };
    },
  });
  addRoute(app, {
    name: 'removeUpload',
    forRunners: true,
    handler: async (request, reply) => {
      const { id } = await found(request);
      await uploads.remove(id);
      return reply.code(204).send();
    },
  });

  async function found(request: FastifyRequest): Promise<UploadState> {
    const id = idOf(request);
    const state = await uploads.find(id, request.workspaceId);
    if (state === null) throw noUpload(id);
    return state;
  }

  sweepUploads(app, uploads);
}

/** What every reply and every refusal of the protocol has; and the answer to OPTIONS. */
function speakTus(app: FastifyInstance, maxUploadBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'tus-resumable': '1.0.0', 'cache-control': 'no-store' });
    if (request.method === 'GET' || request.method === 'OPTIONS' || request.headers['tus-resumable'] === '1.0.0') return;
    reply.header('tus-version', '1.0.0');
    const found = request.headers['tus-resumable'];
    throw new FilmwrightError(
      'protocol-unsupported',
      `Uploads speak tus 1.0.0; wanted the header Tus-Resumable: 1.0.0, found ${found === undefined ? 'none' : JSON.stringify(found)}.`,
    );
  });
  app.addHook('onError', async (request, reply) => {
    // What still comes of a refused body is thrown away until the reply is out and the connection closed.
    if (request.method !== 'POST' && request.method !== 'PATCH') return;
    reply.header('connection', 'close');
    request.raw.resume();
  });
  const tell = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .headers({
        'tus-version': '1.0.0',
        'tus-extension': 'creation,creation-with-upload,expiration,termination',
        'tus-max-size': String(maxUploadBytes),
      })
      .code(204)
      .send();
  for (const url of ['/v1/uploads', '/v1/uploads/:id']) app.route({ method: 'OPTIONS', url, config: { scope: 'user' }, handler: tell });
}

/** Removes what expired, now and every hour. */
function sweepUploads(app: FastifyInstance, uploads: GatewayParts['uploads']): void {
  const look = () => void uploads.removeExpired().catch((err: unknown) => app.log.warn({ err }, 'expired uploads were not removed'));
  look();
  const timer = setInterval(look, lookEveryMs).unref();
  app.addHook('onClose', async () => clearInterval(timer));
}

function idOf(request: FastifyRequest): string {
  return checkId({ id: paramOf(request, 'id'), what: 'upload' });
}

function lengthOf(request: FastifyRequest): number {
  if (request.headers['upload-defer-length'] === undefined) return wholeOf(request, 'upload-length');
  throw invalidRequest([
    {
      severity: 'error',
      code: 'invalid',
      path: 'Upload-Defer-Length',
      message: 'wanted Upload-Length: the number of bytes, known from the start',
    },
  ]);
}

function wholeOf(request: FastifyRequest, name: string): number {
  const value = request.headers[name];
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  const found = value === undefined ? {} : { found: JSON.stringify(value).slice(0, 80) };
  throw invalidRequest([
    { severity: 'error', code: 'invalid', path: name, message: 'wanted a header with a whole number of bytes', ...found },
  ]);
}

/** `Upload-Metadata`: keys with values in Base64, separated by commas. */
function metadataOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const pairs = String(request.headers['upload-metadata'] ?? '')
    .split(',')
    .map((pair) => pair.trim().split(/ +/));
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}

/** The last part of a file's name, for people; it is no path here. */
function nameOf(name: string | undefined): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  return (
    last
      .replace(/\p{C}+/gu, '')
      .trim()
      .slice(0, 255) || 'upload'
  );
}
