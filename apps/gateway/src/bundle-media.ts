import { Readable } from 'node:stream';
import { type Asset, bundleSchema, FilmwrightError } from '@filmwright/contracts';
import { type BundleFile, bundleBytes, readBundle } from './bundle-stream.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { ServedBytes } from './send-bytes.ts';

/** Version of the bundle format of OpenTimelineIO, as its reader wants it in `version.txt`. */
const bundleVersion = '1.0.0';
const sizesAtOnce = 64;

/** A film's timeline with its media as one .otioz file, put together while it is sent. Its list says what is in it, so that the list's digest stands for all of it. */
export async function bundleMedia(
  list: Asset & { readonly workspaceId: string },
  parts: Pick<GatewayParts, 'blobs' | 'records'>,
): Promise<Omit<ServedBytes, 'cacheControl'>> {
  const { blobs } = parts;
  const text: Buffer[] = [];
  for await (const piece of blobs.read({ digest: list.digest })) text.push(piece as Buffer);
  const { files } = bundleSchema.parse(JSON.parse(Buffer.concat(text).toString('utf8')));
  const version = Buffer.from(bundleVersion);
  const entries: BundleFile[] = [{ path: 'version.txt', bytes: version.length, open: () => Readable.from([version]) }];
  for (let first = 0; first < files.length; first += sizesAtOnce) {
    const some = files.slice(first, first + sizesAtOnce);
    const sizes = await Promise.all(some.map(({ asset }) => blobs.size(asset)));
    for (const [at, { path, asset: digest }] of some.entries()) {
      const bytes = sizes[at];
      if (typeof bytes !== 'number') {
        // What made it would else be taken for done.
        await parts.records.forgetAsset({ workspaceId: list.workspaceId, digest });
        throw new FilmwrightError(
          'not-found',
          `The bytes of ${path} (${digest}) in the bundle are gone from the media folder. Export the film again.`,
        );
      }
      entries.push({ path, bytes, open: () => blobs.read({ digest }) });
    }
  }
  return {
    digest: list.digest,
    bytes: bundleBytes(entries),
    mediaType: 'application/zip',
    open: (range) => readBundle(entries, range),
  };
}
