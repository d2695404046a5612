import type { LibraryKind, MediaType } from '@filmwright/contracts';
import { lookAtMedia, sniffHead, tagBytes } from '@filmwright/core';
import { byteCount } from '../model/format.ts';

/** What a file is used as, or why it is not taken, with what to do. */
export type LookedAt = { readonly kind: LibraryKind } | { readonly refused: string };

const headBytes = 64 * 1024;

/** Looks at the first bytes of a file before any are sent: what it is, its content says and not its name. */
export async function lookAtFile(
  file: File,
  { wanted, maxBytes }: { readonly wanted: (typeof mediaTypes)[number] | null; readonly maxBytes: number },
): Promise<LookedAt> {
  if (file.size > maxBytes)
    return {
      refused: `${file.name} has ${byteCount(file.size)}; at most ${byteCount(maxBytes)} are taken. Make it smaller, or raise FILMWRIGHT_MAX_UPLOAD_BYTES.`,
    };
  const read = async (position: number, length: number): Promise<Uint8Array> =>
    new Uint8Array(await file.slice(position, position + length).arrayBuffer());
  try {
    const first = await read(0, headBytes);
    const tag = tagBytes(first);
    const uses: readonly string[] = sniffHead(tag === 0 ? first : await read(tag, headBytes))?.uses ?? [];
    const named = kindOfName(file);
    const kind = wanted ?? (uses.includes(named) ? named : mediaTypes.find((type) => uses.includes(type))) ?? named;
    const fault = await lookAtMedia({ bytes: file.size, read }, kind);
    if (fault === null) return { kind };
    return { refused: `${file.name}: ${fault.wrong}; wanted ${fault.wanted}; ${fault.next}.` };
  } catch {
    return { refused: `${file.name} cannot be read: it was moved, changed or removed meanwhile. Choose it again.` };
  }
}

const mediaTypes = ['picture', 'clip', 'sound'] as const satisfies readonly MediaType[];

function kindOfName({ name, type }: Pick<File, 'name' | 'type'>): (typeof mediaTypes)[number] {
  if (type.startsWith('video/') || /\.(mp4|mov|mkv|webm|m4v|avi|mpe?g)$/i.test(name)) return 'clip';
  return type.startsWith('audio/') || /\.(mp3|wav|m4a|aac|flac|ogg|opus)$/i.test(name) ? 'sound' : 'picture';
}
