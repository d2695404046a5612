import type { Client } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { removedText } from '../drill/fleet-report.ts';
import { clientOf, type PlatformPlace } from '../platform/asked-platform.ts';

/** Where a drill goes: a platform, asked with the token of who runs it, and the pool that the runners of the drill are in. */
export type FleetPlace = PlatformPlace & { readonly pool: string };

/** Throws, before anything is done, where the platform does not answer, the token does not suffice, it knows no drills, or nobody there gives tasks to runners. */
export async function checkFleet(client: Client): Promise<void> {
  try {
    await client.health();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `${why} A certificate that this system does not vouch for is trusted by NODE_EXTRA_CA_CERTS=FILE. Nothing was begun.`;
    throw new FilmwrightError('unavailable', text, { cause: error });
  }
  try {
    await client.listDrills();
  } catch (error) {
    throw error instanceof FilmwrightError ? told(error, client.url) : error;
  }
  const { isLed } = await client.fleet();
  if (!isLed)
    throw new FilmwrightError(
      'unavailable',
      `No controller leads the platform at ${client.url}, so that no runner is given anything. Start one there; nothing was begun.`,
      { retryable: false },
    );
}

function told(error: FilmwrightError, url: string): FilmwrightError {
  const whose = {
    unauthorized: `The platform at ${url} does not know the token; wanted the one of who runs it. Nothing was begun.`,
    forbidden: `The token opens a workspace of ${url} alone; wanted the one of who runs the platform, since a drill lets runners in. Nothing was begun.`,
    'not-found': `The platform at ${url} knows no drills by address: its program is older than this one, or it is no Filmwright gateway. Nothing was begun.`,
  };
  const text = whose[error.code as keyof typeof whose];
  return text === undefined ? error : new FilmwrightError(error.code === 'forbidden' ? 'unauthorized' : error.code, text, { cause: error });
}

/** Removes what a drill that was killed has left in a pool; 0, also where nothing was there. */
export async function removeLeftOver({ pool, json, ...place }: FleetPlace & { readonly json: boolean }): Promise<number> {
  const client = clientOf(place);
  await checkFleet(client);
  const found = (await client.listDrills()).find((drill) => drill.pool === pool);
  const removed = found === undefined ? null : await client.removeDrill(found.id);
  const text =
    found === undefined || removed === null
      ? `There is no drill in the pool ${pool}.`
      : `The drill of ${found.createdAt} is removed. ${removedText(removed)}`;
  process.stdout.write(json ? `${JSON.stringify({ removed })}\n` : `${text}\n`);
  return 0;
}
