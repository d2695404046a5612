/** A request that is to be done once. `scope` names what it makes; `key` and `content` are digests of the caller's key and of the request. */
export type RequestKey = { readonly workspaceId: string; readonly scope: 'build' | 'film' | 'drill'; readonly key: string };

/** Idempotency keys, shared by all gateways. A key is kept for 24 hours. */
export interface KeyStore {
  /** The id under which to make what is asked for: that of the first request of the key. `made` once it is there; `content` is the first request's. */
  claimKey(
    claim: RequestKey & { readonly content: string },
  ): Promise<{ readonly id: string; readonly content: string; readonly made: boolean }>;
  /** Notes that it was made. */
  keepKey(kept: RequestKey & { readonly content: string; readonly id: string }): Promise<void>;
  /** Lets a key go whose request failed; one that was made meanwhile stays. */
  dropKey(key: RequestKey): Promise<void>;
}
