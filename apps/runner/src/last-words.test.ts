import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from '@filmwright/contracts';
import { asking, openExecutor } from './testing/open-executor.ts';

test('of a process that dies it is told by which signal, what memory it held and what it wrote last', async (t) => {
  const dies = `process.on('message', ({ type }) => {
    if (type !== 'run') return;
    const filled = Buffer.alloc(200 * 1024 ** 2, 1);
    for (const line of ['long ago', ...Array(7).fill('before'), 'no room for ' + filled.length]) console.error(line);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);
  });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(dies)}` };
  const { executor } = await openExecutor(t, { env });
  const task = {
    key: 'k',
    kind: 'drill',
    version: 1,
    toolchain: '',
    payload: { seed: 1, inputs: [], durationMs: 60_000, bytes: 9 },
    estimateMs: 1,
    rank: 0,
    inputs: [],
  } as unknown as Task;
  const why = await executor.run(task, asking()).then(
    () => '',
    (error: Error) => error.message,
  );
  const [, held] =
    /died \(SIGKILL\); it held (\d+) MiB of memory at most and wrote last "(?:before \| ){7}no room for 209715200", and is tried again\.$/.exec(
      why,
    ) ?? [];
  assert.ok(Number(held) > 200, why);
});
