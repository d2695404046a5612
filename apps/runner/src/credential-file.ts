import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** When `secret` was drawn, ISO. */
  readonly drawnAt: string;
  /** The gateway's certificate (PEM) where nobody but the token vouched for it. */
  readonly certificate: string | null;
};

const pathIn = (home: string): string => join(home, 'runner-credential.json');

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
  await mkdir(home, { recursive: true });
  const part = `${pathIn(home)}.${process.pid}`;
  await writeFile(part, JSON.stringify(credential), { mode: 0o600 });
  await rename(part, pathIn(home));
}

/** A fresh secret of a credential. */
export function drawSecret(): string {
  return `${credentialPrefix}${randomBytes(32).toString('base64url')}`;
}
