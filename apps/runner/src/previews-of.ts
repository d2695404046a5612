import { mostPreviews, mostPreviewsBytes, type Preview } from '@filmwright/contracts';
import type { Held } from './run-leases.ts';

type Shown = { readonly one: Held; readonly picture: Uint8Array; readonly preview: Preview };

/** Pictures that were not told yet, as many as one heartbeat carries. */
export function previewsOf(held: readonly Held[]): readonly Shown[] {
  const shown: Shown[] = [];
  let bytes = 0;
  for (const one of held) {
    const { preview: picture, lease } = one;
    if (picture === null || bytes + picture.length > mostPreviewsBytes) continue;
    bytes += picture.length;
    const preview = { key: lease.task.key, fence: lease.fence, picture: Buffer.from(picture).toString('base64') };
    shown.push({ one, picture, preview });
  }
  return shown.slice(0, mostPreviews);
}
