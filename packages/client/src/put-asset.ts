import { type Asset, FilmwrightError } from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain } from './call-route.ts';
import { pause } from './follow-build.ts';

/** An upload: `open` is called once per attempt and gives the bytes from the start; `digest` names them. */
export type Upload = {
  readonly digest: string;
  readonly mediaType: string;
  readonly open: () => UploadBody | Promise<UploadBody>;
  /** Refuse more than this, beside the gateway's own cap. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly retries?: number;
};
type UploadBody = Blob | ReadableStream<Uint8Array> | Uint8Array;

/** Stores an asset unless the gateway has it already; tries again after a broken connection. */
export async function putAsset(connection: Connection, upload: Upload): Promise<Asset> {
  const there = await headAsset(connection, upload.digest);
  if (there) return there;
  for (let failures = 0; ; ) {
    try {
      return await callJson<Asset>(connection, {
        route: 'putAsset',
        params: { digest: upload.digest },
        query: { maxBytes: upload.maxBytes },
        headers: { 'content-type': upload.mediaType },
        stream: await upload.open(),
        ...(upload.signal ? { signal: upload.signal } : {}),
      });
    } catch (error) {
      upload.signal?.throwIfAborted();
      if (!(error instanceof FilmwrightError) || error.code !== 'unavailable' || ++failures > (upload.retries ?? 2)) throw error;
      await pause(300 * failures, upload.signal);
    }
  }
}

/** The asset of that digest, or null if the gateway does not have it. */
export async function headAsset(connection: Connection, digest: string): Promise<Asset | null> {
  const response = await callRoute(connection, { route: 'headAsset', params: { digest }, accept: [404] });
  await drain(response);
  if (response.status === 404) return null;
  return {
    digest,
    bytes: Number(response.headers.get('content-length')),
    mediaType: response.headers.get('content-type') ?? 'application/octet-stream',
  };
}
