import type { Preview } from '@filmwright/contracts';
import type { GatewayParts } from './gateway-parts.ts';

type Taken = { readonly sent: readonly Preview[]; readonly onError: (error: unknown) => void };

/** Keeps pictures that runners send. Nobody waits for it, and nothing depends on it: those that come while others of the runner are stored, or fail, are dropped. */
export function createPreviewTaker({ previews }: Pick<GatewayParts, 'previews'>): (runnerId: string, taken: Taken) => void {
  const busy = new Set<string>();
  return (runnerId, { sent, onError }) => {
    const pictures = sent.filter(({ picture }) => isJpeg(picture));
    if (pictures.length === 0 || busy.has(runnerId)) return;
    busy.add(runnerId);
    void previews
      .notePreviews({ runnerId, previews: pictures })
      .catch(onError)
      .finally(() => busy.delete(runnerId));
  };
}

/** A JPEG begins with the bytes FF D8 FF, which base64 writes so. */
function isJpeg(base64: string): boolean {
  return base64.startsWith('/9j/');
}
