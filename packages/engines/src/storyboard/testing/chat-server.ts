import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server was asked. */
export type Asked = { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Record<string, unknown> };
export type Reply = (response: ServerResponse, asked: Asked) => void | Promise<void>;

/** A chat server on this machine that gives each request the next of `replies`, the last one again and again. */
export async function startChatServer(replies: readonly Reply[]): Promise<{
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Settles when a connection has ended before its reply did. */
  readonly broken: Promise<void>;
  readonly close: () => Promise<void>;
}> {
  const asked: Asked[] = [];
  let noteBroken = (): void => {};
  const broken = new Promise<void>((resolve) => {
    noteBroken = resolve;
  });
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const bytes of request) text += String(bytes);
    const one: Asked = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text || '{}') as Record<string, unknown> };
    asked.push(one);
    response.on('close', () => {
      if (!response.writableEnded) noteBroken();
    });
    await replies[Math.min(asked.length, replies.length) - 1]?.(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    broken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer as servers stream it, in pieces of a few letters. */
export function streamed(text: string, { finish = 'stop' }: { readonly finish?: string } = {}): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (delta: object, reason: string | null): string =>
      `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
    response.write(`: a comment\n${event({ role: 'assistant', content: '' }, null)}`);
    for (let at = 0; at < text.length; at += 37) response.write(event({ content: text.slice(at, at + 37) }, null));
    response.end(`${event({}, finish)}data: [DONE]\n\n`);
  };
}

/** An answer as one JSON body. */
export function whole(content: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] }));
  };
}

/** A refusal with a status. */
export function refusal(
  status: number,
  { headers = {}, message = 'no' }: { readonly headers?: Record<string, string>; readonly message?: string } = {},
): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message } }));
  };
}
