import type { FileHandle } from 'node:fs/promises';

/** A box of an MP4 at the top level (ISO/IEC 14496-12); `size` counts its header. */
export type TopBox = { readonly type: string; readonly offset: number; readonly size: number };

/** The boxes of a file at the top level, in order; ends at the first that cannot be one. */
export async function* topBoxes(file: FileHandle): AsyncGenerator<TopBox> {
  const head = Buffer.alloc(16);
  for (let offset = 0; ; ) {
    const { bytesRead } = await file.read(head, 0, 16, offset);
    if (bytesRead < 8) return;
    const short = head.readUInt32BE(0);
    const size = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8) return;
    yield { type: head.toString('latin1', 4, 8), offset, size };
    offset += size;
  }
}

/** A box whole; null where it is larger than `mostBytes` or the file ends in it. */
export async function readBox(file: FileHandle, { offset, size }: TopBox, mostBytes: number): Promise<Buffer | null> {
  if (size > mostBytes) return null;
  const box = Buffer.alloc(size);
  const { bytesRead } = await file.read(box, 0, size, offset);
  return bytesRead === size ? box : null;
}

/** What a box of a name holds, wherever it stands in `parent`; null where it is not there. Only for names that cannot stand in other bytes by chance. */
export function contentOf(parent: Buffer, name: string): Buffer | null {
  const at = parent.indexOf(name, 0, 'latin1');
  return at < 4 ? null : parent.subarray(at + 4, at - 4 + parent.readUInt32BE(at - 4));
}
