import { open } from 'node:fs/promises';
import { contentOf, readBox, topBoxes } from './mp4-boxes.ts';

const largestMoovBytes = 64 << 20;

/** The decoder configuration (SPS and PPS, ISO/IEC 14496-15) of an MP4's first H.264 track as hex; null when the file has none. */
export async function avcConfiguration(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    for await (const box of topBoxes(file)) {
      if (box.type !== 'moov') continue;
      const moov = await readBox(file, box, largestMoovBytes);
      return moov === null ? null : (contentOf(moov, 'avcC')?.toString('hex') ?? null);
    }
    return null;
  } finally {
    await file.close();
  }
}
