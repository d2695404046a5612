import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Metrics, metricsMediaType } from './create-metrics.ts';

export type MetricsServer = { readonly port: number; readonly close: () => Promise<void> };

export type MetricsOptions = {
  readonly metrics: Metrics;
  /** 0 takes a free one. */
  readonly port: number;
  /** Address to listen on; loopback when left out. */
  readonly host?: string;
  /** Who sends it as `Authorization: Bearer` is answered wherever they are; without one only this machine is. */
  readonly token?: string;
};

/** Serves `/metrics`: to callers of this machine that name it as their host, and to who has the token. Rejects when the port is taken. */
export async function serveMetrics({ metrics, port, host = '127.0.0.1', token = '' }: MetricsOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    const isAllowed = isHere(request) || isBearer(request.headers.authorization, token);
    if (!isAllowed || !isAsked) {
      const [status, text] = isAllowed
        ? [404, 'GET /metrics\n']
        : token === ''
          ? [403, 'only this machine\n']
          : [401, 'wanted the token of figures\n'];
      response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
      return;
    }
    void metrics.text().then((text) => response.writeHead(200, { 'content-type': metricsMediaType }).end(text));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
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

/** From this machine, and meant for it: a page of elsewhere that a browser here shows names another host. */
function isHere({ headers, socket }: IncomingMessage): boolean {
  const { remoteAddress = '' } = socket;
  return /^(127\.|::1$|::ffff:127\.)/.test(remoteAddress) && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

/** Whether a header says the token of figures; nothing does where there is none. */
export function isBearer(header: string | undefined, token: string): boolean {
  const [, said = ''] = /^Bearer (.+)$/.exec(header ?? '') ?? [];
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return token !== '' && timingSafeEqual(digest(said), digest(token));
}

const leastToken = 16;

/**
 * Serves `/metrics` where FILMWRIGHT_METRICS_PORT names a port, on FILMWRIGHT_METRICS_HOST, for FILMWRIGHT_METRICS_TOKEN; a port that is taken, or an address of others
 * without a token, is told and keeps nobody from working.
 */
export async function serveMetricsByEnvironment(
  metrics: Metrics,
  { env, warn }: { readonly env: Readonly<Record<string, string | undefined>>; readonly warn: (message: string) => void },
): Promise<MetricsServer | null> {
  const { FILMWRIGHT_METRICS_PORT: text, FILMWRIGHT_METRICS_HOST: host = '', FILMWRIGHT_METRICS_TOKEN: token = '' } = env;
  if (text === undefined || text === '') return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    warn(`no metrics are served: FILMWRIGHT_METRICS_PORT is ${JSON.stringify(text)}, wanted a whole number from 0 to 65535`);
    return null;
  }
  const isForOthers = host !== '' && !/^(127\.|localhost$|::1$)/.test(host);
  if ((isForOthers || token !== '') && token.length < leastToken) {
    warn(
      `no metrics are served: ${isForOthers ? `on ${host} others reach them` : 'a token is short'}; wanted FILMWRIGHT_METRICS_TOKEN with at least ${leastToken} characters`,
    );
    return null;
  }
  return serveMetrics({ metrics, port, token, ...(host !== '' && { host }) }).catch((error: unknown) => {
    warn(`no metrics are served: port ${port} cannot be had (${error instanceof Error ? error.message : String(error)})`);
    return null;
  });
}
