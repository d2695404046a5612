import { FilmwrightError } from '@filmwright/contracts';
import { processTree } from './process-tree.ts';

/** A task that uses less than this share of one processor while nothing else is seen of it does not move. */
const leastShare = 0.02;

export type WorkWatch = {
  /** Something was seen of the task: progress, or bytes on the way. */
  readonly moved: () => void;
  readonly end: () => void;
};

type Watched = {
  readonly pid: number;
  readonly what: string;
  /** So long may a task show no progress, move no bytes and use no processor. */
  readonly stuckMs: number;
  readonly onStuck: (error: FilmwrightError) => void;
};

/** Watches from outside whether a task moves; where the system has no /proc it cannot tell, and says nothing. */
export function watchWork({ pid, what, stuckMs, onStuck }: Watched): WorkWatch {
  let movedMs = performance.now();
  let usedMs = cpuOf(pid);
  const look = setInterval(
    () => {
      const tree = processTree(pid);
      if (tree.length === 0) return;
      const nowMs = tree.reduce((sum, each) => sum + each.cpuMs, 0);
      const used = nowMs - usedMs;
      // A child that was not waited for takes its time with it.
      if (used < 0 || used >= stuckMs * leastShare) {
        movedMs = performance.now();
        usedMs = nowMs;
      }
      const stillMs = performance.now() - movedMs;
      if (stillMs < stuckMs) return;
      clearInterval(look);
      const programs = tree.map((each) => `${each.program} (${each.pid})`).join(', ');
      onStuck(
        new FilmwrightError(
          'task-stuck',
          `For ${Math.round(stillMs / 1000)} s ${what} showed no progress and used ${used} ms of processor time, in ${programs}; wanted some within ${Math.round(stuckMs / 1000)} s. It was ended and is tried again.`,
        ),
      );
    },
    Math.max(50, stuckMs / 10),
  );
  return {
    moved: () => {
      movedMs = performance.now();
      usedMs = cpuOf(pid);
    },
    end: () => clearInterval(look),
  };
}

function cpuOf(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + each.cpuMs, 0);
}
