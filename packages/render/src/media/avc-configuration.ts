import { type FileHandle, open } from 'node:fs/promises';

const largestMoovBytes = 64 << 20;

/** The decoder configuration (SPS and PPS) of an MP4's first H.264 track as hex; null when the file has none. Boxes after ISO/IEC 14496-12 and -15. */
export async function avcConfiguration(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const moov = await readMoov(file);
    if (moov === null) return null;
    const at = moov.indexOf('avcC', 0, 'latin1');
    if (at < 4) return null;
    const size = moov.readUInt32BE(at - 4);
    return moov.subarray(at + 4, at - 4 + size).toString('hex');
  } finally {
    await file.close();
  }
}

async function readMoov(file: FileHandle): Promise<Buffer | null> {
  const head = Buffer.alloc(16);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(head, 0, 16, at);
    if (bytesRead < 8) return null;
    const short = head.readUInt32BE(0);
    const size = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8) return null;
    if (head.toString('latin1', 4, 8) === 'moov') {
      if (size > largestMoovBytes) return null;
      const moov = Buffer.alloc(size);
      await file.read(moov, 0, size, at);
      return moov;
    }
    at += size;
  }
}
