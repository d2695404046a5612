import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Inflicting, RunnerGround } from './fault.ts';
import { processorMsOf, spinFault } from './spin-fault.ts';

const clocks = mkdtempSync(join(tmpdir(), 'filmwright-spin-'));
after(() => rmSync(clocks, { recursive: true, force: true }));

/** A program that heeds signals of drills and answers what it is asked. */
function started(context: TestContext, name: string): ChildProcess {
  const signals = fileURLToPath(new URL('./heed-signals.ts', import.meta.url));
  const program = fileURLToPath(new URL(`./testing/${name}`, import.meta.url));
  const env = { ...process.env, FILMWRIGHT_DRILL_CLOCKS: clocks };
  const child = fork(program, { env, execArgv: ['--disable-warning=ExperimentalWarning', '--import', signals] });
  context.after(() => child.kill('SIGKILL'));
  return child;
}

async function answer(child: ChildProcess): Promise<void> {
  child.send('tell');
  await once(child, 'message');
}

function usedMs({ pid }: ChildProcess): number {
  return processorMsOf(pid ?? 0) ?? 0;
}

/** This process as a runner, whose child is at work on a task while `works` says so. */
function how(works: () => boolean): Inflicting<RunnerGround> {
  const runner = { pid: () => process.pid };
  const records = {
    runners: async () => [{ runnerId: 'runner-1', pid: process.pid }],
    fleetSnapshot: async () => ({ tasks: works() ? [{ key: 'k', lease: { runnerId: 'runner-1' }, demand: null }] : [] }),
  };
  return { platform: { records, clocks }, busy: async () => runner } as unknown as Inflicting<RunnerGround>;
}

test('an executor that is made to spin is found by the processor that it used until it was ended, where a task failed by it', async (context) => {
  const child = started(context, 'executor-main.ts');
  // It begins only now, and does not heed signals yet.
  const inflicting = spinFault.inflict(how(() => true));
  while (!existsSync(join(clocks, String(child.pid)))) await sleep(20);
  let answered = false;
  void answer(child).then(() => {
    answered = true;
  });
  for (const beforeMs = usedMs(child); usedMs(child) < beforeMs + 1500; ) await sleep(50);
  assert.equal(answered, false);
  child.kill('SIGKILL');
  const { took, saw } = await inflicting;
  assert.match(String(await saw?.()), /^it used [1-9]\.\d s of a processor and was ended$/);
  assert.deepEqual([took({ failed: 1 }), took({ done: 9 })], [true, false]);
});

test('one that ended before it could spin shows nothing, and one that had no task is put away and another taken', async (context) => {
  const idle = started(context, 'executor-main.ts');
  let looks = 0;
  const inflicting = spinFault.inflict(how(() => ++looks > 1));
  await once(idle, 'exit');
  assert.equal(idle.signalCode, 'SIGKILL');
  const child = started(context, 'executor-main.ts');
  while (looks < 2) await sleep(10);
  child.kill('SIGKILL');
  const { took } = await inflicting;
  assert.equal(took({ failed: 1 }), false);
});

test('a process that is no executor goes on', async (context) => {
  const child = started(context, 'tell-time.ts');
  await answer(child);
  child.kill('SIGURG');
  await sleep(100);
  await answer(child);
});
