import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest } from '@filmwright/contracts';

const pieceBytes = 1 << 20;

/** Digest and size in bytes of a file, read once through one buffer of 1 MiB, `moved` told of each; rejects with the file system's own error if it cannot be read. */
export async function digestOfFile(path: string, moved?: () => void): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(pieceBytes);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
      if (bytesRead === 0) return { digest: `sha256-${hash.digest('hex')}`, bytes };
      hash.update(piece.subarray(0, bytesRead));
      bytes += bytesRead;
      moved?.();
    }
  } finally {
    await file.close();
  }
}
