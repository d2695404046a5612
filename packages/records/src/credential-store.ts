import type { RunnerCredential, RunnerList } from '@filmwright/contracts';

/** `workspaceId` is that of the drill whose runner it is, to which belongs what it sends; left out for runners that work for all. */
export type KnownCredential = RunnerCredential & { readonly workspaceId?: string };

/** Tokens and credentials of runners on other machines. Hashes are SHA-256 in hex of secrets that only the runner knows. */
export interface CredentialStore {
  /** Notes a token that lets one runner join until `expiresAt`. */
  addRunnerToken(token: { readonly secretHash: string; readonly pool: string | null; readonly expiresAt: Date }): Promise<void>;
  /** Takes a token and makes a credential; the same exchange again gives the same credential. Throws `unauthorized` for a token that is unknown, used or expired. */
  exchangeRunnerToken(exchange: {
    readonly tokenHash: string;
    readonly secretHash: string;
    readonly name: string;
  }): Promise<RunnerCredential>;
  /** The credential of a secret, null for an unknown or revoked one. The first use of a rotated secret ends the one before. */
  findCredential(secretHash: string): Promise<KnownCredential | null>;
  /** Notes the secret that follows; false where the credential is gone. */
  rotateCredential(rotation: { readonly id: string; readonly secretHash: string }): Promise<boolean>;
  /** Ends a credential for good; gives the runners that acted under it, null where there is none of that id. */
  revokeCredential(id: string): Promise<readonly string[] | null>;
  /** Notes that a runner acts under a credential; false where that was revoked meanwhile. */
  bindRunner(bond: { readonly runnerId: string; readonly credentialId: string }): Promise<boolean>;
  /** The credential under which a runner acts, or null. */
  credentialOfRunner(runnerId: string): Promise<string | null>;
  /** All credentials, newest first, and which runner has which. */
  listCredentials(): Promise<{ readonly credentials: RunnerList['credentials']; readonly ofRunner: ReadonlyMap<string, string> }>;
}
