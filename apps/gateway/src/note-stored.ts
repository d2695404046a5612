import { type Asset, FilmwrightError } from '@filmwright/contracts';
import type { GatewayParts } from './gateway-parts.ts';

/**
 * Notes an asset whose bytes were just stored. Throws `unavailable` where a sweep removed the bytes in between, since they lay there before and nobody named them: a
 * row must not outlive its bytes, and from the row on no sweep touches them.
 */
export async function noteStored(
  asset: Asset & { readonly workspaceId: string },
  { blobs, records }: Pick<GatewayParts, 'blobs' | 'records'>,
): Promise<void> {
  await records.putAsset(asset);
  if (await blobs.has(asset.digest)) return;
  await records.forgetAsset(asset);
  throw new FilmwrightError('unavailable', `The bytes of ${asset.digest} were swept away while they came. Send them again.`);
}
