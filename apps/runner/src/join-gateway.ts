import { createClient } from '@filmwright/client';
import { FilmwrightError, isSafeAddress, readJoinToken, safeAddress, writeJoinToken } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { type CredentialFile, drawSecret, endJoining, joiningSecret, readCredential, writeCredential } from './credential-file.ts';
import { connectionWith, openAccess } from './gateway-access.ts';
import { lookAtCertificate } from './pinned-fetch.ts';

/** `token` may be spent where the home has a credential already: the same command line serves at every start. */
export type Joining = { readonly home: string; readonly url: string; readonly token: string | null; readonly name: string };

/** Lets this machine in at a gateway by the credential in its home, else by the token; throws `unauthorized` where neither is taken. */
export async function joinGateway(joining: Joining): Promise<CredentialFile> {
  const { home, url } = joining;
  checkUrl(url);
  const kept = readCredential(home, url);
  const working = kept === null ? null : await workingOf(kept);
  if (working !== null) {
    if (working !== kept) await writeCredential(home, working);
    return working;
  }
  if (joining.token === null) {
    const why = kept === null ? `has no credential in ${home}` : 'was locked out: its credential is revoked';
    throw new FilmwrightError('unauthorized', `This runner ${why}. Draw a token with \`filmwright runner token\` and join with --token.`);
  }
  return exchange({ ...joining, token: joining.token });
}

/**
 * Draws a new secret, tells the gateway its digest, sees that it lets in and uses it from then on. Whatever breaks between, one of those in the file
 * lets in, and the next try goes on with the same: a message that comes late can then replace it by no other.
 */
export async function rotateCredential(home: string, credential: CredentialFile): Promise<CredentialFile> {
  const known = readCredential(home, credential.url) ?? credential;
  const next = known.next ?? drawSecret();
  const pending: CredentialFile = { ...known, next };
  await writeCredential(home, pending);
  await createClient(openAccess({ home, url: credential.url })).rotateRunnerCredential(hashOfSecret(next));
  await letIn({ ...pending, secret: next });
  const rotated: CredentialFile = { ...pending, secret: next, next: null, previous: known.secret, drawnAt: new Date().toISOString() };
  await writeCredential(home, rotated);
  return rotated;
}

/** The credential with the secret that is let in, or null. A secret that was drawn last comes first: used once, it ends the other. */
async function workingOf(credential: CredentialFile): Promise<CredentialFile | null> {
  const { secret: newest, next, previous = null } = credential;
  for (const secret of [next, newest, previous]) {
    if (secret === null) continue;
    try {
      await letIn({ ...credential, secret });
      if (secret === newest && next === null) return credential;
      return { ...credential, secret, next: null, ...(secret === next ? { drawnAt: new Date().toISOString(), previous: newest } : {}) };
    } catch (error) {
      if (!(error instanceof FilmwrightError) || error.code !== 'unauthorized') throw error;
    }
  }
  return null;
}

/** Asks for something that is not there; throws `unauthorized` where the secret is not taken. */
async function letIn(credential: CredentialFile): Promise<void> {
  await createClient(connectionWith(credential)).headAsset(`sha256-${'0'.repeat(64)}`);
}

async function exchange({ home, url, token, name }: Joining & { readonly token: string }): Promise<CredentialFile> {
  const join = readJoinToken(token);
  if (join === null)
    throw new FilmwrightError(
      'request-invalid',
      'The token to join, which --token gives, is not whole; wanted the word that `filmwright runner token` printed, beginning with fwj1.',
    );
  const certificate = await certificateOf(new URL(url), join.fingerprint);
  const secret = await joiningSecret(home, hashOfSecret(token));
  const presented = writeJoinToken({ ...join, fingerprint: null });
  const client = createClient(connectionWith({ url, secret: presented, certificate }));
  const { id, pool, name: given } = await repeated(() => client.exchangeRunnerToken({ name, secretHash: hashOfSecret(secret) }));
  const credential: CredentialFile = { url, id, name: given, pool, secret, next: null, drawnAt: new Date().toISOString(), certificate };
  await writeCredential(home, credential);
  await endJoining(home);
  return credential;
}

const mostTries = 5;

/** A lost reply is asked for again; the gateway answers the same runner the same. */
async function repeated<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof FilmwrightError) || error.code !== 'unavailable' || tries >= mostTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300 * tries));
    }
  }
}

/** The certificate to hold the gateway to, null where the system itself vouches for it. */
async function certificateOf(url: URL, fingerprint: string | null): Promise<string | null> {
  if (url.protocol !== 'https:') return null;
  const seen = await lookAtCertificate(url);
  if (fingerprint !== null && seen.fingerprint !== fingerprint)
    throw new FilmwrightError(
      'unauthorized',
      `${url.origin} shows a certificate with the fingerprint ${seen.fingerprint}; the token wants ${fingerprint}. Somebody may stand between, or the gateway has a new certificate: draw a new token there.`,
    );
  if (seen.trusted) return null;
  if (fingerprint === null)
    throw new FilmwrightError(
      'unauthorized',
      `Nobody whom this system trusts vouches for the certificate of ${url.origin}, and the token has no fingerprint of it. Draw the token at a gateway that serves TLS itself, or install its authority here.`,
    );
  return seen.pem;
}

function checkUrl(text: string): void {
  if (isSafeAddress(text)) return;
  throw new FilmwrightError('request-invalid', `The address to join is ${JSON.stringify(text)}; wanted ${safeAddress}.`);
}
