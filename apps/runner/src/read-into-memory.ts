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

/** Where all runners of a home note what they read. */
export const notesOf = (home: string): string => join(home, 'cache', 'read-weights');

const keptMs = 600_000;
const pieceBytes = 1024 ** 2;
const restAfterBytes = 16 * pieceBytes;

/** Reads files one after the other, at half of what the disk gives, and tells how many bytes; none where there is no room, or what was read before is there still. */
export async function readIntoMemory({ notes, name, paths, spareBytes, signal }: IntoMemory): Promise<number> {
  await mkdir(notes, { recursive: true });
  const recent = await recentNotes(notes);
  if ((recent.get(noteOf(name)) ?? 0) > 0) return 0;
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const before = [...recent.values()].reduce((sum, size) => sum + size, 0);
  if (bytes === 0 || before + bytes > spareBytes) return 0;
  await writeFile(join(notes, noteOf(name)), String(bytes));
  for (const path of paths) await readThrough(path, signal);
  return bytes;
}

/** Takes it on to read what has this name, which all runners of a machine are told at nearly the same time; false where another did within ten minutes. */
export async function takeOn({ notes, name }: Pick<IntoMemory, 'notes' | 'name'>): Promise<boolean> {
  await mkdir(notes, { recursive: true });
  const path = join(notes, noteOf(name));
  const about = await stat(path).catch(() => null);
  if (about !== null && Date.now() - about.mtimeMs < keptMs) return false;
  await writeFile(path, '0');
  return true;
}

function noteOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** What was read within the last minutes, in bytes; 0 of what is about to be. */
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
