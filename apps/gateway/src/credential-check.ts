import { createHash } from 'node:crypto';
import { credentialPrefix, type RunnerCredential } from '@filmwright/contracts';
import type { CredentialStore } from '@filmwright/records';

export type CredentialCheck = {
  /** The credential that a bearer's word is the secret of; null for any other word. */
  readonly find: (word: string) => Promise<RunnerCredential | null>;
  /** Asks the database anew for every credential. */
  readonly forget: () => void;
};

const trustMs = 2000;
const mostKept = 10_000;

/** Looks credentials up, and trusts what was found for two seconds: so long may a revoked one still be let in by another gateway. */
export function createCredentialCheck(store: Pick<CredentialStore, 'findCredential'>): CredentialCheck {
  const known = new Map<string, { readonly credential: RunnerCredential; readonly untilMs: number }>();
  return {
    async find(word) {
      if (!word.startsWith(credentialPrefix)) return null;
      const hash = hashOf(word);
      const kept = known.get(hash);
      if (kept !== undefined && kept.untilMs > performance.now()) return kept.credential;
      known.delete(hash);
      const credential = await store.findCredential(hash);
      if (credential === null) return null;
      if (known.size >= mostKept) known.clear();
      known.set(hash, { credential, untilMs: performance.now() + trustMs });
      return credential;
    },
    forget: () => known.clear(),
  };
}

/** What the database knows of a secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
