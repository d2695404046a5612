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

export type Uploader = (files: readonly NamedFile[]) => Promise<Readonly<Record<string, string>>>;

/** Uploads the files that the platform does not have yet; digests of unchanged files are remembered in the home. Gives the digest of each name. */
export async function uploadFiles(
  files: readonly NamedFile[],
  { client, home }: { readonly client: Client; readonly home: string },
): Promise<Readonly<Record<string, string>>> {
  return createUploader({ client, home })(files);
}

/** Uploads for many films that share files: each file is looked at and sent once, whichever film names it first. */
export function createUploader({ client, home }: { readonly client: Client; readonly home: string }): Uploader {
  const memory = join(home, 'known-files.json');
  const sent = new Map<string, Promise<string>>();
  const learned: Known = {};
  let known: Promise<Known> | undefined;

  const send = async (path: string): Promise<string> => {
    known ??= readKnown(memory);
    const { mtimeMs, size } = await stat(path);
    const before = (await known)[path];
    const fresh = before === undefined || before.mtimeMs !== mtimeMs || before.bytes !== size;
    const digest = fresh ? await digestOf(path) : before.digest;
    if (fresh) learned[path] = { mtimeMs, bytes: size, digest };
    const open = (): ReadableStream<Uint8Array> => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    await client.putAsset({ digest, mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream', open });
    return digest;
  };

  return async (files) => {
    const digests: Record<string, string> = {};
    const learnedBefore = Object.keys(learned).length;
    for (const { name, path } of files) {
      const sending = sent.get(path) ?? send(path);
      sent.set(path, sending);
      // What failed once may go through for the next film.
      sending.catch(() => sent.delete(path));
      digests[name] = await sending;
    }
    if (Object.keys(learned).length > learnedBefore) await remember(memory, learned);
    return digests;
  };
}

function readKnown(memory: string): Promise<Known> {
  return readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Known,
    () => ({}),
  );
}

/** Adds digests to those remembered. It only saves time: a full disk is told by what needs the room. */
async function remember(memory: string, learned: Known): Promise<void> {
  const part = `${memory}.${process.pid}`;
  const all = { ...(await readKnown(memory)), ...learned };
  await writeFile(part, JSON.stringify(all))
    .then(() => rename(part, memory))
    .catch(() => rm(part, { force: true }));
}

/** `sha256-` and the hex digest of a file's bytes. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return `sha256-${hash.digest('hex')}`;
}
