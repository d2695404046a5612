import { type Client, createClient } from '@filmwright/client';
import { onInterruptEnd } from './on-interrupt-end.ts';
import { readPlatformFile, withStartLock } from './platform-file.ts';
import { readRoles } from './roles.ts';
import { untilIdle } from './until-idle.ts';

/**
 * Runs `work` against the platform of a home: the one that runs there, else one started for it and ended after it, once nobody else's build runs on it.
 * `FILMWRIGHT_WORKSPACE_TOKEN` makes it the work of that workspace.
 */
export async function usePlatform<T>(home: string, work: (client: Client) => Promise<T>): Promise<T> {
  const running = await withStartLock(home, async () => {
    const found = await readPlatformFile(home);
    if (found !== null) {
      const client = createClient({ url: found.url, token: found.token });
      const answers = await client.health().then(
        () => true,
        () => false,
      );
      if (answers) return { client, stop: async () => {} };
    }
    const { startPlatform } = await import('./start-platform.ts');
    const { client, stop } = await startPlatform({ home, roles: readRoles(undefined, process.env), port: 0, logTo: 'file' });
    return { client, stop: async () => untilIdle({ own: client, workspaces: [client, await clientOfWork(home, client)] }).then(stop) };
  });
  const client = await clientOfWork(home, running.client);
  // Ctrl-C ends what was started here; the signal's own end would leave it behind.
  const giveBack = onInterruptEnd(running.stop);
  try {
    return await work(client);
  } finally {
    giveBack();
    await running.stop();
  }
}

/** A client with the token of a workspace where one is set, else the platform's own. */
async function clientOfWork(home: string, own: Client): Promise<Client> {
  const { FILMWRIGHT_WORKSPACE_TOKEN: token = '' } = process.env;
  const platform = token === '' ? null : await readPlatformFile(home);
  return platform === null ? own : createClient({ url: platform.url, token });
}
