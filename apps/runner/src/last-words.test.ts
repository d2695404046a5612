import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asking, drillOf, openExecutor } from './testing/open-executor.ts';

/** An environment in which executors run this too. */
const running = (program: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` });

test('of a process that dies it is told by which signal, what memory it held and what it wrote last', async (t) => {
  const dies = `process.on('message', ({ type }) => {
    if (type !== 'run') return;
    const filled = Buffer.alloc(200 * 1024 ** 2, 1);
    for (const line of ['long ago', ...Array(7).fill('before'), '\\x1b[31mno\\x07\\troom for ' + filled.length]) console.error(line);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);
  });`;
  const { executor } = await openExecutor(t, { env: running(dies) });
  const why = await executor.run(drillOf(60_000), asking()).then(
    () => '',
    (error: Error) => error.message,
  );
  const [, held] =
    /died \(SIGKILL\); it held (\d+) MiB of memory at most and wrote last "(?:before \| ){7}no room for 209715200", and is tried again\.$/.exec(
      why,
    ) ?? [];
  assert.ok(Number(held) > 200, why);
});

test('of a batch whose process dies it is told which tasks it ran, and that what was written may be of any of them; nothing of either where they are of several workspaces', async (t) => {
  const dies = `process.on('message', ({ type, members }) => {
    if (type !== 'batch') return;
    console.error('of ' + members.map(({ task }) => task.key).join());
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);
  });`;
  const { executor } = await openExecutor(t, { env: running(dies) });
  const never = new AbortController().signal;
  const batchOf = (keys: readonly string[]) => keys.map((key) => ({ task: { ...drillOf(60_000), key }, back: never, stop: never }));
  const why = async (keys: readonly string[], isShared: boolean): Promise<string> =>
    executor.runBatch(batchOf(keys), { ...asking(), isShared }).then(
      () => '',
      (error: Error) => error.message.replace(/held \d+ MiB of memory at most( and )?/, ''),
    );
  const own = await why(['a', 'b'], false);
  assert.equal(
    own,
    'The process that ran a batch of 2 tasks of kind drill (a, b) died (SIGKILL); it wrote last "of a,b", which may be of any of them, and is tried again.',
  );
  const long = ['a', 'b', 'c', 'd', `sha256-${'e'.repeat(64)}`, 'f'];
  assert.match(await why(long, false), /a batch of 6 tasks of kind drill \(among them a, b, c, d, sha256-eeeeeeeeeeee\) died/);
  assert.match(
    await why(['mine', 'theirs'], true),
    /^The process that ran a batch of 2 tasks of kind drill died \(SIGKILL\); it ((, and )?is tried again)\.$/,
  );
});

test('what an executor wrote of an earlier task is not told of one that it dies of later', async (t) => {
  const dies = `process.on('message', ({ type, task }) => {
    if (type !== 'run') return;
    console.error('of task ' + task.payload.durationMs);
    if (task.payload.durationMs === 60_000) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);
  });`;
  const { executor } = await openExecutor(t, { env: running(dies) });
  assert.equal((await executor.run(drillOf(300), asking())).type, 'done');
  await assert.rejects(executor.run(drillOf(60_000), asking()), ({ message }: Error) => {
    assert.ok(message.includes('of task 60000') && !message.includes('of task 300'), message);
    return true;
  });
});

test('a task that is stopped while the last words of its process are awaited takes no time from the next one', async (t) => {
  // What it leaves behind keeps its standard error open.
  const dies = `import { spawn } from 'node:child_process';
    process.on('message', ({ task }) => {
      if (task?.payload.durationMs !== 60_000) return;
      spawn('sleep', ['1'], { stdio: ['ignore', 'ignore', 'inherit'] });
      process.kill(process.pid, 'SIGKILL');
    });`;
  const { executor } = await openExecutor(t, { env: running(dies), idleMs: 100 });
  const stop = new AbortController();
  const first = assert.rejects(executor.run(drillOf(60_000), { ...asking(), signal: stop.signal, devices: ['GPU-1'] }));
  while (executor.devices.length > 0) await sleep(1);
  stop.abort(new Error('cancelled'));
  await first;
  assert.equal((await executor.run(drillOf(300), asking())).type, 'done');
});
