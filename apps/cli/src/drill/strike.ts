import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';

/** A process that may be another by now, since what dies is started again. */
export type Target = { readonly what: string; readonly pid: () => number | undefined | Promise<number | undefined> };

/** A part that died is started again after 5 s at most. */
const foundWithinMs = 15_000;
const goneWithinMs = 5000;

/** Sends a signal to a process and returns its number; throws `unavailable` where none was there for 15 s, since a fault that strikes nobody is none. */
export async function strike({ what, pid }: Target, signal: NodeJS.Signals): Promise<number> {
  for (const untilMs = performance.now() + foundWithinMs; performance.now() < untilMs; await sleep(100)) {
    const found = await pid();
    if (found !== undefined && sent(found, signal)) return found;
  }
  throw new FilmwrightError(
    'unavailable',
    `The drill found no process of ${what} to send ${signal} to within ${foundWithinMs / 1000} s. Look at the log of the platform, and try the round again.`,
  );
}

/** Sends a signal; false where the process is not there any more. */
export function sent(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Kills a process; tells whether it was gone within some seconds. */
export async function killed(target: Target): Promise<{ readonly pid: number; readonly gone: boolean }> {
  const pid = await strike(target, 'SIGKILL');
  for (const untilMs = performance.now() + goneWithinMs; performance.now() < untilMs; await sleep(20))
    if (!sent(pid, 0)) return { pid, gone: true };
  return { pid, gone: false };
}
