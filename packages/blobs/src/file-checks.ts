import { stat } from 'node:fs/promises';
import type { Digest } from '@filmwright/contracts';
import { digestOfFile } from './digest-of-file.ts';

export type FileChecksOptions = {
  /** What was looked at longer ago than this is looked at again, ten minutes if left out: bytes may change where the file's state does not. */
  readonly recheckMs?: number;
  /** Larger files are taken for whole without a look; none if left out. */
  readonly mostBytes?: number;
};

/** Remembers, in this process, which state of which file was found to have the bytes of its name. */
export function fileChecks({ recheckMs = 600_000, mostBytes = Number.POSITIVE_INFINITY }: FileChecksOptions = {}) {
  const checked = new Map<Digest, { readonly state: string; readonly atMs: number }>();
  const note = async (digest: Digest, path: string): Promise<void> => {
    checked.set(digest, { state: (await stateOf(path)).state, atMs: performance.now() });
  };
  return {
    /** Whether the file's bytes are those of the digest; `moved` is told of each piece that was read. Rejects where it cannot be read. */
    async isWhole(digest: Digest, path: string, moved?: () => void): Promise<boolean> {
      const { state, bytes } = await stateOf(path);
      const known = checked.get(digest);
      if (bytes > mostBytes || (known?.state === state && performance.now() - known.atMs < recheckMs)) return true;
      checked.delete(digest);
      if ((await digestOfFile(path, moved)).digest !== digest) return false;
      checked.set(digest, { state, atMs: performance.now() });
      return true;
    },
    /** The file is known to have them: its bytes were looked at on their way. */
    note,
  };
}

export type FileChecks = ReturnType<typeof fileChecks>;

/** Changes when the bytes of a file do; a new name (link) changes it not. */
async function stateOf(path: string): Promise<{ readonly state: string; readonly bytes: number }> {
  const { ino, size, mtimeMs } = await stat(path);
  return { state: `${ino} ${size} ${mtimeMs}`, bytes: size };
}
