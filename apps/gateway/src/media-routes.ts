import { createHash } from 'node:crypto';
import { type Asset, type BuildResult, FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addRoute, paramOf, queryOf } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import { bundleMedia } from './bundle-media.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { type ServedBytes, sendBytes } from './send-bytes.ts';

const assetsByName: Readonly<Record<string, { readonly mediaType: string; readonly of: (result: BuildResult) => Asset | null }>> = {
  'master.mp4': { mediaType: 'video/mp4', of: (result) => result.master },
  'captions.vtt': { mediaType: 'text/vtt; charset=utf-8', of: (result) => result.vtt },
  'captions.srt': { mediaType: 'application/x-subrip; charset=utf-8', of: (result) => result.srt },
  'timeline.otio': { mediaType: 'application/json; charset=utf-8', of: (result) => result.timeline?.otio ?? null },
  'timeline.otioz': { mediaType: 'application/zip', of: (result) => result.timeline?.list ?? null },
  'poster.jpg': { mediaType: 'image/jpeg', of: (result) => result.poster ?? null },
  'frame.png': { mediaType: 'image/png', of: (result) => result.frame },
};
const names = [...Object.keys(assetsByName), 'report.json'];

/** What a build made, by name and with ranges; `?download` asks the browser to save it. */
export function addMediaRoutes(app: FastifyInstance, parts: GatewayParts): void {
  addRoute(app, { name: 'buildMedia', withHead: true, handler: (request, reply) => serve({ request, reply }, parts) });
}

async function serve(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  parts: GatewayParts,
): Promise<unknown> {
  const name = paramOf(request, 'name');
  if (!names.includes(name))
    throw new FilmwrightError('not-found', `A build has no media of that name; wanted one of ${names.join(', ')}.`);
  const build = await findBuild(request, parts);
  const found = build.result && (await findMedia({ name, result: build.result, workspaceId: request.workspaceId, parts }));
  if (!found) throw new FilmwrightError('not-found', `The build ${build.id} has no ${name}: it is ${build.state}.`);
  const kind = queryOf(request, 'download') === undefined ? 'inline' : 'attachment';
  return sendBytes(
    { request, reply },
    { ...found, cacheControl: 'private, no-cache', disposition: `${kind}; ${fileNames(build.title, name)}` },
  );
}

async function findMedia({
  name,
  result,
  workspaceId,
  parts,
}: {
  readonly name: string;
  readonly result: BuildResult;
  readonly workspaceId: string;
  readonly parts: GatewayParts;
}): Promise<Omit<ServedBytes, 'cacheControl'> | null> {
  if (name === 'report.json') {
    if (result.report === null) return null;
    const body = Buffer.from(`${JSON.stringify(result.report, null, 2)}\n`);
    const digest = `sha256-${createHash('sha256').update(body).digest('hex')}`;
    return {
      digest,
      bytes: body.length,
      mediaType: 'application/json; charset=utf-8',
      open: ({ start, end }) => body.subarray(start, end + 1),
    };
  }
  const entry = assetsByName[name];
  const asset = entry?.of(result);
  if (!entry || !asset) return null;
  const { digest } = asset;
  if (!(await parts.blobs.has(digest))) {
    // What made it would else be taken for done.
    await parts.records.forgetAsset({ workspaceId, digest });
    throw new FilmwrightError('not-found', `The bytes of ${name} (${digest}) are gone from the media folder. Make the film again.`);
  }
  if (name === 'timeline.otioz') return bundleMedia({ ...asset, workspaceId }, parts);
  return { digest, bytes: asset.bytes, mediaType: entry.mediaType, open: (range) => parts.blobs.read({ digest, ...range }) };
}

/** File name of a download: the title, in ASCII and in full (RFC 6266). */
function fileNames(title: string, name: string): string {
  const dot = name.lastIndexOf('.');
  const suffix = (name.startsWith('master') ? '' : `-${name.slice(0, dot)}`) + name.slice(dot);
  const plain =
    title
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'film';
  const full = `${
    title
      .replace(/[\s\p{C}/\\:*?"<>|]+/gu, ' ')
      .trim()
      .slice(0, 120) || 'film'
  }${suffix}`;
  return `filename="${plain}${suffix}"; filename*=UTF-8''${encodeURIComponent(full).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
