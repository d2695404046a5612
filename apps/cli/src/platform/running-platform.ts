import { type Client, createClient } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { readPlatformFile } from './platform-file.ts';

/** The platform that runs on a home; throws `unavailable` where none does, since what is asked of it lasts only while it runs. */
export async function runningPlatform(home: string): Promise<Client> {
  const found = await readPlatformFile(home);
  if (found === null)
    throw new FilmwrightError(
      'unavailable',
      `No platform runs on ${home}. Start it with \`filmwright serve\`, or name its home by FILMWRIGHT_HOME.`,
      {
        retryable: false,
      },
    );
  return createClient({ url: found.url, token: found.token });
}
