import type { Client, Connection } from '@filmwright/client';
import { routes } from '@filmwright/contracts';

/** Rates in bytes a second; null where there was nothing to measure by. */
export type LinkRates = { readonly downBytesPerS: number | null; readonly upBytesPerS: number | null };

const firstBytes = 1024 ** 2;
const mostBytes = 16 * 1024 ** 2;
/** A transfer that took so long tells enough. */
const enoughMs = 200;

/** Measures the way to the gateway and back by a short transfer, which leaves nothing there. `digest` names a stored asset to read. */
export async function probeLink({
  connection,
  client,
  digest,
}: {
  readonly connection: Connection;
  readonly client: Client;
  readonly digest: string | null;
}): Promise<LinkRates> {
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

async function downRate(client: Client, digest: string): Promise<number> {
  let bytes = 0;
  const startedMs = performance.now();
  while (bytes < mostBytes && performance.now() - startedMs < enoughMs) {
    for await (const piece of client.readMedia({ source: { digest }, retries: 0 })) bytes += piece.bytes.byteLength;
  }
  return Math.max(1, Math.round((bytes * 1000) / (performance.now() - startedMs)));
}
