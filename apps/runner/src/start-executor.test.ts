import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deathLauncher } from '@filmwright/process/death-launcher';
import { processTree } from './process-tree.ts';
import { drillOf } from './testing/open-executor.ts';

const because = deathLauncher().length === 0 && 'no setpriv that knows --pdeathsig is installed';
const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('process P2a: killed -9, a runner leaves no executor behind, though its task spins and hears of nothing', {
  skip: because,
  timeout: 60_000,
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-spinning-'));
  const said = join(home, 'spins');
  // Only the executor is asked to run anything.
  const spins = `import { writeFileSync } from 'node:fs';
    process.on('message', ({ type }) => {
      if (type !== 'run') return;
      writeFileSync(${JSON.stringify(said)}, String(process.pid));
      for (;;);
    });`;
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(spins)}` };
  const runner = fork(fileOf('./testing/lone-runner.ts'), { env });
  let executor = 0;
  t.after(() => {
    runner.kill('SIGKILL');
    if (executor > 0 && processTree(executor).length > 0) process.kill(executor, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  runner.send({ home, task: drillOf(60_000) });
  while (executor === 0) {
    await sleep(20);
    executor = existsSync(said) ? Number(readFileSync(said, 'utf8')) : 0;
  }
  const [spinning] = processTree(executor);
  assert.equal(spinning?.parent, runner.pid, 'it was started by the runner itself, and keeps its process id');
  runner.kill('SIGKILL');
  await once(runner, 'exit');
  while (processTree(executor).length > 0) await sleep(20);
});

test('process P2a: an executor whose runner is gone before it looks ends by itself', { timeout: 60_000 }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-alone-'));
  // Higher than any process id of Linux.
  const other = String(2 ** 22 + 1);
  const env = { ...process.env, FILMWRIGHT_HOME: home };
  const executor = fork(fileOf('./executor-main.ts'), [other], { env, serialization: 'advanced' });
  t.after(() => {
    executor.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  assert.deepEqual(await once(executor, 'exit'), [0, null]);
});
