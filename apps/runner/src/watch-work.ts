import { FilmwrightError } from '@filmwright/contracts';
import { bytesMovedBy, isReady, processTree } from './process-tree.ts';
import { type MountWatch, watchMount } from './watch-mount.ts';

/** A task that uses less than this share of one processor while nothing else is seen of it does not move. */
const leastShare = 0.02;
/** On a busy machine work may get less than that: what is ready at this share of the looks waits for others, and is not stuck. */
const leastReadyShare = 0.5;
/** So often it is looked at in the second half of the time: where that was not done, this process had no processor itself. */
const leastLooks = 3;
/** What works on media reads or writes more than this in a while, also where it tells no percent; messages between processes are less. */
const leastBytes = 64 * 1024;

export type WorkWatch = {
  /** Something was seen of the task: progress, or bytes on the way. */
  readonly moved: () => void;
  /** It reads or writes a folder whose mount may hang. */
  readonly mounted: (folder: string) => void;
  readonly end: () => void;
};

type Watched = {
  readonly pid: number;
  readonly what: string;
  /** So long may a task show no progress, move no bytes and use no processor. */
  readonly stuckMs: number;
  /** So long may it use a processor without progress, without bytes on the way, and without reading or writing. */
  readonly busyMs: number;
  /** Told null where it waits for a mount that hangs, which is not its fault. */
  readonly onStuck: (error: FilmwrightError | null) => void;
};

/** How long a task may be busy with nothing to show for it, by how long it may stand still and how long it was thought to take. */
export function busyMsOf({ stuckMs, estimateMs }: { readonly stuckMs: number; readonly estimateMs: number }): number {
  return Math.max(6 * stuckMs, 10 * estimateMs);
}

/** How long one request of a model may take: it is given up, and said by name, well before its task is for being busy with nothing to show. */
export function answerMsOf(busyMs: number): number {
  return busyMs / 2;
}

/** Watches from outside whether a task moves; where the system has no /proc it cannot tell, and says nothing. */
export function watchWork({ pid, what, stuckMs, busyMs, onStuck }: Watched): WorkWatch {
  let [movedMs, shownMs] = [performance.now(), performance.now()];
  /** What was used and moved by then is read at the next look: reading it takes milliseconds of a machine with many processes, and progress is told often. */
  let since: { usedMs: number; bytes: number | null } | null = null;
  /** Since it moved last. */
  let [looks, ready] = [0, 0];
  let mount: MountWatch | undefined;
  const end = (): void => {
    clearInterval(look);
    mount?.end();
  };
  const look = setInterval(
    () => {
      const tree = processTree(pid);
      if (tree.length === 0) return;
      const usedMs = tree.reduce((sum, each) => sum + each.cpuMs, 0);
      const bytes = bytesMovedBy(tree);
      since ??= { usedMs, bytes };
      const used = usedMs - since.usedMs;
      // A child that was not waited for takes its time with it.
      if (used < 0 || used >= stuckMs * leastShare) {
        movedMs = performance.now();
        since.usedMs = usedMs;
      }
      if (performance.now() - movedMs < stuckMs / 2) [looks, ready] = [0, 0];
      else [looks, ready] = [looks + 1, ready + (isReady(tree) ? 1 : 0)];
      if (performance.now() - movedMs >= stuckMs && looks >= leastLooks && ready >= looks * leastReadyShare) movedMs = performance.now();
      // Where nobody may look at the bytes, being busy has to do.
      if (bytes === null || since.bytes === null || Math.abs(bytes - since.bytes) >= leastBytes) {
        shownMs = performance.now();
        since.bytes = bytes;
      }
      const stillMs = looks < leastLooks ? 0 : performance.now() - movedMs;
      const busyOnlyMs = performance.now() - shownMs;
      if (stillMs < stuckMs && busyOnlyMs < busyMs) return;
      end();
      const programs = tree.map((each) => `${each.program} (${each.pid})`).join(', ');
      const found =
        stillMs < stuckMs
          ? `For ${seconds(busyOnlyMs)} s ${what} used a processor, but showed no progress and neither read nor wrote, in ${programs}; wanted some within ${seconds(busyMs)} s.`
          : `For ${seconds(stillMs)} s ${what} showed no progress and used ${used} ms of processor time, in ${programs}; wanted some within ${seconds(stuckMs)} s.`;
      onStuck(new FilmwrightError('task-stuck', `${found} It was ended and is tried again.`));
    },
    Math.max(50, Math.min(stuckMs, busyMs) / 10),
  );
  return {
    moved: () => {
      movedMs = performance.now();
      shownMs = movedMs;
      since = null;
      mount?.moved();
    },
    mounted: (folder) => {
      const onHung = (): void => {
        end();
        onStuck(null);
      };
      mount ??= watchMount({ pid, folder, onHung });
    },
    end,
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
