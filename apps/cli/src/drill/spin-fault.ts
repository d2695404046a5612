import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { childrenOf } from './children-of.ts';
import type { Fault, RunnerGround } from './fault.ts';
import { nothing, onLinux } from './fault-parts.ts';
import { heldOf } from './given-away.ts';
import { procStat } from './proc-stat.ts';
import { sent, strike, type Target } from './strike.ts';

const triesToHold = 20;
const beginsWithinMs = 15_000;
/** A runner that has just ended a task has been given another by then where there is one. */
const givenWithinMs = 500;
/** A runner finds it after 21 s in a drill, later where its task was thought to take more than two. */
const foundWithinMs = 120_000;
/** What used less did not spin, whatever it ended of; on a busy machine what spins gets little more. */
const leastSpunMs = 1000;
/** Linux counts processor time in hundredths of a second for every program (proc(5), stat, fields 14 and 15). */
const tickMs = 10;

/** What does a task uses a processor without end, and shows nothing, while its runner's heartbeat goes on. */
export const spinFault: Fault<RunnerGround> = {
  name: 'spin a task',
  cannot: onLinux,
  layers: 4,
  async inflict({ platform, busy }) {
    for (let tries = 1; ; tries++) {
      const runner = await busy();
      const holder = runner.pid();
      const pid = await spinning({ clocks: platform.clocks, runner: runner.pid });
      const before = processorMsOf(pid) ?? 0;
      await sleep(givenWithinMs);
      // Nobody would find one that has no task.
      if ((await heldOf(platform, holder)).keys.length === 0) {
        sent(pid, 'SIGKILL');
        if (tries < triesToHold) continue;
      }
      const { usedMs, gone } = await spun(pid, before);
      const lives = runner.pid() === holder;
      const ended = gone ? 'ended' : `not ended within ${foundWithinMs / 1000} s`;
      return {
        did: `what does the task, ${pid}, was made to spin; its runner goes on saying that it lives`,
        // Where nobody ends it, its task is not done, and the round is wrong.
        heal: nothing,
        saw: () => `it used ${(usedMs / 1000).toFixed(1)} s of a processor and was ${ended}`,
        // Its runner ended it, and its task fails and is tried again.
        took: ({ failed = 0 }) => lives && gone && usedMs >= leastSpunMs && failed > 0,
      };
    }
  },
};

/** Makes what does tasks of a runner spin, and waits until it says that it does; throws `unavailable` where it does not within 15 s. */
async function spinning({ clocks, runner }: { readonly clocks: string; readonly runner: Target['pid'] }): Promise<number> {
  for (const untilMs = performance.now() + beginsWithinMs; performance.now() < untilMs; ) {
    // One that has only been started does not heed the signal yet.
    const pid = await strike({ what: 'what does a task of a runner', pid: async () => executorOf(await runner()) }, 'SIGURG');
    await sleep(50);
    if ((await readFile(join(clocks, String(pid)), 'utf8').catch(() => '')) === 'spins') return pid;
  }
  throw new FilmwrightError('unavailable', `What does tasks of a runner did not say that it spins within ${beginsWithinMs / 1000} s.`);
}

/** Waits until a process is gone, and tells how much of a processor it used until then. */
async function spun(pid: number, beforeMs: number): Promise<{ readonly usedMs: number; readonly gone: boolean }> {
  let usedMs = 0;
  for (const untilMs = performance.now() + foundWithinMs; performance.now() < untilMs; await sleep(100)) {
    const nowMs = processorMsOf(pid);
    if (nowMs === null) return { usedMs, gone: true };
    usedMs = nowMs - beforeMs;
  }
  return { usedMs, gone: false };
}

/** The process that a runner does tasks in, once it has one: it may have others, such as one that reads weights ahead. */
function executorOf(runner: number | undefined): number | undefined {
  return childrenOf(runner).find((pid) => {
    try {
      return /\/executor-main\.ts(\0|$)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** How much processor time a process has used so far; null where it is gone. */
export function processorMsOf(pid: number): number | null {
  const fields = procStat(pid);
  return fields === null || fields[0] === 'Z' ? null : (Number(fields[11]) + Number(fields[12])) * tickMs;
}
