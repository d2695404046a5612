import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Metrics, metricsMediaType } from './create-metrics.ts';

export type MetricsServer = { readonly port: number; readonly close: () => Promise<void> };

/** Serves `/metrics` on a port of loopback, 0 takes a free one, to callers that name this machine as their host. Rejects when the port is taken. */
export async function serveMetrics({ metrics, port }: { readonly metrics: Metrics; readonly port: number }): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isHere = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '');
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    if (!isHere || !isAsked) {
      response.writeHead(isHere ? 404 : 403, { 'content-type': 'text/plain' }).end(isHere ? 'GET /metrics\n' : 'only this machine\n');
      return;
    }
    void metrics.text().then((text) => response.writeHead(200, { 'content-type': metricsMediaType }).end(text));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves `/metrics` where FILMWRIGHT_METRICS_PORT names a port; a port that is taken is told and keeps nobody from working. */
export async function serveMetricsByEnvironment(
  metrics: Metrics,
  { env, warn }: { readonly env: Readonly<Record<string, string | undefined>>; readonly warn: (message: string) => void },
): Promise<MetricsServer | null> {
  const { FILMWRIGHT_METRICS_PORT: text } = env;
  if (text === undefined || text === '') return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    warn(`no metrics are served: FILMWRIGHT_METRICS_PORT is ${JSON.stringify(text)}, wanted a whole number from 0 to 65535`);
    return null;
  }
  return serveMetrics({ metrics, port }).catch((error: unknown) => {
    warn(`no metrics are served: port ${port} cannot be had (${error instanceof Error ? error.message : String(error)})`);
    return null;
  });
}
