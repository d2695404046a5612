import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { deathLauncher } from '@filmwright/process/death-launcher';

const because = deathLauncher().length === 0 && 'no setpriv that knows --pdeathsig is installed';

test('a program dies with the process that started it, even when that one is killed', { skip: because }, async () => {
  const startProgram = new URL('./start-program.ts', import.meta.url).href;
  const script = `
    import { startProgram } from ${JSON.stringify(startProgram)};
    const { stdout } = startProgram({ command: ['sh', '-c', 'echo $$; exec sleep 600'], purpose: 'waiting', stdout: true });
    stdout.pipe(process.stdout);
  `;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = (await once(starter.stdout, 'data')) as [Buffer];
  const program = Number(told.toString());
  assert.ok(program > 1);
  assert.ok(await lives(program));
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  while (await lives(program)) await new Promise((resolve) => setTimeout(resolve, 10));
});

/** A zombie that nobody collects, as in a container without an init, is dead too. */
async function lives(id: number): Promise<boolean> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\s+[XZ]/m.test(status);
}
