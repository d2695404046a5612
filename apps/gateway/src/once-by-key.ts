import { createHash } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';
import { type KeyStore, type RequestKey, uuidv7 } from '@filmwright/records';

/** `make` stores something under the id that it is given and returns that id; stored twice, it must be there once. */
type Request = {
  readonly workspaceId: string;
  readonly key: unknown;
  readonly body: unknown;
  readonly make: (id: string) => Promise<string>;
};
type OnceByKey = (request: Request) => Promise<string>;

/**
 * Makes something once per idempotency key, also when several gateways are asked at once or one dies meanwhile: every repetition makes it under the
 * same id. The same key with another body throws `request-invalid`; a failure is forgotten. Without a key it is made anew.
 */
export function createOnceByKey(keys: KeyStore, scope: RequestKey['scope']): OnceByKey {
  return async ({ workspaceId, key, body, make }) => {
    if (typeof key !== 'string' || key === '') return make(uuidv7());
    const request = { workspaceId, scope, key: digestOf(key), content: contentDigest(body) };
    const claim = await keys.claimKey(request);
    if (claim.content !== request.content) {
      throw new FilmwrightError(
        'request-invalid',
        `The Idempotency-Key ${JSON.stringify(key.slice(0, 80))} was used for another request. Take a new key for a new request.`,
      );
    }
    if (claim.made) return claim.id;
    try {
      const id = await make(claim.id);
      await keys.keepKey({ ...request, id });
      return id;
    } catch (error) {
      await keys.dropKey(request).catch(() => {});
      throw error;
    }
  };
}

function contentDigest(body: unknown): string {
  return digestOf(JSON.stringify(body) ?? '');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
