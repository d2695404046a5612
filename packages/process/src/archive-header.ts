const block = 512;
const longestPath = 100;

type ArchiveEntry = { readonly path: string; readonly bytes: number; readonly isProgram?: boolean };

/** The header of a file in a tar archive (ustar, without owner and time); `archivePadding` zeros follow its body. Throws for a path of more than 100 bytes. */
export function archiveHeader({ path, bytes, isProgram = false }: ArchiveEntry): Buffer {
  if (Buffer.byteLength(path) > longestPath)
    throw new RangeError(`The path ${path} is too long for an archive; wanted at most ${longestPath} bytes.`);
  const header = Buffer.alloc(block);
  header.write(path, 0, longestPath);
  header.write(isProgram ? '0000755\0' : '0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (bytes < 8 ** 11) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Bytes of zero that fill a file of this length up to whole blocks. */
export function archivePadding(bytes: number): number {
  return (block - (bytes % block)) % block;
}

/** The zeros that end an archive. */
export const archiveEndBytes = 2 * block;
