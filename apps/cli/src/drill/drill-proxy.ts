import { createServer, Agent as HttpAgent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the way between one runner and the gateways does to what is said on it; changed while it runs. */
export type Way = {
  /** Nothing comes through in either direction, and nobody is told so. */
  cut: boolean;
  /** Assets come and go so much later, in milliseconds. */
  mediaDelayMs: number;
  /** Each message about work is delivered twice. */
  twice: boolean;
  /** Of the messages about work every n-th is delivered, and its reply lost; 0 loses none. */
  loseReplyOf: number;
  /** Counted: completions and failures that were refused as stale, leases that a heartbeat was told are stale, messages sent twice, replies lost, messages about assets that were late. */
  refused: number;
  stale: number;
  doubled: number;
  lost: number;
  delayed: number;
  /** Messages sent twice, by what they were. */
  readonly doubledOf: Map<string, number>;
  /** Spoilt files that the runner found in its cache so far. */
  damaged: number;
  /** What the runner was told when it joined last: how long leases hold, in milliseconds, and kinds that it is not given; null before. */
  joined: { readonly leaseMs: number; readonly refused: readonly string[] } | null;
};
export type DrillProxy = { readonly url: string; readonly way: Way; readonly close: () => Promise<void> };

type Message = { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Buffer };
type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer };

/** All that a runner says about itself and its work, and what it makes. */
const aboutWork = [
  /^POST \/v1\/runners(\/[^/]+\/(lease|heartbeat|complete|fail|hand-back))?$/,
  /^DELETE \/v1\/runners\/[^/]+$/,
  /^POST \/v1\/runner-credentials(\/rotate)?$/,
  /^PUT \/v1\/assets\/[^/]+$/,
  /^(POST|PATCH|DELETE) \/v1\/uploads(\/[^/]+)?$/,
];
const aboutMedia = /^\/v1\/(assets|uploads)/;

/** A way from one runner to whichever of the gateways answers, on a port of 127.0.0.1 of its own. */
export async function openDrillProxy(gateways: () => readonly string[]): Promise<DrillProxy> {
  const way: Way = {
    cut: false,
    mediaDelayMs: 0,
    twice: false,
    loseReplyOf: 0,
    refused: 0,
    stale: 0,
    doubled: 0,
    lost: 0,
    delayed: 0,
    doubledOf: new Map(),
    damaged: 0,
    joined: null,
  };
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  let turn = 0;
  let messages = 0;
  /** Of the runner that runs now. */
  let counted = 0;

  /** Asks the gateways in turn; one that does not listen has not heard it, so that the next may be asked. */
  const ask = async (message: Message, signal: AbortSignal): Promise<Answer> => {
    const known = gateways();
    turn++;
    let last: unknown;
    for (let tries = 0; tries < known.length; tries++) {
      try {
        return await send(message, { agents, signal, to: known[(turn + tries) % known.length] ?? '' });
      } catch (error) {
        last = error;
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      }
    }
    throw last;
  };

  const note = (message: Message, answer: Answer): void => {
    if (/\/(complete|fail)$/.test(message.path) && answer.status === 409) way.refused++;
    if (message.path.endsWith('/heartbeat') && answer.status === 200) {
      way.stale += (read(answer.body) as { readonly stale: readonly string[] }).stale.length;
      const { cache } = read(message.body) as { readonly cache?: { readonly damaged: number } };
      // A runner that was started anew counts anew.
      if (cache !== undefined) way.damaged += cache.damaged < counted ? cache.damaged : cache.damaged - counted;
      counted = cache?.damaged ?? counted;
    }
    if (message.method === 'POST' && message.path === '/v1/runners' && answer.status < 300) {
      const { leaseMs, refused = [] } = read(answer.body) as Joined;
      way.joined = { leaseMs, refused: refused.map(({ kind }) => kind) };
    }
  };

  const pass = async (incoming: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const hungUp = new AbortController();
    reply.once('close', () => hungUp.abort());
    const { signal } = hungUp;
    const message: Message = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.headers,
      body: Buffer.concat(await incoming.toArray()),
    };
    const open = async (): Promise<void> => {
      while (way.cut) {
        signal.throwIfAborted();
        await sleep(50);
      }
    };
    await open();
    const name = `${message.method} ${message.path}`;
    const ofWork = aboutWork.some((pattern) => pattern.test(name));
    if (aboutMedia.test(message.path) && way.mediaDelayMs > 0) {
      way.delayed++;
      await sleep(way.mediaDelayMs);
    }
    if (ofWork) messages++;
    let answer = await ask(message, signal);
    note(message, answer);
    if (ofWork && way.twice) {
      way.doubled++;
      const what = name.replace(/\/(sha256-)?[0-9a-f-]{32,}/, '/:id');
      way.doubledOf.set(what, (way.doubledOf.get(what) ?? 0) + 1);
      const again = await ask(message, signal);
      note(message, again);
      // Of a piece of an upload that is there already the second answer is that it does not fit: nobody asked for it twice.
      if (message.method !== 'PATCH' && message.method !== 'DELETE') answer = again;
    }
    if (ofWork && way.loseReplyOf > 0 && messages % way.loseReplyOf === 0) {
      way.lost++;
      reply.destroy();
      return;
    }
    await open();
    reply.writeHead(answer.status, answer.headers).end(answer.body);
  };

  const server = createServer((incoming, reply) => {
    pass(incoming, reply).catch(() => reply.destroy());
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    way,
    async close() {
      way.cut = false;
      agents.http.destroy();
      agents.https.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Joined = { readonly leaseMs: number; readonly refused?: readonly { readonly kind: string }[] };
type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };
type Sending = { readonly to: string; readonly agents: Agents; readonly signal: AbortSignal };

function read(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8') || '{}');
}

function send({ method, path, headers, body }: Message, { to, agents, signal }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, ...kept } = headers;
    const length = body.length > 0 || headers['content-length'] !== undefined ? { 'content-length': String(body.length) } : {};
    const url = new URL(path, to);
    const isSecure = url.protocol === 'https:';
    const [request, agent] = isSecure ? [httpsRequest, agents.https] : [httpRequest, agents.http];
    const outgoing = request(url, { method, agent, signal, headers: { ...kept, ...length, host: url.host } }, (reply) => {
      reply
        .toArray()
        .then(
          (pieces) => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: Buffer.concat(pieces as Buffer[]) }),
          reject,
        );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
