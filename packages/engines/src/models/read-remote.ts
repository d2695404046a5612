import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';

/** A file at a URL; `headers` (a token) go to the host of the URL alone, never to where it redirects. */
export type RemoteAddress = { readonly url: string; readonly headers?: Readonly<Record<string, string>> | undefined };
export type RemotePiece = { readonly bytes: Uint8Array; readonly position: number };
export type ReadRemote = RemoteAddress & {
  readonly startByte?: number;
  /** What the file was called when the bytes before `startByte` came; the file is begun anew where it is called something else now. */
  readonly etag?: string | undefined;
  /** More than so many bytes are not read; any number if left out. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onResponse?: (about: { readonly etag: string | null; readonly bytes: number | null }) => void;
  readonly retry?: RetryRules | undefined;
};
/** How often something is tried, and how long is waited at first; each wait is twice the one before. */
export type RetryRules = { readonly tries: number; readonly firstWaitMs: number; readonly stallMs?: number };

export const usualRetry: RetryRules = { tries: 6, firstWaitMs: 500 };
const longestWaitMs = 60_000;
const mostRedirects = 8;
const defaultStallMs = 60_000;
const mostJsonBytes = 16e6;
const mostSaidBytes = 4000;

/** A failure that says whether another try may help, and after how long. */
type Failure = { readonly error: FilmwrightError; readonly waitMs: number | null };

/**
 * The bytes of a remote file from `startByte` on. A connection that breaks goes on where it broke (Range, If-Range); 408, 429 and 5xx are tried again
 * as Retry-After says or ever slower. A piece whose position is 0 in the middle begins the file anew. Throws `unavailable`, `forbidden`, `not-found`.
 */
export async function* readRemote(request: ReadRemote): AsyncGenerator<RemotePiece> {
  const { signal, retry = usualRetry, mostBytes = Number.POSITIVE_INFINITY } = request;
  let position = request.startByte ?? 0;
  let etag = request.etag;
  let failures = 0;
  let furthest = position;
  for (;;) {
    try {
      signal?.throwIfAborted();
      const response = await openAt({ ...request, position, etag });
      const about = readAbout(response, position);
      request.onResponse?.(about);
      if (response.status === 416) {
        await response.body?.cancel();
        return;
      }
      if (response.status === 200 && position > 0) position = 0;
      if (response.status === 206) await checkStart(response, { position, url: request.url });
      etag = about.etag ?? undefined;
      for await (const bytes of piecesOf(response, { signal, stallMs: retry.stallMs ?? defaultStallMs })) {
        if (position + bytes.byteLength > mostBytes)
          throw new FilmwrightError('digest-mismatch', `${request.url} sends more than ${mostBytes} bytes, the size that was wanted.`, {
            retryable: false,
          });
        yield { bytes, position };
        position += bytes.byteLength;
        // What only comes again from the start is no progress.
        if (position > furthest) [failures, furthest] = [0, position];
      }
      if (about.bytes !== null && position < about.bytes)
        throw new Retry(`the connection ended after ${position} of ${about.bytes} bytes`, null);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const failure = failureOf(error, request.url);
      failures++;
      if (failure.waitMs === null || failures >= retry.tries) throw failure.error;
      const waitMs = Math.min(longestWaitMs, Math.max(failure.waitMs, retry.firstWaitMs * 2 ** (failures - 1)));
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}

/** A small remote text (JSON of an interface), with the URL of its next page if there is one. */
export async function readRemoteJson(request: ReadRemote): Promise<{ readonly value: unknown; readonly next: string | null }> {
  const pieces: Uint8Array[] = [];
  let next: string | null = null;
  const { retry = usualRetry } = request;
  for (let tries = 1; ; tries++) {
    try {
      const response = await openAt({ ...request, position: 0, etag: undefined });
      next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
      pieces.length = 0;
      let size = 0;
      for await (const bytes of piecesOf(response, { signal: request.signal, stallMs: retry.stallMs ?? defaultStallMs })) {
        size += bytes.byteLength;
        if (size > mostJsonBytes) throw tooLong(request.url);
        pieces.push(bytes);
      }
      return { value: JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown, next };
    } catch (error) {
      request.signal?.throwIfAborted();
      const failure = failureOf(error, request.url);
      if (failure.waitMs === null || tries >= retry.tries) throw failure.error;
      const waitMs = Math.min(longestWaitMs, Math.max(failure.waitMs, retry.firstWaitMs * 2 ** (tries - 1)));
      await sleep(waitMs, undefined, request.signal ? { signal: request.signal } : {}).catch(() => request.signal?.throwIfAborted());
    }
  }
}

function tooLong(url: string): FilmwrightError {
  return new FilmwrightError(
    'unavailable',
    `${url} answers with more than ${mostJsonBytes} bytes of JSON, which no hub or registry does.`,
    {
      retryable: false,
    },
  );
}

/** A part that begins elsewhere than was asked for must not be written as if it did not. */
async function checkStart(response: Response, { position, url }: { readonly position: number; readonly url: string }): Promise<void> {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (start === undefined || Number(start) === position) return;
  await response.body?.cancel();
  throw new FilmwrightError('unavailable', `${url} sends bytes from ${start} on; wanted them from ${position} on.`, { retryable: false });
}

/** The first words of a refusal, however long it is. */
async function saidBy(response: Response, signal: AbortSignal | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const bytes of piecesOf(response, { signal, stallMs: 5000 })) {
      pieces.push(bytes);
      size += bytes.byteLength;
      if (size >= mostSaidBytes) break;
    }
  } catch {
    // The status alone says enough.
  }
  return Buffer.concat(pieces).toString('utf8').slice(0, 300);
}

class Retry extends Error {
  readonly waitMs: number | null;
  constructor(message: string, waitMs: number | null) {
    super(message);
    this.waitMs = waitMs;
  }
}

async function openAt(request: ReadRemote & { readonly position: number; readonly etag: string | undefined }): Promise<Response> {
  const { position, etag, signal } = request;
  let url = new URL(request.url);
  const ranged: Record<string, string> = position > 0 ? { range: `bytes=${position}-`, ...(etag ? { 'if-range': etag } : {}) } : {};
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const own = url.host === new URL(request.url).host ? request.headers : {};
    const response = await fetch(url, {
      headers: { ...own, ...ranged, 'accept-encoding': 'identity', 'user-agent': 'filmwright' },
      redirect: 'manual',
      ...(signal ? { signal } : {}),
    });
    const to = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && to !== null) {
      await response.body?.cancel();
      const next = new URL(to, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new FilmwrightError('unavailable', `${url} redirects to ${next.origin}, which is not encrypted; wanted https.`, {
          retryable: false,
        });
      url = next;
      continue;
    }
    if (response.status === 200 || response.status === 206) return response;
    if (response.status === 416 && position > 0) return response;
    const said = await saidBy(response, signal);
    throw refusal({ status: response.status, url, said, retryAfter: response.headers.get('retry-after') });
  }
  throw new FilmwrightError('unavailable', `${request.url} redirects more than ${mostRedirects} times.`, { retryable: false });
}

type Refused = { readonly status: number; readonly url: URL; readonly said: string; readonly retryAfter: string | null };

function refusal({ status, url, said, retryAfter }: Refused): Error {
  const where = `${url.origin}${url.pathname}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new Retry(`${where} answered ${status}${said && `: ${said}`}`, waitOf(retryAfter));
  const [code, next]: readonly [ProblemCode, string] =
    status === 401 || status === 403
      ? [
          'forbidden',
          'It wants a token, or its terms accepted by the owner of the token: accept them on its page, and give the token in HF_TOKEN',
        ]
      : status === 404 || status === 410
        ? ['not-found', 'Check the name, the revision and the path']
        : ['unavailable', 'Try again later'];
  return new FilmwrightError(code, `${where} answered ${status}${said && ` (${said.trim()})`}. ${next}.`, { retryable: false });
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3); 0 without one. */
function waitOf(retryAfter: string | null): number {
  if (retryAfter === null) return 0;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  return Math.max(0, Date.parse(retryAfter) - Date.now()) || 0;
}

function readAbout(response: Response, position: number): { readonly etag: string | null; readonly bytes: number | null } {
  // A weak tag says nothing about bytes and may not stand in If-Range.
  const tag = response.headers.get('etag');
  const etag = tag?.startsWith('W/') ? null : tag;
  const whole = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const length = response.headers.get('content-length');
  if (whole !== undefined) return { etag, bytes: Number(whole) };
  return { etag, bytes: length === null ? null : Number(length) + (response.status === 206 ? position : 0) };
}

type Reading = { readonly signal: AbortSignal | undefined; readonly stallMs: number };

async function* piecesOf(response: Response, { signal, stallMs }: Reading): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const stalled = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Retry(`nothing came for ${Math.round(stallMs / 1000)} s`, 0)), stallMs);
      });
      const { done, value } = await Promise.race([reader.read(), stalled]).finally(() => clearTimeout(timer));
      signal?.throwIfAborted();
      if (done) return;
      if (value !== undefined) yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function failureOf(error: unknown, url: string): Failure {
  if (error instanceof FilmwrightError) return { error, waitMs: null };
  const why = error instanceof Retry ? error.message : whyOf(error);
  const origin = new URL(url).origin;
  return {
    error: new FilmwrightError(
      'unavailable',
      `${url} could not be read: ${why}. Check the network, and the proxy settings (HTTPS_PROXY, NO_PROXY), to ${origin}; then run the same command again: it goes on where it stopped.`,
      { retryable: true, cause: error },
    ),
    waitMs: error instanceof Retry ? (error.waitMs ?? 0) : 0,
  };
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
