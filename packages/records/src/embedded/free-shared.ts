import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '@filmwright/process/is-alive';

/** What a killed server had started ends soon after it. */
const letGoWithinMs = 2000;

/**
 * Frees the segment of shared memory of a server of a home that was killed. PostgreSQL does so only when it starts on the same folder again, and a system has room for
 * some thousand of them: call it before such a home is removed. Does nothing while the server runs, and on other systems than Linux.
 */
export async function freeShared(home: string): Promise<void> {
  const lines = (await readFile(join(home, 'postgresql', 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [, key, id] = /^\s*(\d+)\s+(\d+)\s*$/.exec(lines[6] ?? '') ?? [];
  const pid = Number(lines[0]);
  if (key === undefined || id === undefined) return;
  for (const untilMs = performance.now() + letGoWithinMs; performance.now() < untilMs; await sleep(20)) {
    const segment = await segmentOf(Number(id));
    // After a restart of the machine the number may be of another's.
    if (segment === null || segment.key !== keyIn(key)) return;
    if (segment.attached === 0) {
      await promisify(execFile)('ipcrm', ['-m', id]).catch(() => {});
      return;
    }
    if (isAlive(pid)) return;
  }
}

/** Written as 64 bits without a sign, it is one of 32 bits with a sign: it comes of a number of a file, which may be as large. */
function keyIn(written: string): number {
  return Number(BigInt.asIntN(32, BigInt(written)));
}

async function segmentOf(id: number): Promise<{ readonly key: number; readonly attached: number } | null> {
  const rows = (await readFile('/proc/sysvipc/shm', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = rows.find((row) => row[1] === id);
  return found === undefined ? null : { key: found[0] ?? 0, attached: found[6] ?? 0 };
}
