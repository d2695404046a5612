import type { Readable } from 'node:stream';
import { FilmwrightError } from '@filmwright/contracts';

/** The bytes of an upload. The request survives a reader that stops early, so that it can still be answered; a silent one is cut off. `after` ends the message when it breaks off. */
export async function* bytesOf(
  upload: Readable,
  { idleMs, after }: { readonly idleMs: number; readonly after: string },
): AsyncGenerator<Buffer> {
  const chunks = upload.iterator({ destroyOnReturn: false });
  for (;;) {
    const timer = setTimeout(() => upload.destroy(new Error(`nothing came for ${idleMs / 1000} s`)), idleMs);
    try {
      const { done, value } = await chunks.next();
      if (done) return;
      yield value;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FilmwrightError('request-invalid', `The upload broke off: ${why}. ${after}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A media type as a client names it; bytes of no known kind where it names none. */
export function checkMediaType(header: string | undefined): string {
  const type = (header ?? '').trim();
  return /^[\w.+-]+\/[\w.+-]+(;[^\p{Cc}]{0,100})?$/u.test(type) ? type : 'application/octet-stream';
}
