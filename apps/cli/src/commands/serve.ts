import { FilmwrightError } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { readPlatformFile, withStartLock } from '../platform/platform-file.ts';
import { startPlatform } from '../platform/start-platform.ts';

export type ServeOptions = { readonly port: number; readonly runners: number | undefined };

/** Starts the platform and stays until Ctrl-C; prints the address of its page, with the token that opens it. */
export async function serve({ port, runners }: ServeOptions): Promise<void> {
  const home = filmwrightHome();
  const platform = await withStartLock(home, async () => {
    const running = await readPlatformFile(home);
    if (running !== null)
      throw new FilmwrightError(
        'unavailable',
        `A platform already runs on ${home} (process ${running.pid}): ${running.url}/?token=${running.token}`,
        { retryable: false },
      );
    return startPlatform({ home, port, logTo: 'stderr', ...(runners === undefined ? {} : { runners }) });
  });
  process.stdout.write(`Filmwright is ready: ${platform.url}/?token=${platform.token}\n  state lies in ${home}; Ctrl-C ends it.\n`);
  const reason = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name));
  });
  process.stderr.write(`Ending on ${reason}...\n`);
  await platform.stop();
}
