import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepFolder } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import { markOf, ofMount } from './store-mark.ts';

/** What one machine writes another may see a little later. */
const seenWithinMs = 5000;

/**
 * Holds that a folder of this machine is the store of the gateway: what is sent to the one is found in the other, and taken away again. Throws `request-invalid`
 * where it is not, and makes no folder.
 */
export async function checkStore({
  folder,
  client,
  withinMs = seenWithinMs,
}: {
  readonly folder: string;
  readonly client: Pick<Client, 'putAsset' | 'headAsset' | 'url'>;
  readonly withinMs?: number;
}): Promise<void> {
  const refuse = (found: string): never => {
    throw new FilmwrightError(
      'request-invalid',
      `FILMWRIGHT_MEDIA is ${folder}; ${found}. Wanted the folder of media of ${client.url}, mounted here: mount it, or leave FILMWRIGHT_MEDIA out, and media go through the gateway.`,
    );
  };
  if ((await markOf(folder)) === null) refuse('there is no such folder, or it does not answer');
  const store = sweepFolder(folder);
  const bytes = randomBytes(32);
  const digest: Digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  await client.putAsset({ digest, mediaType: 'application/octet-stream', open: () => bytes });
  for (const untilMs = performance.now() + withinMs; !(await ofMount(store.has(digest))); await sleep(50))
    if (performance.now() > untilMs) refuse('what was sent to the gateway was not found in it');
  const failed = await ofMount(
    store.removeOlder({ digest, thanMs: Number.POSITIVE_INFINITY }).then(
      () => '',
      ({ code }: NodeJS.ErrnoException) => `it cannot be written to (${code})`,
    ),
  );
  if (failed !== '') refuse(failed ?? 'it does not answer');
  // It asks for the bytes, and forgets what is gone.
  await client.headAsset(digest);
}
