import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { heedRunnerEnd } from './heed-runner-end.ts';

const runnerId = '018f0000-0000-7000-8000-000000000001';
const joins = `process.send({ ready: true, runner: ${JSON.stringify(runnerId)} });`;
const logs = (level: number, more: object): string =>
  `console.error(${JSON.stringify(JSON.stringify({ level, time: 1, pid: 1, ...more }))});`;

/** How a program is said to have ended, and what it wrote to standard error; it is killed by the test once its memory was looked at after it wrote `last`. */
async function endOf(program: string, last?: string) {
  const child = spawn(process.execPath, ['--input-type=commonjs', '--eval', program], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let passed = '';
  const pass = (text: string): void => {
    const isLast = last !== undefined && !passed.includes(last);
    passed += text;
    // What looks at its memory is due before this by then, however late both are.
    if (isLast && passed.includes(last)) setTimeout(() => child.kill('SIGKILL'), 1000);
  };
  return { end: await heedRunnerEnd(child, { pass }), passed };
}

test('P6: of a runner that is killed it is told by what and when, what memory it held and what it wrote last, errors alone of its log', async () => {
  const startedMs = Date.now();
  const program = `
    ${joins}
    const filled = Buffer.alloc(150 * 1024 ** 2, 1);
    ${logs(30, { app: 'runner', msg: 'runner joined' })}
    ${logs(40, { app: 'runner', task: 'of somebody else', msg: 'task failed' })}
    ${logs(50, { app: 'runner', problem: { detail: 'the reason' }, msg: 'runner ends' })}
    console.error('\\x1b[31mno\\x07 room for ' + filled.length);
    setInterval(() => {}, 1000);`;
  const { end, passed } = await endOf(program, ' room for ');
  const { peakMib, endedAt, ...said } = end ?? assert.fail();
  assert.deepEqual(said, { runnerId, signal: 'SIGKILL', status: null, lines: ['runner ends: the reason', 'no room for 157286400'] });
  assert.ok(Date.parse(endedAt) >= startedMs && Date.parse(endedAt) <= Date.now(), endedAt);
  if (process.platform === 'linux') assert.ok(Number(peakMib) > 150, `${peakMib} MiB`);
  for (const line of ['runner joined', 'of somebody else']) assert.ok(passed.includes(line), 'its whole log goes on');
});

test('P6: a failure of its own is told by its status; nothing is said of a runner that ended in order, or had not joined, or never started', async () => {
  const { end } = await endOf(`${joins} process.on('exit', () => console.error('late')); setTimeout(() => process.exit(3), 50);`);
  assert.deepEqual([end?.signal, end?.status, end?.lines], [null, 3, ['late']]);
  assert.equal((await endOf(`${joins} setTimeout(() => process.exit(0), 50);`)).end, null);
  assert.equal((await endOf(`process.kill(process.pid, 'SIGKILL');`)).end, null);
  const missing = spawn('/nowhere/at/all', { stdio: ['ignore', 'ignore', 'pipe'] });
  assert.equal(await heedRunnerEnd(missing), null);
});
