import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { heedRunnerEnd } from '@filmwright/process/heed-runner-end';
import { drillOf } from './testing/open-executor.ts';

const runnerId = '018f0000-0000-7000-8000-000000000001';

test('process P6: what executors wrote, maybe of tasks of others, stands in the log of their runner, and is not told as what the runner wrote last', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-words-'));
  // The runner and its executor both begin with this.
  const both = `if (process.argv[1].endsWith('lone-runner.ts')) {
      process.send({ runner: '${runnerId}' });
      console.error('no room');
    } else process.on('message', ({ type }) => {
      if (type === 'run') process.stderr.write('of somebody ', () => process.stderr.write('else\\nand more\\nunended'));
    });`;
  const runner = fork(fileURLToPath(new URL('./testing/lone-runner.ts', import.meta.url)), {
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(both)}` },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  t.after(() => {
    runner.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  let passed = '';
  const pass = (text: string): void => {
    passed += text;
    if (passed.includes('and more')) runner.kill('SIGKILL');
  };
  const ended = heedRunnerEnd(runner, { pass });
  runner.send({ home, task: drillOf(60_000) });
  const end = await ended;
  assert.deepEqual(end?.lines, ['no room']);
  const logged = passed.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as { msg: string; line: string }] : []));
  const written = logged.filter(({ msg }) => msg === 'an executor wrote').map(({ line }) => line);
  assert.deepEqual(written.slice(0, 2), ['of somebody else', 'and more']);
});
