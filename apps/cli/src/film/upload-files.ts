import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Client } from '@filmwright/client';
import type { NamedFile } from './gather-files.ts';
import { knownDigests } from './known-digests.ts';

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
  const known = knownDigests(home);
  const sent = new Map<string, Promise<string>>();

  const send = async (path: string): Promise<string> => {
    const digest = await known.of(path);
    const open = (): ReadableStream<Uint8Array> => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    await client.putAsset({ digest, mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream', open });
    return digest;
  };

  return async (files) => {
    const digests: Record<string, string> = {};
    for (const { name, path } of files) {
      const sending = sent.get(path) ?? send(path);
      sent.set(path, sending);
      // What failed once may go through for the next film.
      sending.catch(() => sent.delete(path));
      digests[name] = await sending;
    }
    await known.remember();
    return digests;
  };
}
