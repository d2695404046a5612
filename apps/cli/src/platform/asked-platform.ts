import { type Client, createClient } from '@filmwright/client';
import { FilmwrightError, isSafeAddress, safeAddress } from '@filmwright/contracts';
import { callThroughProxy } from '@filmwright/process/proxied';
import { anyGateway } from './any-gateway.ts';
import { filmwrightHome } from './home.ts';
import { runningPlatform } from './running-platform.ts';

/** The gateways of one platform, and the token with which it is asked. */
export type PlatformPlace = { readonly urls: readonly string[]; readonly token: string };
/** What the command line says of it: `--url`, as often as there are gateways, and `--token`. */
export type PlatformWords = { readonly urls?: readonly string[] | undefined; readonly token?: string | undefined };

/** The platform at `--url`, or without one that of the home; throws as `readPlace` and `runningPlatform` do. */
export async function askedPlatform({ urls = [], token }: PlatformWords): Promise<Client> {
  if (urls.length > 0) return clientOf(readPlace({ urls, token }));
  if (token !== undefined)
    throw new FilmwrightError(
      'request-invalid',
      '--token goes with --url only, the address of a platform that runs elsewhere; without it the platform of the home is asked.',
    );
  return runningPlatform(filmwrightHome());
}

/** What asks a platform, by whichever of its gateways answers. */
export function clientOf({ urls, token }: PlatformPlace): Client {
  return createClient({ url: urls[0] ?? '', token, fetch: anyGateway(urls) });
}

/** Throws `request-invalid` for an address over which a secret is not sent, or where no token is given or in FILMWRIGHT_TOKEN. */
export function readPlace(given: { readonly urls: readonly string[]; readonly token: string | undefined }): PlatformPlace {
  const urls = given.urls.map(originOf);
  const token = given.token ?? process.env.FILMWRIGHT_TOKEN ?? '';
  if (token === '')
    throw new FilmwrightError(
      'request-invalid',
      '--url wants a token, as --token or in FILMWRIGHT_TOKEN: that of who runs the platform, which `serve` was given or its platform.json holds, or for queue, press and cancel that of a workspace.',
    );
  callThroughProxy();
  return { urls, token };
}

function originOf(given: string): string {
  if (isSafeAddress(given)) return new URL(given).origin;
  throw new FilmwrightError('request-invalid', `--url is ${JSON.stringify(given)}; wanted ${safeAddress}.`);
}
