import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteCache } from '@filmwright/distribution';
import { comesFromHere, type GatewayPlace, securityHeaders } from './guard.ts';

/** A file that never changes under its address: where its bytes are kept, how they are told, until when the address is good (seconds since 1970). */
export type HotFile = {
  readonly cached: string;
  readonly etag: string;
  readonly mediaType: string;
  readonly cacheControl: string;
  readonly expires: number;
};

export type HotFiles = {
  /** Remembers an address that was just served. */
  readonly note: (path: string, file: HotFile) => void;
  /** Answers a plain GET of a remembered address; false leaves the request to the routes. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean;
};

type HotFilesOptions = {
  readonly cache: ByteCache;
  readonly place: () => GatewayPlace;
  /** Told the bytes of each answer. */
  readonly count: (bytes: number) => void;
};

const mostAddresses = 10_000;

/**
 * Segments that many viewers ask for, answered before the router: nearly all that a request costs there is what a hit does not need. An address is
 * remembered only after the routes checked its token; ranges, conditions and everything unusual are left to them.
 */
export function createHotFiles({ cache, place, count }: HotFilesOptions): HotFiles {
  const known = new Map<string, { readonly file: HotFile; readonly headers: readonly string[] }>();
  return {
    note(path, file) {
      known.delete(path);
      const { etag, mediaType, cacheControl } = file;
      const told = {
        ...securityHeaders,
        etag: `"${etag}"`,
        'accept-ranges': 'bytes',
        'cache-control': cacheControl,
        'content-type': mediaType,
      };
      known.set(path, { file, headers: Object.entries(told).flat() });
      for (const oldest of known.keys()) {
        if (known.size <= mostAddresses) return;
        known.delete(oldest);
      }
    },
    answer(request, response) {
      const found = request.method === 'GET' ? known.get(request.url ?? '') : undefined;
      if (found === undefined) return false;
      const { headers } = request;
      if (headers.range !== undefined || headers['if-none-match'] !== undefined || !comesFromHere(headers, place())) return false;
      const body = cache.peek(found.file.cached);
      if (body === undefined || found.file.expires * 1000 <= Date.now()) {
        known.delete(request.url ?? '');
        return false;
      }
      response.writeHead(200, [...found.headers, 'content-length', String(body.length)]);
      response.end(body);
      count(body.length);
      return true;
    },
  };
}
