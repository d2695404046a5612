import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { FilmwrightError } from '@filmwright/contracts';
import { keyPinOf } from '@filmwright/process/key-pin';
import { openTunnel, proxyFor } from './proxy-tunnel.ts';

/** A certificate as a server shows it; `trusted` tells whether this system trusts it for the server's name. */
export type SeenCertificate = { readonly pem: string; readonly fingerprint: string; readonly trusted: boolean };

type Connected = (error: Error | null, socket?: TLSSocket) => void;

const lookWithinMs = 15_000;
/** A connection on which nothing moves for so long is given up; polls are answered sooner. */
const silenceMs = 120_000;

/** Looks at the certificate of a server and sends it nothing; throws `unavailable` where none answers. */
export async function lookAtCertificate(url: URL): Promise<SeenCertificate> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 443);
  const way = await wayTo({ host, port });
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...way, ...(isIP(host) === 0 ? { servername: host } : {}), rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      const { authorized } = socket;
      socket.destroy();
      if (raw === undefined) reject(new FilmwrightError('unavailable', `${url.origin} shows no certificate.`));
      else resolve({ pem: new X509Certificate(raw).toString(), fingerprint: fingerprintOf(raw), trusted: authorized });
    });
    socket.setTimeout(lookWithinMs, () => socket.destroy(new Error(`no answer within ${lookWithinMs / 1000} s`)));
    socket.once('error', (cause) =>
      reject(
        new FilmwrightError('unavailable', `${url.origin} does not answer by TLS: ${cause.message || String(cause)}. Check the address.`, {
          cause,
        }),
      ),
    );
  });
}

/** The connection through the proxy, if there is one, on which TLS is to be spoken with a host. */
async function wayTo({ host, port }: { readonly host: string; readonly port: number }): Promise<{ readonly socket?: Socket }> {
  const proxy = proxyFor(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`));
  return proxy === null ? {} : { socket: await openTunnel(proxy, { host, port, withinMs: lookWithinMs }) };
}

/** SHA-256 of a certificate in base64url, as tokens carry it. */
function fingerprintOf(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('base64url');
}

/**
 * A `fetch` that speaks only to servers that hold the key of this certificate, whatever name it is for: one that was renewed for the same key is the same server,
 * as SSH knows one. The handshake proves that they hold it, and nothing is sent before.
 */
export function pinnedFetch(pem: string): typeof fetch {
  const wanted = keyPinOf(pem);
  const agent = new Agent({ keepAlive: true });
  const shakeHands = (options: ConnectionOptions, done: Connected): void => {
    const settle = (error: Error | null): void => {
      socket.removeListener('error', settle).removeListener('timeout', late).setTimeout(0);
      done(error, socket);
    };
    const late = (): void => void socket.destroy(new Error(`no handshake within ${lookWithinMs / 1000} s`));
    // Who signed it says nothing here: its key is what is known.
    const socket = connect({ ...options, rejectUnauthorized: false }, () => {
      const shown = socket.getPeerX509Certificate();
      if (shown !== undefined && keyPinOf(shown) === wanted) return settle(null);
      socket.destroy(new Error('the server shows a certificate of another key than the one this runner joined with'));
    });
    socket.once('error', settle).once('timeout', late).setTimeout(lookWithinMs);
  };
  agent.createConnection = (options, done) => {
    const [to, connected] = [options as ConnectionOptions, done as Connected];
    wayTo({ host: String(to.host), port: Number(to.port) }).then((way) => shakeHands({ ...to, ...way }, connected), connected);
    return undefined;
  };
  return (input, init = {}) => {
    const { method = 'GET', body, signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const url = new URL(input instanceof Request ? input.url : input);
      // A request ends nothing before it has a socket, and it has none until hands were shaken.
      const stop = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      const sent = request(url, { agent, method, headers, ...(signal ? { signal } : {}) }, (reply) => resolve(responseOf(reply, method)));
      sent.on('error', reject).on('close', () => signal?.removeEventListener('abort', stop));
      sent.setTimeout(silenceMs, () => sent.destroy(new Error(`nothing moved for ${silenceMs / 1000} s`)));
      if (body instanceof ReadableStream) {
        // A reply may come before all was sent: the gateway refuses, and what is left is not wanted.
        pipeline(Readable.fromWeb(body as NodeReadableStream), sent).catch(reject);
      } else if (body === undefined || body === null) sent.end();
      else if (typeof body === 'string' || body instanceof Uint8Array) sent.end(body);
      else reject(new TypeError('this fetch sends text, bytes and streams'));
    });
  };
}

const bodyless: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf(reply: IncomingMessage, method: string): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < reply.rawHeaders.length; index += 2)
    headers.append(reply.rawHeaders[index] ?? '', reply.rawHeaders[index + 1] ?? '');
  const status = reply.statusCode ?? 502;
  const empty = method === 'HEAD' || bodyless.has(status);
  if (empty) reply.resume();
  return new Response(empty ? null : (Readable.toWeb(reply) as ReadableStream<Uint8Array>), { status, headers });
}
