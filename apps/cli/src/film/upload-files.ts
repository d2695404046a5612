import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from '@filmwright/client';
import type { NamedFile } from './gather-files.ts';

type Known = Record<string, { readonly mtimeMs: number; readonly bytes: number; readonly digest: string }>;

/** MIME type by a file's ending, for those who download it again; what a file really is, its probe finds out. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
};

/** Uploads the files that the platform does not have yet; digests of unchanged files are remembered in the home. Gives the digest of each name. */
export async function uploadFiles(
  files: readonly NamedFile[],
  { client, home }: { readonly client: Client; readonly home: string },
): Promise<Readonly<Record<string, string>>> {
  const memory = join(home, 'known-files.json');
  const known = (await readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Known,
    () => ({}),
  )) as Known;
  const digests: Record<string, string> = {};
  let learned = false;
  for (const { name, path } of files) {
    const { mtimeMs, size } = await stat(path);
    const before = known[path];
    const fresh = before === undefined || before.mtimeMs !== mtimeMs || before.bytes !== size;
    const digest = fresh ? await digestOf(path) : before.digest;
    if (fresh) {
      known[path] = { mtimeMs, bytes: size, digest };
      learned = true;
    }
    const open = (): ReadableStream<Uint8Array> => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    await client.putAsset({ digest, mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream', open });
    digests[name] = digest;
  }
  if (learned) {
    const part = `${memory}.${process.pid}`;
    // It only saves time: a full disk is told by what needs the room.
    await writeFile(part, JSON.stringify(known))
      .then(() => rename(part, memory))
      .catch(() => rm(part, { force: true }));
  }
  return digests;
}

/** `sha256-` and the hex digest of a file's bytes. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return `sha256-${hash.digest('hex')}`;
}
