import { type Asset, FilmwrightError, type Upload as UploadState } from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain, reason } from './call-route.ts';
import { pause } from './follow-build.ts';
import { headAsset } from './put-asset.ts';

/** Bytes of a known digest and length; `open` gives them from a byte on, and is called again after each broken connection. */
export type ResumableUpload = {
  readonly digest: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly open: (startByte: number) => ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
  /** How long it may go on without a byte more being taken, 10 minutes if left out. */
  readonly giveUpMs?: number;
  /** How long a connection may take no byte until it counts as broken, a minute if left out. */
  readonly stallMs?: number;
};

const tus = { 'tus-resumable': '1.0.0' };
/** Smaller ones are sent whole: three calls would take longer than sending them again. */
const smallBytes = 256 * 1024;
const mostWrong = 2;

/** Stores bytes unless the gateway has them; goes on where it stood after broken connections and restarts of the gateway, by tus. Throws `digest-mismatch` where they arrive damaged again and again. */
export async function resumeUpload(connection: Connection, upload: ResumableUpload): Promise<Asset> {
  const { digest, bytes, mediaType, signal } = upload;
  const giveUpMs = upload.giveUpMs ?? 600_000;
  let state: { id: string; offset: number } | null = null;
  let movedMs = performance.now();
  let waitMs = 100;
  for (let wrong = 0; ; ) {
    try {
      if (state === null) {
        const there = await headAsset(connection, digest);
        if (there !== null) return there;
        if (bytes <= smallBytes) return await putWhole(connection, upload);
        state = { id: await begin(connection, upload), offset: 0 };
      } else {
        const offset = await offsetOf(connection, { id: state.id, signal });
        if (offset === null) {
          state = null;
          continue;
        }
        if (offset > state.offset) movedMs = performance.now();
        if (offset > state.offset) waitMs = 100;
        state = { id: state.id, offset };
      }
      if (state.offset < bytes) await append(connection, { upload, ...state });
      const { asset } = await callJson<UploadState>(connection, {
        route: 'getUpload',
        params: { id: state.id },
        ...(signal ? { signal } : {}),
      });
      if (asset === digest) {
        await forget(connection, { id: state.id, signal });
        return { digest, bytes, mediaType };
      }
      if (asset !== null) {
        state = null;
        throw new FilmwrightError(
          'digest-mismatch',
          `The ${bytes} bytes sent arrived as ${asset}; wanted ${digest}. The connection or a disk damages them.`,
        );
      }
      throw new FilmwrightError('unavailable', `The upload of ${digest} broke off.`);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof FilmwrightError) || !mayPass.has(error.code)) throw error;
      if (error.code === 'digest-mismatch' && ++wrong > mostWrong) throw error;
      if (performance.now() - movedMs > giveUpMs) throw error;
      await pause(waitMs, signal);
      waitMs = Math.min(2000, waitMs * 2);
    }
  }
}

const mayPass: ReadonlySet<string> = new Set(['unavailable', 'offset-conflict', 'digest-mismatch', 'internal']);

async function putWhole(connection: Connection, { digest, mediaType, open, signal }: ResumableUpload): Promise<Asset> {
  return callJson(connection, {
    route: 'putAsset',
    params: { digest },
    headers: { 'content-type': mediaType },
    stream: open(0),
    ...(signal ? { signal } : {}),
  });
}

async function begin(connection: Connection, { digest, bytes, mediaType, signal }: ResumableUpload): Promise<string> {
  const response = await callRoute(connection, {
    route: 'createUpload',
    headers: { ...tus, 'upload-length': String(bytes), 'upload-metadata': `filename ${btoa(digest)},filetype ${btoa(mediaType)}` },
    ...(signal ? { signal } : {}),
  });
  await drain(response);
  const id = response.headers.get('location')?.split('/').at(-1);
  if (id === undefined) throw new FilmwrightError('unavailable', 'The gateway began an upload and did not say where.');
  return id;
}

type AtUpload = { readonly id: string; readonly signal: AbortSignal | undefined };

async function offsetOf(connection: Connection, { id, signal }: AtUpload): Promise<number | null> {
  const response = await callRoute(connection, {
    route: 'headUpload',
    params: { id },
    headers: tus,
    accept: [404],
    ...(signal ? { signal } : {}),
  });
  return response.status === 404 ? null : Number(response.headers.get('upload-offset'));
}

/** What is in the store needs no note of how it came; one that stays expires. */
async function forget(connection: Connection, { id, signal }: AtUpload): Promise<void> {
  await callRoute(connection, { route: 'removeUpload', params: { id }, headers: tus, ...(signal ? { signal } : {}) }).then(drain, () => {});
}

/** Sends what is missing in one part; a part that breaks off leaves what came before. */
async function append(
  connection: Connection,
  { upload, id, offset }: { readonly upload: ResumableUpload; readonly id: string; readonly offset: number },
): Promise<void> {
  const stalled = new AbortController();
  const { stallMs = 60_000 } = upload;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const moved = (): void => {
    clearTimeout(timer);
    // What was read ahead still flows after a connection broke.
    if (over) return;
    timer = setTimeout(() => stalled.abort(new Error(`nothing was taken for ${stallMs} ms`)), stallMs);
  };
  moved();
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      moved();
      controller.enqueue(piece);
    },
  });
  try {
    const response = await callRoute(connection, {
      route: 'continueUpload',
      params: { id },
      headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      stream: upload.open(offset).pipeThrough(watched),
      signal: upload.signal ? AbortSignal.any([upload.signal, stalled.signal]) : stalled.signal,
      // A part that broke off is told as a bad request; how far it came is asked for next.
      accept: [400, 404],
    });
    await drain(response);
  } catch (cause) {
    if (!stalled.signal.aborted) throw cause;
    throw new FilmwrightError('unavailable', `The upload broke off: ${reason(stalled.signal.reason)}.`, { cause });
  } finally {
    over = true;
    clearTimeout(timer);
  }
}
