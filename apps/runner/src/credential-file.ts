import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { credentialPrefix } from '@filmwright/contracts';

/** What lets a machine in at a gateway, kept in its home and readable by its owner only. */
export type CredentialFile = {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly pool: string | null;
  readonly secret: string;
  /** The secret that follows, while it is not known whether the gateway heard of it. */
  readonly next: string | null;
  /** The secret before: a gateway whose database lost the rotation with its machine still takes it. */
  readonly previous?: string | null;
  /** When `secret` was drawn, ISO. */
  readonly drawnAt: string;
  /** The gateway's certificate (PEM) where nobody but the token vouched for it. */
  readonly certificate: string | null;
};

const pathIn = (home: string): string => join(home, 'runner-credential.json');
const joiningPathIn = (home: string): string => join(home, 'runner-joining.json');

/** The credential of a home, or null where it has none for that gateway. */
export function readCredential(home: string, url: string): CredentialFile | null {
  try {
    const found = JSON.parse(readFileSync(pathIn(home), 'utf8')) as CredentialFile;
    return found.url === url ? found : null;
  } catch {
    return null;
  }
}

/** Keeps a credential, whole or not at all. */
export async function writeCredential(home: string, credential: CredentialFile): Promise<void> {
  await writeWhole(pathIn(home), credential);
}

/** All secrets that may let in, the likeliest first. */
export function secretsOf({ secret, next, previous = null }: CredentialFile): readonly string[] {
  return [secret, next, previous].filter((one) => one !== null);
}

type JoiningFile = { readonly tokenHash: string; readonly secret: string };

/** The secret with which a home exchanges a token, the same at every try: the gateway may have taken it though no answer came. */
export async function joiningSecret(home: string, tokenHash: string): Promise<string> {
  try {
    const found = JSON.parse(readFileSync(joiningPathIn(home), 'utf8')) as JoiningFile;
    if (found.tokenHash === tokenHash) return found.secret;
  } catch {
    // There is none, or half of one: nothing was sent with it.
  }
  const secret = drawSecret();
  await writeWhole(joiningPathIn(home), { tokenHash, secret } satisfies JoiningFile);
  return secret;
}

/** Forgets the exchange, once the credential is kept. */
export async function endJoining(home: string): Promise<void> {
  await rm(joiningPathIn(home), { force: true });
}

async function writeWhole(path: string, content: CredentialFile | JoiningFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  await writeFile(part, JSON.stringify(content), { mode: 0o600 });
  await rename(part, path);
}

/** A fresh secret of a credential. */
export function drawSecret(): string {
  return `${credentialPrefix}${randomBytes(32).toString('base64url')}`;
}
