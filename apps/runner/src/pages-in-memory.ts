import { type ChildProcess, execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { setPriority, constants as system } from 'node:os';

/** How large a file is, and how much of it lies in the memory of the machine. */
export type PagesOfFile = { readonly bytes: number; readonly inMemory: number };

/** So many files are asked about at once. */
const mostFiles = 500;
const longestMs = 60_000;

/**
 * How much of files lies in memory now, by `fincore` of util-linux, which asks the kernel (mincore(2), cachestat(2)) and reads nothing; null where there is no such
 * program. Left out are files that are not there, and those that this process neither owns nor may write: of them the kernel calls all of it resident.
 */
export async function pagesInMemory(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, PagesOfFile> | null> {
  const told = (await Promise.all(paths.map(async (path) => ((await isTold(path)) ? [path] : [])))).flat();
  const found = new Map<string, PagesOfFile>();
  for (let at = 0; at < told.length; at += mostFiles) {
    const text = await fincore(told.slice(at, at + mostFiles), signal);
    if (text === null) return null;
    for (const [path, pages] of pagesIn(text)) found.set(path, pages);
  }
  return found;
}

/** The lines `RES SIZE FILE` of fincore. */
export function pagesIn(table: string): readonly (readonly [string, PagesOfFile])[] {
  return table.split('\n').flatMap((line) => {
    const [, inMemory, bytes, path] = /^\s*(\d+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    return path === undefined ? [] : [[path, { bytes: Number(bytes), inMemory: Number(inMemory) }] as const];
  });
}

async function isTold(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => null);
  if (about === null) return false;
  return (
    about.uid === process.getuid?.() ||
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    )
  );
}

function fincore(paths: readonly string[], signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['--bytes', '--noheadings', '--output', 'RES,SIZE,FILE', '--', ...paths];
    const limits = { timeout: longestMs, killSignal: 'SIGKILL', signal, maxBuffer: 16 * 1024 ** 2 } as const;
    const asked = execFile('fincore', args, { ...limits, env: { PATH: process.env.PATH ?? '' } }, (error, stdout) => {
      // One that went meanwhile makes it fail after it told of the others.
      resolve(error === null || typeof error.code === 'number' ? stdout : null);
    });
    behindAll(asked);
  });
}

function behindAll({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, system.priority.PRIORITY_LOW);
  } catch {}
}
