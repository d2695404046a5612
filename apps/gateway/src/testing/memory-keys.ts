import { randomUUID } from 'node:crypto';
import type { KeyStore, RequestKey } from '@filmwright/records';

/** Idempotency keys of one test, in memory. */
export function createMemoryKeys(): KeyStore {
  const kept = new Map<string, { readonly id: string; readonly content: string; readonly made: boolean }>();
  const nameOf = ({ scope, key }: RequestKey): string => `${scope} ${key}`;
  return {
    async claimKey(claim) {
      const known = kept.get(nameOf(claim)) ?? { id: randomUUID(), content: claim.content, made: false };
      kept.set(nameOf(claim), known);
      return known;
    },
    async keepKey({ id, content, ...key }) {
      kept.set(nameOf(key), { id, content, made: true });
    },
    async dropKey(key) {
      if (kept.get(nameOf(key))?.made === false) kept.delete(nameOf(key));
    },
  };
}
