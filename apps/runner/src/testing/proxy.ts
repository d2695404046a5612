import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

/** A proxy of HTTP on loopback, the only way to a host whose name nobody else knows. */
export type TestProxy = {
  readonly url: string;
  /** Hosts and ports that it was asked for. */
  readonly asked: string[];
};

/** Opens a proxy that lets in whoever brings `user` and `password`, and joins each to `port` here, wherever they want to; closed after the test. */
export async function openProxy(
  context: TestContext,
  { port, user, password }: { readonly port: number; readonly user: string; readonly password: string },
): Promise<TestProxy> {
  const asked: string[] = [];
  const open = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    asked.push(request.url ?? '');
    open.add(client);
    if (request.headers['proxy-authorization'] !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\n');
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const side of [client, upstream]) side.on('error', () => [client, upstream].forEach((one) => void one.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(async () => {
    for (const one of open) one.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://${user}:${encodeURIComponent(password)}@127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
