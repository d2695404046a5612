import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

type Known = Record<string, { readonly mtimeMs: number; readonly bytes: number; readonly digest: string }>;

/** Digests of files, remembered in the home by path, size and time of change, so that what did not change is not read again. */
export type KnownDigests = {
  /** `sha256-` and the hex digest of a file's bytes; read only if the file changed since it was last asked for. */
  readonly of: (path: string) => Promise<string>;
  /** Notes the digest of a file that was just written. */
  readonly note: (path: string, digest: string) => Promise<void>;
  /** Remembers what was asked for since the last call. It only saves time: a full disk is told by what needs the room. */
  readonly remember: () => Promise<void>;
};

/** The digests that a home remembers. */
export function knownDigests(home: string): KnownDigests {
  const memory = join(home, 'known-files.json');
  // What is not there or not whole is learned again.
  const read = (): Promise<Known> =>
    readFile(memory, 'utf8')
      .then((text) => JSON.parse(text) as Known)
      .catch(() => ({}));
  let known: Promise<Known> | undefined;
  let learned: Known = {};
  return {
    async of(path) {
      known ??= read();
      const { mtimeMs, size } = await stat(path);
      const before = learned[path] ?? (await known)[path];
      if (before?.mtimeMs === mtimeMs && before.bytes === size) return before.digest;
      const digest = await digestOf(path);
      learned[path] = { mtimeMs, bytes: size, digest };
      return digest;
    },
    async note(path, digest) {
      const { mtimeMs, size } = await stat(path);
      learned[path] = { mtimeMs, bytes: size, digest };
    },
    async remember() {
      if (Object.keys(learned).length === 0) return;
      // The films of a table are made side by side in one process.
      const part = `${memory}.${randomUUID()}`;
      const all = { ...(await read()), ...learned };
      learned = {};
      known = Promise.resolve(all);
      await writeFile(part, JSON.stringify(all))
        .then(() => rename(part, memory))
        .catch(() => rm(part, { force: true }));
    },
  };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return `sha256-${hash.digest('hex')}`;
}
