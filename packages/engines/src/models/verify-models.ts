import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ModelCard } from '@filmwright/contracts';
import { isOwn, type ShelvedModel, shelvedModels } from './model-shelf.ts';
import { changeState, tellShelf } from './model-state.ts';

/** What reading a revision again found; `problem` is null where every byte is as its card says. */
export type VerifiedModel = { readonly ref: string; readonly files: number; readonly bytes: number; readonly problem: string | null };

export type VerifyModels = {
  readonly home: string;
  /** A name, or a name and a revision; null reads all. */
  readonly wanted: string | null;
  readonly signal?: AbortSignal | undefined;
  readonly onFile?: ((file: { readonly ref: string; readonly path: string }) => void) | undefined;
};

/** Reads every file of the wanted revisions again. A damaged revision is marked so, and not used until `add` has mended it; one that is sound again loses its mark. */
export async function verifyModels({ home, wanted, signal, onFile }: VerifyModels): Promise<readonly VerifiedModel[]> {
  const results: VerifiedModel[] = [];
  for (const model of await shelvedModels({ home })) {
    if (wanted !== null && wanted !== model.ref && wanted !== model.card.name) continue;
    const { card, ref } = model;
    const bytes = card.files.reduce((sum, file) => sum + file.bytes, 0);
    const problem = model.present ? await problemOf(model, { signal, onFile }) : 'its files were evicted to make room';
    if (isOwn(model) && model.present) {
      await changeState(model.place, { broken: problem });
      if (problem !== model.state.broken) await tellShelf(home);
    }
    results.push({ ref, files: card.files.length, bytes, problem });
  }
  return results;
}

async function problemOf(
  { card, folder, ref }: ShelvedModel,
  { signal, onFile }: Pick<VerifyModels, 'signal' | 'onFile'>,
): Promise<string | null> {
  for (const file of card.files) {
    onFile?.({ ref, path: file.path });
    const found = await digestOf(join(folder, file.path), signal);
    if (found === null) return `its file ${file.path} is missing`;
    if (found.digest !== file.digest)
      return `its file ${file.path} is damaged: it has ${found.bytes} bytes and ${found.digest}, wanted ${file.bytes} bytes and ${file.digest}`;
  }
  return null;
}

/** Size and digest of a file; null where there is none. */
export async function digestOf(path: string, signal?: AbortSignal): Promise<Pick<ModelCard['files'][number], 'bytes' | 'digest'> | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of createReadStream(path, signal ? { signal } : {})) {
      hash.update(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EIO')) return null;
    throw error;
  }
  return { bytes, digest: `sha256-${hash.digest('hex')}` };
}
