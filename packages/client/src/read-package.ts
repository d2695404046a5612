import { type BuildShots, FilmwrightError, type PackageAddresses } from '@filmwright/contracts';
import { type Connection, callRoute, drain, reason } from './call-route.ts';

/** Where a build's package is served; null while it has none. */
export async function buildPackage(connection: Connection, id: string): Promise<PackageAddresses | null> {
  return found(await callRoute(connection, { route: 'buildPackage', params: { id }, accept: [404] }));
}

/** What there is to see of a build's shots by now; null while nothing is known of them. */
export async function buildShots(connection: Connection, id: string): Promise<BuildShots | null> {
  return found(await callRoute(connection, { route: 'buildShots', params: { id }, accept: [404] }));
}

async function found<Result>(response: Response): Promise<Result | null> {
  if (response.status === 200) return (await response.json()) as Result;
  await drain(response);
  return null;
}

/** The bytes of a file at a signed path. */
export async function packageFile({ url, fetch: use = fetch }: Connection, path: string): Promise<Uint8Array> {
  const at = new URL(path, url);
  try {
    const response = await use(at, { redirect: 'error' });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new FilmwrightError(
      'unavailable',
      `${at.pathname} was answered with ${response.status}; wanted 200. Ask for the addresses of the package anew.`,
    );
  } catch (cause) {
    if (cause instanceof FilmwrightError) throw cause;
    throw new FilmwrightError('unavailable', `${at.pathname} could not be fetched: ${reason(cause)}. Try again.`, { cause });
  }
}
