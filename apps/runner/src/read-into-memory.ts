import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from './sleep.ts';

/** Files that are to lie in the memory of this machine, so that they are loaded sooner. */
export type IntoMemory = {
  /** Where all runners of a home note what was read, by its name. */
  readonly notes: string;
  readonly name: string;
  readonly paths: readonly string[];
  /** All that is read within ten minutes is no more than this. */
  readonly spareBytes: number;
  readonly signal: AbortSignal;
};

const keptMs = 600_000;
const pieceBytes = 1024 ** 2;
const restAfterBytes = 16 * pieceBytes;

/** Reads files one after the other, at half of what the disk gives, and tells how many bytes; none where there is no room, or what was read before is there still. */
export async function readIntoMemory({ notes, name, paths, spareBytes, signal }: IntoMemory): Promise<number> {
  await mkdir(notes, { recursive: true });
  const note = createHash('sha256').update(name).digest('hex');
  const recent = await recentNotes(notes);
  if (recent.has(note)) return 0;
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const before = [...recent.values()].reduce((sum, size) => sum + size, 0);
  if (bytes === 0 || before + bytes > spareBytes) return 0;
  // Noted first: others of this machine are told the same now.
  await writeFile(join(notes, note), String(bytes));
  for (const path of paths) await readThrough(path, signal);
  return bytes;
}

/** What was read within the last minutes, in bytes. */
async function recentNotes(notes: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const name of await readdir(notes)) {
    const path = join(notes, name);
    const about = await stat(path).catch(() => null);
    if (about !== null && Date.now() - about.mtimeMs < keptMs) found.set(name, Number(await readFile(path, 'utf8').catch(() => '0')));
  }
  return found;
}

/** Whatever else reads from the disk has as much of it. */
async function readThrough(path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path);
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    let startMs = performance.now();
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, pieceBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      if (at % restAfterBytes >= bytesRead) continue;
      await sleep(performance.now() - startMs, signal);
      startMs = performance.now();
    }
  } finally {
    await file.close();
  }
}
