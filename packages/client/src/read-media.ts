import { FilmwrightError } from '@filmwright/contracts';
import { type Connection, callRoute, reason } from './call-route.ts';
import { pause } from './follow-build.ts';

/** Where bytes come from: an asset by digest, a file of the platform's models and voices by digest, or a build's output by name (`master.mp4`, `captions.vtt`, ...). */
export type MediaSource = { readonly digest: string } | { readonly shelfFile: string } | { readonly build: string; readonly name: string };
/** Size, type and digest of media, as its headers tell. */
export type MediaInfo = { readonly bytes: number; readonly mediaType: string; readonly digest: string };
/** `startByte`: where to go on, e.g. the length of a half-written file; `digest`: what those first bytes were part of. */
export type ReadMediaOptions = {
  readonly source: MediaSource;
  readonly startByte?: number;
  readonly digest?: string;
  readonly signal?: AbortSignal;
  readonly retries?: number;
};
/** A piece of media and where it belongs; `restarted` is true when what was received before must be thrown away. */
export type MediaPiece = {
  readonly bytes: Uint8Array;
  readonly position: number;
  readonly restarted: boolean;
  readonly totalBytes: number;
};

/** Asks for the size, type and digest of media without reading it. */
export async function mediaInfo(connection: Connection, source: MediaSource): Promise<MediaInfo> {
  return infoOf(await callRoute(connection, { ...callOf(source), headersOnly: true, headers: { accept: '*/*' } }));
}

/** Yields media piece by piece; goes on where it stood after a broken connection (Range with If-Range), up to `retries` times in a row. */
export async function* readMedia(connection: Connection, options: ReadMediaOptions): AsyncGenerator<MediaPiece> {
  let position = options.startByte ?? 0;
  let digest = options.digest ?? '';
  let failures = 0;
  for (;;) {
    try {
      const range: Record<string, string> =
        position > 0 ? { range: `bytes=${position}-`, ...(digest ? { 'if-range': `"${digest}"` } : {}) } : {};
      const response = await callRoute(connection, {
        ...callOf(options.source),
        headers: { accept: '*/*', ...range },
        accept: [416],
        ...(options.signal ? { signal: options.signal } : {}),
      });
      const whole = infoOf(response);
      if (response.status === 416) {
        await response.body?.cancel();
        if (position === whole.bytes) return;
        position = 0;
        continue;
      }
      let restarted = response.status === 200 && position > 0;
      if (restarted) position = 0;
      digest = whole.digest;
      for await (const bytes of piecesOf(response)) {
        yield { bytes, position, restarted, totalBytes: whole.bytes };
        restarted = false;
        position += bytes.byteLength;
        failures = 0;
      }
      if (position >= whole.bytes) return;
      throw new FilmwrightError('unavailable', `The media broke off after ${position} of ${whole.bytes} bytes.`);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof FilmwrightError) || !error.retryable || ++failures > (options.retries ?? 5)) throw error;
      await pause(200 * 2 ** (failures - 1), options.signal);
    }
  }
}

type Target =
  | { readonly route: 'getAsset'; readonly params: { readonly digest: string } }
  | { readonly route: 'shelfFile'; readonly params: { readonly digest: string } }
  | { readonly route: 'buildMedia'; readonly params: { readonly id: string; readonly name: string } };

function callOf(source: MediaSource): Target {
  if ('digest' in source) return { route: 'getAsset', params: { digest: source.digest } };
  if ('shelfFile' in source) return { route: 'shelfFile', params: { digest: source.shelfFile } };
  return { route: 'buildMedia', params: { id: source.build, name: source.name } };
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new FilmwrightError('unavailable', `The media broke off: ${reason(cause)}.`, { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function infoOf(response: Response): MediaInfo {
  const { headers } = response;
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length') ?? '0';
  return {
    bytes: Number(total),
    mediaType: headers.get('content-type') ?? 'application/octet-stream',
    digest: (headers.get('etag') ?? '').replaceAll('"', ''),
  };
}
