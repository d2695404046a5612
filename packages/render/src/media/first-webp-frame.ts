import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The first frame of an animated WebP as a WebP of its own, and where it stands on the canvas. */
export type WebpFrame = { readonly path: string; readonly x: number; readonly y: number };

const mostFrameBytes = 256 * 1024 ** 2;
/** Before the first frame stand a profile, the background and at most a few chunks that nobody knows. */
const mostChunksBefore = 64;

/** Takes the first frame out of an animated WebP (WebP container specification, ANMF), which not every ffmpeg reads; null for a still one, and for one whose frame is broken. */
export async function firstWebpFrame(path: string, outDir: string): Promise<WebpFrame | null> {
  const file = await open(path, 'r');
  try {
    const head = await readAt(file, { at: 0, length: 30 });
    const isAnimated = head.length === 30 && head.toString('latin1', 12, 16) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
    const frame = isAnimated ? await findFrame(file) : null;
    if (frame === null) return null;
    const parts = chunksOf(frame.subarray(16)).filter(({ name }) => ['ALPH', 'VP8 ', 'VP8L'].includes(name));
    if (parts.length === 0) return null;
    const out = join(outDir, 'first-frame.webp');
    await writeFile(out, stillOf(parts, frame));
    return { path: out, x: frame.readUIntLE(0, 3) * 2, y: frame.readUIntLE(3, 3) * 2 };
  } finally {
    await file.close();
  }
}

/** The content of the first ANMF chunk. */
async function findFrame(file: FileHandle): Promise<Buffer | null> {
  const { size } = await file.stat();
  for (let at = 12, chunks = 0; chunks < mostChunksBefore; chunks++) {
    const head = await readAt(file, { at, length: 8 });
    if (head.length < 8) return null;
    const length = head.readUInt32LE(4);
    if (head.toString('latin1', 0, 4) === 'ANMF') {
      // A length is only what the file says: no room is taken for more than it has.
      const there = Math.min(length, size - at - 8);
      const frame = length > mostFrameBytes ? Buffer.alloc(0) : await readAt(file, { at: at + 8, length: there });
      return frame.length < 16 ? null : frame;
    }
    at += 8 + length + (length & 1);
  }
  return null;
}

type Chunk = { readonly name: string; readonly bytes: Buffer };

function chunksOf(bytes: Buffer): readonly Chunk[] {
  const found: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    found.push({ name: bytes.toString('latin1', at, at + 4), bytes: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  return found;
}

function stillOf(parts: readonly Chunk[], frame: Buffer): Buffer {
  const hasAlpha = parts.some(({ name }) => name === 'ALPH');
  const extended = { name: 'VP8X', bytes: Buffer.concat([Buffer.from([0x10, 0, 0, 0]), frame.subarray(6, 12)]) };
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...(hasAlpha ? [extended, ...parts] : parts).map(chunk)]);
  return chunk({ name: 'RIFF', bytes: body });
}

function chunk({ name, bytes }: Chunk): Buffer {
  const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length & 1)]);
}

async function readAt(file: FileHandle, { at, length }: { readonly at: number; readonly length: number }): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
