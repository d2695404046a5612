import { open } from 'node:fs/promises';
import { contentOf, readBox, topBoxes } from './mp4-boxes.ts';

const largestMoofBytes = 16 << 20;
/** Optional fields of a track run (ISO/IEC 14496-12, 8.8.8), in order: before the samples, then of each sample. */
const runFields = [0x1, 0x4];
const sampleFields = [0x100, 0x200, 0x400, 0x800];
const offsetField = 0x800;

/**
 * Makes a fragmented video start at 0: ffmpeg delays every picture of a fragmented file by what B-pictures need. The first picture's delay is
 * taken off all composition offsets, in place; they become negative where a picture is shown before it is decoded, as CMAF wants it.
 */
export async function settleOffsets(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    for await (const box of topBoxes(file)) {
      if (box.type !== 'moof') continue;
      const moof = await readBox(file, box, largestMoofBytes);
      const run = moof && contentOf(moof, 'trun');
      if (moof && run && settleRun(run)) await file.write(moof, 0, moof.length, box.offset);
    }
  } finally {
    await file.close();
  }
}

/** Takes the first sample's offset off all; false where there is nothing to take. */
function settleRun(run: Buffer): boolean {
  const flags = run.readUIntBE(1, 3);
  if ((flags & offsetField) === 0) return false;
  const count = run.readUInt32BE(4);
  const wide = (fields: readonly number[]): number => 4 * fields.filter((field) => (flags & field) !== 0).length;
  const first = 8 + wide(runFields) + wide(sampleFields.slice(0, -1));
  const step = wide(sampleFields);
  const delay = run.readInt32BE(first);
  if (delay === 0) return false;
  // Version 1 has signed offsets.
  run[0] = 1;
  for (let sample = 0, at = first; sample < count; sample++, at += step) run.writeInt32BE(run.readInt32BE(at) - delay, at);
  return true;
}
