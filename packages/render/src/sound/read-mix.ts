import { open } from 'node:fs/promises';

const blockBytes = 48_000 * 8;

/** A written mix, a second of interleaved stereo float32 at a time; a block is only good until the next one. */
export async function* readMix(path: string): AsyncGenerator<Float32Array> {
  const file = await open(path, 'r');
  try {
    const block = new Float32Array(blockBytes / 4);
    const bytes = new Uint8Array(block.buffer);
    for (;;) {
      let filled = 0;
      while (filled < blockBytes) {
        const { bytesRead } = await file.read(bytes, filled, blockBytes - filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (filled > 0) yield block.subarray(0, filled / 4);
      if (filled < blockBytes) return;
    }
  } finally {
    await file.close();
  }
}
