import { open } from 'node:fs/promises';
import { type Cmaf, FilmwrightError, type Fragment } from '@filmwright/contracts';
import { contentOf, readBox, type TopBox, topBoxes } from './mp4-boxes.ts';

const largestHeaderBytes = 16 << 20;

/** Where the header and the fragments of a fragmented MP4 of one track lie; `ticks` is its whole length, by which the last fragment's is known. Fails as internal where the file is not so made. */
export async function readCmaf(path: string, ticks: number): Promise<Cmaf> {
  const file = await open(path, 'r');
  const wrong = (what: string): FilmwrightError => new FilmwrightError('internal', `${path} is not a CMAF track: ${what}.`);
  try {
    let header: { readonly moov: Buffer; readonly bytes: number } | null = null;
    const found: { readonly moof: TopBox; readonly startTick: number; bytes: number }[] = [];
    for await (const box of topBoxes(file)) {
      if (box.type === 'moov') {
        const moov = await readBox(file, box, largestHeaderBytes);
        if (moov !== null) header = { moov, bytes: box.offset + box.size };
      } else if (box.type === 'moof') {
        const time = contentOf((await readBox(file, box, largestHeaderBytes)) ?? Buffer.alloc(0), 'tfdt');
        if (time === null || time[0] !== 1) throw wrong(`the fragment at byte ${box.offset} has no decode time of 64 bits`);
        found.push({ moof: box, startTick: Number(time.readBigUInt64BE(4)), bytes: box.size });
      } else if (box.type === 'mdat') {
        const last = found.at(-1);
        if (last !== undefined) last.bytes = box.offset + box.size - last.moof.offset;
      }
    }
    if (header === null || found.length === 0) throw wrong('it has no header or no fragment');
    const fragments: Fragment[] = found.map(({ moof, startTick, bytes }, index) => ({
      offset: moof.offset,
      bytes,
      ticks: (found[index + 1]?.startTick ?? ticks) - startTick,
    }));
    const { moov, bytes: initBytes } = header;
    return { codec: codecOf(moov) ?? 'unknown', timescale: timescaleOf(moov), initBytes, fragments };
  } finally {
    await file.close();
  }
}

/** RFC 6381: `avc1` with profile, constraints and level, or `mp4a` with object type and audio object type of AAC-LC, the only one written here. */
function codecOf(moov: Buffer): string | null {
  const avc = contentOf(moov, 'avcC');
  if (avc !== null) return `avc1.${avc.toString('hex', 1, 4)}`;
  return contentOf(moov, 'mp4a') === null ? null : 'mp4a.40.2';
}

function timescaleOf(moov: Buffer): number {
  const header = contentOf(moov, 'mdhd');
  if (header === null) return 0;
  return header.readUInt32BE(header[0] === 1 ? 20 : 12);
}
