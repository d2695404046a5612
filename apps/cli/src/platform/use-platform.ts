import { type Client, createClient, hasEnded } from '@filmwright/client';
import { readPlatformFile, withStartLock } from './platform-file.ts';
import { readRoles } from './roles.ts';
import { startPlatform } from './start-platform.ts';

/** Runs `work` against the platform of a home: the one that runs there, else one started for it and ended after it, once nobody else's build runs on it. */
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
    const { client, stop } = await startPlatform({ home, roles: readRoles(undefined, process.env), port: 0, logTo: 'file' });
    return { client, stop: async () => idle(client).then(stop) };
  });
  // Ctrl-C ends what was started here; the signal's own end would leave it behind.
  const interrupt = (): void => void running.stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await work(running.client);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await running.stop();
  }
}

/** Waits until no build runs, so that a second command that borrowed this platform keeps it to its end. */
async function idle(client: Client): Promise<void> {
  for (;;) {
    const { builds } = await client.listBuilds({ limit: 20 }).catch(() => ({ builds: [] }));
    if (builds.every(hasEnded)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
