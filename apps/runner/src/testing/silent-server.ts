import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

export type SilentServer = {
  readonly port: number;
  /** Fails unless a request that reached it ends at once when it is told to. */
  readonly endsWhenTold: (ask: (signal: AbortSignal) => Promise<unknown> | undefined) => Promise<void>;
};

/** Takes connections on loopback and never says a word; closed after the test. */
export async function openSilentServer(context: TestContext): Promise<SilentServer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return {
    port: (server.address() as AddressInfo).port,
    async endsWhenTold(ask) {
      const stop = new AbortController();
      const asked = ask(stop.signal);
      const [socket] = (await once(server, 'connection')) as [Socket];
      context.after(() => socket.destroy());
      stop.abort();
      await assert.rejects(Promise.race([asked, sleep(5000, 'it goes on', { ref: false })]), { name: 'AbortError' });
    },
  };
}
