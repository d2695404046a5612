import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const program = `
  import { whenToldToEnd } from ${JSON.stringify(new URL('./when-told-to-end.ts', import.meta.url).href)};
  const alive = setInterval(() => {}, 60_000);
  const told = whenToldToEnd();
  process.stdout.write('waits\\n');
  const reason = await told;
  process.stdout.write(reason, () => process.exit(0));
`;

/** Starts a process that waits to be told, tells it, and gives the reason that it then names. */
async function reasonAfter(
  stdin: 'pipe' | 'ignore',
  { ipc, tell }: { readonly ipc: boolean; readonly tell: (child: ChildProcess) => void },
) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program], {
    stdio: [stdin, 'pipe', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') tell(child);
    said += text;
  });
  // A child whose channel its parent closed never emits 'close'.
  await Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'end')]);
  return said.replace('waits\n', '');
}

test('P1: a signal ends a process', async () => {
  assert.equal(await reasonAfter('ignore', { ipc: false, tell: (child) => child.kill('SIGTERM') }), 'SIGTERM');
  assert.equal(await reasonAfter('ignore', { ipc: true, tell: (child) => child.kill('SIGINT') }), 'SIGINT');
});

test('P2: the end of the parent ends a process, by its IPC channel or by its standard input', async () => {
  assert.equal(await reasonAfter('ignore', { ipc: true, tell: (child) => child.disconnect() }), 'parent disconnected');
  assert.equal(await reasonAfter('pipe', { ipc: false, tell: (child) => child.stdin?.end() }), 'standard input ended');
});
