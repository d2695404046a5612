import { join } from 'node:path';
import { type Client, createClient } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { type PlatformFile, removePlatformFile, writePlatformFile } from './platform-file.ts';
import type { GatewayAddress, RolesOptions } from './start-roles.ts';
import { startRoles } from './start-roles.ts';

export type Platform = PlatformFile & { readonly client: Client; readonly gateway: GatewayAddress; readonly stop: () => Promise<void> };

const readyWithinMs = 60_000;

/** Starts roles of which the gateway is one, and says on the home how to reach it. Resolves when it answers; with runners here, when a film can be made. */
export async function startPlatform(options: RolesOptions): Promise<Platform> {
  const { home } = options;
  const running = await startRoles(options);
  const stop = async (): Promise<void> => {
    await running.stop();
    await removePlatformFile(home);
  };
  try {
    const { gateway } = running;
    if (gateway === null) throw new Error('a platform has the role gateway');
    const client = createClient({ url: gateway.url, token: gateway.token });
    if (running.runners > 0) await untilReady(client, home);
    const file = { pid: process.pid, url: gateway.url, token: gateway.token };
    await writePlatformFile(home, file);
    return { ...file, client, gateway, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(client: Client, home: string): Promise<void> {
  const untilMs = performance.now() + readyWithinMs;
  for (;;) {
    try {
      return await client.ready();
    } catch (error) {
      if (performance.now() > untilMs) {
        const why = error instanceof Error ? error.message : String(error);
        throw new FilmwrightError(
          'unavailable',
          `The platform is not ready after ${readyWithinMs / 1000} s: ${why} See ${join(home, 'logs', 'platform.log')}.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}
