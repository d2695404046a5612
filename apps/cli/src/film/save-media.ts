import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client, MediaSource } from '@filmwright/client';
import { digestOf } from './upload-files.ts';

export type SaveMedia = { readonly client: Client; readonly source: MediaSource; readonly path: string };

/** Saves media to a file, which appears whole; a file that has these bytes already is left alone. */
export async function saveMedia({ client, source, path }: SaveMedia): Promise<void> {
  const { bytes, digest } = await client.mediaInfo(source);
  const there = await stat(path).catch(() => null);
  if (there?.isFile() && there.size === bytes && (await digestOf(path)) === digest) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.part-${process.pid}`;
  const file = await open(temporary, 'w');
  try {
    for await (const piece of client.readMedia({ source })) await file.write(piece.bytes, 0, piece.bytes.byteLength, piece.position);
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
