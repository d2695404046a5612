import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asking, drillOf, openExecutor } from './testing/open-executor.ts';

/** Notes each ffmpeg and ffprobe that a process starts. */
const counts = `import child from 'node:child_process';
  import { appendFileSync } from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { spawn } = child;
  child.spawn = (program, args, options) => {
    const which = [program, ...args].find((each) => /\\/ff(mpeg|probe)$/.test(each));
    if (which !== undefined) appendFileSync(process.env.FILMWRIGHT_HOME + '/started', args.at(-1) + '\\n');
    return spawn(program, args, options);
  };
  syncBuiltinESMExports();`;

test('of the processes that run tasks the first asks ffmpeg what it can do, and those after it start none for that', async (t) => {
  process.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(counts)}`;
  t.after(() => {
    delete process.env['NODE_OPTIONS'];
  });
  const { home, executor } = await openExecutor(t);
  for (let starts = 0; starts < 2; starts++) {
    await executor.run(drillOf(1), asking());
    executor.close();
  }
  const started = readFileSync(join(home, 'started'), 'utf8').trim().split('\n');
  assert.deepEqual(started.sort(), ['-encoders', '-filters', '-version', '-version']);
});
