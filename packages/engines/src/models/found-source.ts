import type { Digest } from '@filmwright/contracts';
import type { RemoteAddress } from './read-remote.ts';

/** Where bytes are: at a URL, or in a file of this machine, which may be moved where it is only a part of what was fetched. */
export type Whereabouts = RemoteAddress | { readonly localPath: string; readonly movable?: boolean };
/** What is known of bytes before they are here, to check them by; `gitOid` is git's SHA-1 of a blob, `integrity` a sha512 as npm writes it. */
export type FoundFile = {
  readonly path: string;
  readonly bytes: number | null;
  readonly digest: Digest | null;
  readonly gitOid?: string | null;
  readonly integrity?: string | null;
  readonly at: Whereabouts;
};

/** A source that was looked up: pinned to an immutable revision, with its files, or with one archive that holds them. */
export type FoundSource = {
  readonly pinned: string;
  /** As the source itself says it; null where it says none. */
  readonly licence: string | null;
  /** True where its owner lets only some have it. */
  readonly gated: boolean;
} & (
  | { readonly kind: 'files'; readonly files: readonly FoundFile[] }
  | { readonly kind: 'archive'; readonly format: 'tgz' | 'zip'; readonly archive: FoundFile }
);
