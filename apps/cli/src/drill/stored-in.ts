import { join } from 'node:path';
import { type Blobs, digestOfFile, openFolderBlobs } from '@filmwright/blobs';

/** The digest of the bytes that lie under a digest in the media folder of a home; null where nothing does. */
export function storedIn(home: string): (digest: string) => Promise<string | null> {
  let opened: Promise<Blobs> | undefined;
  return async (digest) => {
    opened ??= openFolderBlobs({ root: join(home, 'media') });
    const path = await (await opened).path(digest).catch(() => null);
    return path === null ? null : (await digestOfFile(path)).digest;
  };
}
