import { folderRates, rateOf } from '@filmwright/blobs';
import type { Client, Connection } from '@filmwright/client';
import { type Digest, routes } from '@filmwright/contracts';
import { ofMount, provenStore } from './store-mark.ts';

/** Rates in bytes a second; null where there was nothing to measure by. */
export type LinkRates = { readonly downBytesPerS: number | null; readonly upBytesPerS: number | null };

const firstBytes = 1024 ** 2;
const mostBytes = 16 * 1024 ** 2;
/** A transfer that took so long tells enough. */
const enoughMs = 200;

type Link = {
  readonly home: string;
  /** The store's folder where that is mounted here. */
  readonly folder: string | null;
  readonly connection: Connection;
  readonly client: Pick<Client, 'readMedia'>;
};

/** What was measured so long ago may have changed. */
const againMs = 3_600_000;

/**
 * Measures the way of media, to and from the mounted store or else the gateway, by short transfers that leave nothing there: at the first call, and at a later one
 * where the other way is used by then, or an hour has passed. `digest` names a stored asset to read.
 */
export function linkProbe({ home, folder, connection, client }: Link): (digest: Digest | null) => Promise<LinkRates> {
  let known: { readonly rates: LinkRates; readonly byMount: boolean; readonly atMs: number } | null = null;
  return async (digest) => {
    const byMount = folder !== null && (await provenStore({ home, folder }).mark()) !== null;
    if (known !== null && known.byMount === byMount && performance.now() - known.atMs < againMs) return known.rates;
    // A mount that gives no answer is not used either.
    const measured = byMount ? await mountRates(folder, digest) : null;
    const rates = measured ?? (await gatewayRates({ connection, client, digest }));
    known = { rates, byMount: measured !== null, atMs: performance.now() };
    return rates;
  };
}

/** Null where nothing was measured in the time that a mount has. */
async function mountRates(root: string, digest: Digest | null): Promise<LinkRates | null> {
  const { readBytesPerS = null, writeBytesPerS = null } = (await ofMount(folderRates({ root, digest }))) ?? {};
  return readBytesPerS === null && writeBytesPerS === null ? null : { downBytesPerS: readBytesPerS, upBytesPerS: writeBytesPerS };
}

async function gatewayRates({ connection, client, digest }: Pick<Link, 'connection' | 'client'> & { readonly digest: Digest | null }) {
  return {
    upBytesPerS: await upRate(connection).catch(() => null),
    downBytesPerS: digest === null ? null : await downRate(client, digest).catch(() => null),
  };
}

/** Sends the first part of an upload that is never finished, and takes it back. */
async function upRate(connection: Connection): Promise<number> {
  const send = connection.fetch ?? fetch;
  const headers = { authorization: `Bearer ${connection.token}`, 'tus-resumable': '1.0.0' };
  for (let bytes = firstBytes; ; bytes *= 4) {
    const begun = await send(new URL(routes.createUpload.path, connection.url), {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(bytes + 1) },
    });
    await begun.body?.cancel();
    const at = new URL(begun.headers.get('location') ?? '', connection.url);
    if (begun.status !== 201) throw new Error(`the gateway answered ${begun.status}`);
    const startedMs = performance.now();
    const part = await send(at, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
      body: new Uint8Array(bytes),
    });
    await part.body?.cancel();
    const tookMs = performance.now() - startedMs;
    const removed = await send(at, { method: 'DELETE', headers });
    await removed.body?.cancel();
    if (tookMs >= enoughMs || bytes >= mostBytes) return Math.max(1, Math.round((bytes * 1000) / tookMs));
  }
}

function downRate(client: Pick<Client, 'readMedia'>, digest: string): Promise<number> {
  return rateOf(async () => {
    let bytes = 0;
    for await (const piece of client.readMedia({ source: { digest }, retries: 0 })) bytes += piece.bytes.byteLength;
    return bytes;
  });
}
