import type { Connection } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { type CredentialFile, readCredential } from './credential-file.ts';
import { pinnedFetch } from './pinned-fetch.ts';

/** A connection to the gateway that a home joined, with the secret that its file holds at each call: another process may have rotated it. */
export function openAccess({ home, url }: { readonly home: string; readonly url: string }): Connection {
  const credential = (): CredentialFile => {
    const found = readCredential(home, url);
    if (found === null) throw new FilmwrightError('unauthorized', `There is no credential for ${url} in ${home}. Join with a token.`);
    return found;
  };
  const { certificate } = credential();
  const send = certificate === null ? fetch : pinnedFetch(certificate);
  return {
    url,
    token: '',
    async fetch(input, init = {}) {
      const { secret } = credential();
      const response = await send(input, withSecret(init, secret));
      const now = credential().secret;
      if (response.status !== 401 || now === secret) return response;
      await response.body?.cancel();
      // A stream is spent; whoever sent it goes on where it stood.
      if (init.body instanceof ReadableStream) throw new Error('the credential was rotated meanwhile');
      return send(input, withSecret(init, now));
    },
  };
}

/** A connection with one secret. */
export function connectionWith({ url, secret, certificate }: Pick<CredentialFile, 'url' | 'secret' | 'certificate'>): Connection {
  return { url, token: secret, ...(certificate === null ? {} : { fetch: pinnedFetch(certificate) }) };
}

function withSecret(init: RequestInit, secret: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${secret}`);
  return { ...init, headers };
}
