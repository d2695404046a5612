import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { childrenOf } from './children-of.ts';
import type { Fault, Inflicting, RunnerGround } from './fault.ts';
import { always, nothing, onLinux, picked } from './fault-parts.ts';
import { givenAway, heldOf } from './given-away.ts';
import { procStat } from './proc-stat.ts';
import { spinFault } from './spin-fault.ts';
import { killed, sent, strike, type Target } from './strike.ts';

const movedWithinMs = 5000;
const triesToHold = 20;
/** So far a clock is moved. */
export const hourMs = 3_600_000;

/** Faults of the processes of runners: killed, stopped. */
export const runnerFaults: readonly Fault<RunnerGround>[] = [
  {
    name: 'kill a runner',
    cannot: always,
    async inflict({ busy }) {
      const { pid, gone } = await killed({ what: 'a runner that works', ...(await busy()) });
      return { did: `kill -9 of the runner ${pid} while it worked`, heal: nothing, took: () => gone };
    },
  },
  {
    name: 'hang a task',
    cannot: onLinux,
    async inflict({ busy }) {
      const runner = await busy();
      const first = await strike({ what: 'what does a task of a runner', pid: () => childrenOf(runner.pid())[0] }, 'SIGSTOP');
      const others = childrenOf(runner.pid()).filter((pid) => pid !== first && sent(pid, 'SIGSTOP'));
      const pids = [first, ...others];
      const stopped = pids.filter(isStopped);
      return {
        did: `SIGSTOP of what does the task, ${pids.join(', ')}; its runner goes on saying that it lives`,
        heal: async () => {
          for (const pid of pids) sent(pid, 'SIGCONT');
        },
        // Whoever was stopped is found to stand still, and its task fails and is tried again.
        took: ({ failed = 0 }) => stopped.length > 0 && failed > 0,
      };
    },
  },
  spinFault,
  {
    name: 'break a runner',
    cannot: onLinux,
    layers: 4,
    async inflict({ busy }) {
      const runner = await busy();
      const broken = new Set<number>();
      const over = new AbortController();
      const breaking = breakAll(runner, { broken, signal: over.signal });
      return {
        did: `kill -9 of whatever does a task of the runner ${runner.pid()}, again and again: it fails all that it is given`,
        heal: async () => {
          over.abort();
          await breaking;
        },
        saw: () => `${broken.size} of its processes killed`,
        // Each is given to others then, and does not end the drill.
        took: ({ failed = 0 }) => failed > 1 && broken.size > 1,
      };
    },
  },
  {
    name: 'pause a runner',
    cannot: always,
    async inflict({ platform, busy }) {
      for (let tries = 1; ; tries++) {
        const pid = await strike({ what: 'a runner that works', ...(await busy()) }, 'SIGSTOP');
        try {
          const held = await heldOf(platform, pid);
          if (held.keys.length === 0 && tries < triesToHold) continue;
          const gone = held.keys.length > 0 && (await givenAway(platform, held));
          return {
            did: `SIGSTOP of the whole runner ${pid} until its lease was given away, then SIGCONT`,
            heal: nothing,
            took: () => gone,
          };
        } finally {
          sent(pid, 'SIGCONT');
        }
      }
    },
  },
];

/** Kills the processes that a runner starts for tasks until the signal. */
async function breakAll(
  { pid }: Pick<Target, 'pid'>,
  { broken, signal }: { readonly broken: Set<number>; readonly signal: AbortSignal },
): Promise<void> {
  for (; !signal.aborted; await sleep(100)) for (const each of childrenOf(await pid())) if (sent(each, 'SIGKILL')) broken.add(each);
}

/** The clock of a runner that works, or of one of other processes that run beside `heed-signals.ts`, jumps. */
export function clockFault<Ground extends RunnerGround>(others: (how: Inflicting<Ground>) => readonly Target[]): Fault<Ground> {
  return {
    name: 'move a clock',
    cannot: always,
    async inflict(how) {
      const { platform, random, busy } = how;
      const runner = await busy();
      const victim = picked([{ what: 'a runner', pid: runner.pid }, ...others(how)], random);
      const pid = await strike(victim, 'SIGUSR2');
      const ahead = await clockOf(join(platform.clocks, String(pid)));
      return {
        did: `the clock of ${victim.what}, ${pid}, jumped by an hour, and back later`,
        heal: async () => void sent(pid, 'SIGUSR2'),
        took: () => ahead > hourMs / 2,
      };
    },
  };
}

/** Whether a process stands still by a signal; its children count for nothing. */
function isStopped(pid: number): boolean {
  return procStat(pid)?.[0] === 'T';
}

/** How far the clock of a process is ahead, in milliseconds, as it wrote to its file when it was moved. */
async function clockOf(path: string): Promise<number> {
  for (const untilMs = performance.now() + movedWithinMs; performance.now() < untilMs; await sleep(50)) {
    const told = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (told - Date.now() > hourMs / 2) return told - Date.now();
  }
  throw new FilmwrightError('unavailable', `The process of ${path} did not tell of its clock within ${movedWithinMs / 1000} s.`);
}
