import { createHash } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';

type Entry = { readonly content: string; readonly made: Promise<string>; readonly forgetAtMs: number };
type Request = { readonly key: string; readonly content: string; readonly make: () => Promise<string> };

/**
 * Makes something once per idempotency key and gives the same result to every repetition, also while the first still runs. The same key with other
 * content throws `request-invalid`; a failure is forgotten. Keys live in this process, for `keepMs`, the oldest leave first.
 */
export function createOnceByKey(limits: { readonly maxKeys: number; readonly keepMs: number }): (request: Request) => Promise<string> {
  const entries = new Map<string, Entry>();
  return ({ key, content, make }) => {
    const nowMs = performance.now();
    for (const [old, entry] of entries) {
      if (entry.forgetAtMs > nowMs && entries.size < limits.maxKeys) break;
      entries.delete(old);
    }
    const entry = entries.get(key);
    if (entry && entry.content !== content) {
      throw new FilmwrightError(
        'request-invalid',
        `The Idempotency-Key ${JSON.stringify(key.slice(0, 80))} was used for another request. Take a new key for a new request.`,
      );
    }
    if (entry) return entry.made;
    const made = make();
    entries.set(key, { content, made, forgetAtMs: nowMs + limits.keepMs });
    made.catch(() => entries.delete(key));
    return made;
  };
}

/** The digest of a request's body, by which repetitions are told from other requests. */
export function contentDigest(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex');
}
