import { fstatSync } from 'node:fs';
import { onSignal } from './on-signal.ts';

/** Resolves with the reason when this process should end: SIGTERM, SIGINT, or the end of the parent that holds its IPC channel or standard input. Signals that follow change nothing. */
export function whenToldToEnd(): Promise<string> {
  return new Promise((resolve) => {
    onSignal(resolve);
    if (process.connected) process.once('disconnect', () => resolve('parent disconnected'));
    else if (isHeldByParent()) {
      process.stdin.once('end', () => resolve('standard input ended'));
      process.stdin.once('error', () => resolve('standard input broke'));
      process.stdin.resume();
    }
  });
}

/** A pipe or socket ends with the process at its other end; a terminal, a file and /dev/null say nothing about a parent. */
function isHeldByParent(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}
