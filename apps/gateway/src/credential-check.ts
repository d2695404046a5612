import { credentialPrefix, workspaceTokenPrefix } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import type { CredentialStore, KnownCredential, WorkspaceStore } from '@filmwright/records';

export type CredentialCheck = {
  /** The credential that a bearer's word is the secret of; null for any other word. */
  readonly find: (word: string) => Promise<KnownCredential | null>;
  /** The id of the workspace that a bearer's word is a token of; null for any other word. */
  readonly findWorkspace: (word: string) => Promise<string | null>;
  /** Asks the database anew for every credential. */
  readonly forget: () => void;
};

const trustMs = 2000;
const mostKept = 10_000;

/** Looks credentials and tokens up, and trusts what was found for two seconds: so long may a revoked one still be let in by another gateway. */
export function createCredentialCheck(
  store: Pick<CredentialStore, 'findCredential'> & Pick<WorkspaceStore, 'findWorkspace'>,
): CredentialCheck {
  const credentials = trusted(credentialPrefix, store.findCredential);
  const workspaces = trusted(workspaceTokenPrefix, async (hash) => (await store.findWorkspace(hash))?.workspaceId ?? null);
  return {
    find: credentials.find,
    findWorkspace: workspaces.find,
    forget() {
      credentials.forget();
      workspaces.forget();
    },
  };
}

/** What is known of words that begin with `prefix`, by their hash. */
function trusted<Found>(prefix: string, look: (hash: string) => Promise<Found | null>) {
  const known = new Map<string, { readonly found: Found; readonly untilMs: number }>();
  return {
    async find(word: string): Promise<Found | null> {
      if (!word.startsWith(prefix)) return null;
      const hash = hashOfSecret(word);
      const kept = known.get(hash);
      if (kept !== undefined && kept.untilMs > performance.now()) return kept.found;
      known.delete(hash);
      const found = await look(hash);
      if (found === null) return null;
      if (known.size >= mostKept) known.clear();
      known.set(hash, { found, untilMs: performance.now() + trustMs });
      return found;
    },
    forget: (): void => known.clear(),
  };
}
