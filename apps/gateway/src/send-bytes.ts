import type { Readable } from 'node:stream';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseRange } from './parse-range.ts';

/** Immutable bytes to serve: `digest` becomes the ETag, `open` reads a part of them. */
export type ServedBytes = {
  readonly digest: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly cacheControl: string;
  readonly disposition?: string;
  readonly open: (range: { readonly start: number; readonly end: number }) => Readable | Buffer;
};

/** Serves bytes with ranges, conditions and HEAD (RFC 9110): 200, 206, 304 or 416. */
export function sendBytes(exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply }, served: ServedBytes): FastifyReply {
  const { request, reply } = exchange;
  const etag = `"${served.digest}"`;
  reply.header('etag', etag).header('accept-ranges', 'bytes').header('cache-control', served.cacheControl);
  if (served.disposition) reply.header('content-disposition', served.disposition);
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const { 'if-range': ifRange, range: wanted } = request.headers;
  const applies = request.method === 'GET' && (ifRange === undefined || ifRange === etag);
  const range = applies ? parseRange(wanted, served.bytes) : 'none';
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${served.bytes}`);
    throw new FilmwrightError('range-invalid', `The range ${JSON.stringify(wanted)} lies outside the ${served.bytes} bytes there are.`);
  }
  reply.header('content-type', served.mediaType);
  if (range !== 'none') {
    reply
      .code(206)
      .header('content-range', `bytes ${range.start}-${range.end}/${served.bytes}`)
      .header('content-length', range.end - range.start + 1);
    return reply.send(served.open(range));
  }
  reply.header('content-length', served.bytes);
  if (request.method === 'HEAD' || served.bytes === 0) return reply.send();
  return reply.send(served.open({ start: 0, end: served.bytes - 1 }));
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}
