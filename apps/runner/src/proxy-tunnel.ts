import { request } from 'node:http';
import { type RequestOptions, request as requestByTls } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { FilmwrightError } from '@filmwright/contracts';
import { getProxyForUrl } from 'proxy-from-env';

/** The proxy through which this process calls an address, null where it goes straight: the one of Node's own `fetch` in an environment of `proxiedEnvironment`. Throws `request-invalid` for what is no proxy of HTTP. */
export function proxyFor(url: URL): URL | null {
  if (process.env['NODE_USE_ENV_PROXY'] !== '1') return null;
  // Who asks here would else take what ALL_PROXY names as well, which Node does not.
  const named = process.env['https_proxy'] || process.env['HTTPS_PROXY'] ? getProxyForUrl(url.href) : '';
  if (named === '') return null;
  const proxy = URL.parse(named);
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new FilmwrightError(
    'request-invalid',
    `The proxy for ${url.origin} is ${JSON.stringify(named.replace(/\/\/.*@/s, '//'))} by HTTPS_PROXY; wanted http://HOST:PORT, or https://HOST:PORT where it speaks TLS itself.`,
  );
}

/** A connection to a host through a proxy (CONNECT, RFC 9110, 9.3.6), on which nothing was said yet; throws `unavailable` where the proxy is not there, refuses, or says nothing for `withinMs`. */
export function openTunnel(
  proxy: URL,
  { host, port, withinMs }: { readonly host: string; readonly port: number; readonly withinMs: number },
): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { username, password, hostname, protocol } = proxy;
  const word = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const name = hostname.replace(/^\[|\]$/g, '');
  const asked: RequestOptions = {
    method: 'CONNECT',
    host: name,
    // The proxy's own; left out, it would be the one of the header.
    servername: isIP(name) === 0 ? name : '',
    // From before it is connected on.
    timeout: withinMs,
    port: proxy.port || (protocol === 'https:' ? 443 : 80),
    path: target,
    headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${word}` }) },
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: Error): void =>
      reject(
        new FilmwrightError('unavailable', `The proxy ${proxy.origin} gives no way to ${target}: ${why}. Check HTTPS_PROXY and NO_PROXY.`, {
          cause,
        }),
      );
    const sent = (protocol === 'https:' ? requestByTls : request)(asked);
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${withinMs / 1000} s`)));
    sent.once('error', (cause) => fail(cause.message || String(cause), cause));
    sent.once('connect', (reply, socket: Socket, head) => {
      socket.setTimeout(0).removeAllListeners('timeout');
      // What came with the answer is of who stands behind the proxy.
      if (head.length > 0) socket.unshift(head);
      if (reply.statusCode === 200) return resolve(socket);
      socket.destroy();
      fail(`it answers ${reply.statusCode} ${reply.statusMessage ?? ''}`.trim());
    });
    sent.end();
  });
}
