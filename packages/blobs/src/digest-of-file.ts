import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '@filmwright/contracts';

/** Digest of a file, read once in pieces of 1 MiB; rejects with the file system's own error if it cannot be read. */
export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return `sha256-${hash.digest('hex')}`;
}
