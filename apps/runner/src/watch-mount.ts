import type { Reply, Request } from './messages.ts';
import { processTree } from './process-tree.ts';
import { silentMsOf } from './store-mark.ts';

/** A mount that did not answer for so long hangs, and who stands still for so long waits for it. */
const hungMs = 4000;
/** More processor time than this in that while is work, and none of waiting. */
const leastUsedMs = 100;

export type MountWatch = { readonly moved: () => void; readonly end: () => void };

/**
 * Watches a process that reads or writes a mounted folder: `onHung` is called once that does not answer while the process and all below it stand still. They
 * would wait until it answers again, however long that takes. What has its media already, and works, goes on. The runner looks at the folder meanwhile.
 */
export function watchMount({
  pid,
  folder,
  onHung,
}: {
  readonly pid: number;
  readonly folder: string;
  readonly onHung: () => void;
}): MountWatch {
  let since: { readonly atMs: number; readonly usedMs: number } | null = null;
  const look = setInterval(() => {
    if (silentMsOf(folder) < hungMs) {
      since = null;
      return;
    }
    const atMs = performance.now();
    const tree = processTree(pid);
    // Where the system has no /proc nobody can tell whether it works.
    if (tree.length === 0) return;
    const usedMs = tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    if (since === null || Math.abs(usedMs - since.usedMs) >= leastUsedMs) since = { atMs, usedMs };
    if (atMs - since.atMs < hungMs) return;
    clearInterval(look);
    onHung();
  }, 500);
  return {
    moved: () => {
      since = null;
    },
    end: () => clearInterval(look),
  };
}

/** What a task came to, or the tasks of a batch, that waited for a mount that hangs: they are handed back as they were given, and their inputs come another way. */
export function handedBackFrom(request: Request): Reply {
  if (request.type !== 'batch') return { type: 'returned', resume: request.type === 'run' ? (request.resume ?? null) : null };
  return { type: 'ran', ends: request.members.map(({ resume }) => ({ resume: resume ?? null, wallMs: 0, cpuMs: 0, loadMs: 0 })) };
}
