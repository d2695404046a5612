import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FilmwrightError } from '@filmwright/contracts';
import { killTree, processTree } from './process-tree.ts';
import { busyMsOf, watchWork } from './watch-work.ts';

/** A shell with a busy child below it. */
async function busyTree(context: TestContext): Promise<{ readonly root: ChildProcess; readonly busy: number }> {
  const root = spawn('sh', ['-c', `${process.execPath} -e 'for (;;) Math.sqrt(2)' & wait`], { stdio: 'ignore' });
  context.after(() => killTree(root.pid ?? 0));
  let busy: number | undefined;
  while (busy === undefined) {
    await sleep(20);
    busy = processTree(root.pid ?? 0).find(({ pid, cpuMs }) => pid !== root.pid && cpuMs > 50)?.pid;
  }
  return { root, busy };
}

test('work that uses a processor moves; stopped it does not, and is told with what was seen', { timeout: 30_000 }, async (context) => {
  const { root, busy } = await busyTree(context);
  const stuck: FilmwrightError[] = [];
  const watch = watchWork({
    pid: root.pid ?? 0,
    what: 'encode',
    stuckMs: 1500,
    busyMs: 600_000,
    onStuck: (error) => error && stuck.push(error),
  });
  context.after(watch.end);
  await sleep(2500);
  assert.equal(stuck.length, 0);
  process.kill(busy, 'SIGSTOP');
  while (stuck.length === 0) await sleep(50);
  const [error] = stuck;
  assert.equal(error?.code, 'task-stuck');
  assert.equal(error?.retryable, true);
  assert.match(error?.message ?? '', new RegExp(`encode showed no progress.*\\(${busy}\\)`));
});

const lacksIdle = spawnSync('chrt', ['--idle', '0', 'taskset', '-c', firstCore(), 'true']).status !== 0;

test('work that is ready and gets no processor, since others have it, is not stuck; stopped it is', {
  timeout: 30_000,
  skip: lacksIdle && 'chrt and taskset are not here',
}, async (context) => {
  const spin = 'for (;;) Math.sqrt(2)';
  const on = (...how: readonly string[]): ChildProcess => {
    const child = spawn(how[0] ?? '', [...how.slice(1), 'taskset', '-c', firstCore(), process.execPath, '-e', spin], { stdio: 'ignore' });
    context.after(() => killTree(child.pid ?? 0));
    return child;
  };
  const other = on('env');
  while (!processTree(other.pid ?? 0).some(({ cpuMs }) => cpuMs > 50)) await sleep(20);
  const starved = on('chrt', '--idle', '0');
  await once(starved, 'spawn');
  let stuck = 0;
  const watch = watchWork({ pid: starved.pid ?? 0, what: 'encode', stuckMs: 600, busyMs: 600_000, onStuck: () => stuck++ });
  context.after(watch.end);
  await sleep(2000);
  assert.equal(stuck, 0);
  process.kill(starved.pid ?? 0, 'SIGSTOP');
  while (stuck === 0) await sleep(50);
});

/** A core that this process may run on. */
function firstCore(): string {
  return existsSync('/proc/self/status')
    ? (/^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0')
    : '0';
}

test('progress and bytes on the way count as well', { timeout: 30_000 }, async (context) => {
  const { root, busy } = await busyTree(context);
  process.kill(busy, 'SIGSTOP');
  let stuck = 0;
  const watch = watchWork({ pid: root.pid ?? 0, what: 'encode', stuckMs: 1000, busyMs: 1000, onStuck: () => stuck++ });
  context.after(watch.end);
  for (let moves = 0; moves < 8; moves++) {
    await sleep(200);
    watch.moved();
  }
  assert.equal(stuck, 0);
});

test('work that only spins is told as such, and work that reads or writes meanwhile is not', { timeout: 30_000 }, async (context) => {
  const told: string[] = [];
  const watched = async (program: string): Promise<void> => {
    const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
    context.after(() => killTree(child.pid ?? 0));
    await once(child, 'spawn');
    const onStuck = (error: FilmwrightError | null): void => void told.push(error?.message ?? '');
    const watch = watchWork({ pid: child.pid ?? 0, what: program.slice(0, 8), stuckMs: 600_000, busyMs: 1200, onStuck });
    context.after(watch.end);
  };
  await watched('for (;;) require("fs").writeFileSync("/dev/null", Buffer.alloc(4096))');
  await watched('for(;;); // spins');
  while (told.length === 0) await sleep(50);
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? '',
    /^For \d+ s for\(;;\); used a processor, but showed no progress and neither read nor wrote, in .+ \(\d+\); wanted some within 1 s\. It was ended and is tried again\.$/,
  );
});

test('how long a task may be busy with nothing to show follows from both of its times', () => {
  assert.equal(busyMsOf({ stuckMs: 300_000, estimateMs: 2000 }), 1_800_000);
  assert.equal(busyMsOf({ stuckMs: 300_000, estimateMs: 600_000 }), 6_000_000);
});

test('killing a process takes everything below it along, also what is stopped', { timeout: 30_000 }, async (context) => {
  const { root, busy } = await busyTree(context);
  process.kill(busy, 'SIGSTOP');
  const gone = once(root, 'exit');
  killTree(root.pid ?? 0);
  await gone;
  while (processTree(busy).length > 0) await sleep(20);
});
