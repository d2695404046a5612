import type { Connection } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { type CredentialFile, readCredential, secretsOf } from './credential-file.ts';
import { pinnedFetch } from './pinned-fetch.ts';

/**
 * A connection to the gateway that a home joined, with the secret that its file holds at each call: another process may have rotated it, and while one
 * is rotated it is not known which is taken. A refusal is answered once every secret of the file was refused.
 */
export function openAccess({ home, url }: { readonly home: string; readonly url: string }): Connection {
  const credential = (): CredentialFile => {
    const found = readCredential(home, url);
    if (found === null) throw new FilmwrightError('unauthorized', `There is no credential for ${url} in ${home}. Join with a token.`);
    return found;
  };
  const { certificate } = credential();
  const send = certificate === null ? fetch : pinnedFetch(certificate);
  /** Asked with last. */
  const refused = new Set<string>();
  return {
    url,
    token: '',
    async fetch(input, init = {}) {
      const tried = new Set<string>();
      for (let refusal: Response | null = null; ; ) {
        const left = secretsOf(credential()).filter((one) => !tried.has(one));
        const [secret] = [...left.filter((one) => !refused.has(one)), ...left];
        if (secret === undefined) return refusal ?? Response.error();
        await refusal?.body?.cancel();
        // A stream is spent; whoever sent it goes on where it stood.
        if (refusal !== null && init.body instanceof ReadableStream) throw new Error('the credential was rotated meanwhile');
        refusal = await send(input, withSecret(init, secret));
        if (refusal.status !== 401) return refusal;
        tried.add(secret);
        refused.add(secret);
      }
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
