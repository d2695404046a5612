import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '@filmwright/contracts';

/** Digest and size in bytes of a file, read once in pieces of 1 MiB; rejects with the file system's own error if it cannot be read. */
export async function digestOfFile(path: string): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const buffer = piece as Buffer;
    hash.update(buffer);
    bytes += buffer.length;
  }
  return { digest: `sha256-${hash.digest('hex')}`, bytes };
}
