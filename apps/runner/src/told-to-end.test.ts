import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endingsOf } from './told-to-end.ts';

const never = new Promise<string>(() => {});
const told = Promise.resolve('told');

test('told to end, what runs goes on for the grace time, and for no longer', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { drain, end } = endingsOf({ graceMs: 5000, told, asked: never });
  assert.deepEqual([drain.aborted, end.aborted], [false, false], 'nobody was told yet');
  await told;
  assert.deepEqual([drain.aborted, end.aborted], [true, false]);
  context.mock.timers.tick(4999);
  assert.equal(end.aborted, false);
  context.mock.timers.tick(1);
  assert.equal(end.aborted, true);
  assert.equal(end.reason.message, 'told');
});

test('with no grace time what runs is stopped before anything looks whether more is taken', async () => {
  const order: string[] = [];
  const { drain, end } = endingsOf({ graceMs: 0, told, asked: never });
  drain.addEventListener('abort', () => order.push('drain'));
  end.addEventListener('abort', () => order.push('end'));
  await told;
  assert.deepEqual(order, ['end', 'drain']);
});

test('asked to drain, a runner of a platform that ends at once has a minute for what it does, unless that ends', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = Promise.resolve('asked to drain');
  const alone = endingsOf({ graceMs: 0, told: never, asked });
  await asked;
  assert.deepEqual([alone.drain.aborted, alone.end.aborted], [true, false]);
  context.mock.timers.tick(59_999);
  assert.equal(alone.end.aborted, false);
  context.mock.timers.tick(1);
  assert.equal(alone.end.aborted, true);
  const ending = endingsOf({ graceMs: 0, told: asked.then(() => 'SIGTERM'), asked });
  await asked;
  await asked;
  await asked;
  assert.equal(ending.end.reason?.message, 'SIGTERM');
});

const program = `
  import { endingsOf } from ${JSON.stringify(new URL('./told-to-end.ts', import.meta.url).href)};
  const alive = setInterval(() => {}, 60_000);
  const { drain, end } = endingsOf({ graceMs: 60_000, asked: new Promise(() => {}) });
  const say = (what) => process.stdout.write(what + ' ');
  drain.addEventListener('abort', () => say('drains'));
  end.addEventListener('abort', () => process.stdout.write('ends', () => process.exit(0)));
  say('waits');
`;

test('a signal that comes by two ways drains once, and a second one ends at once', async (context) => {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.endsWith('waits ')) child.kill('SIGTERM');
  });
  while (!said.includes('drains')) await sleep(5);
  child.kill('SIGTERM');
  await sleep(1100);
  assert.equal(said, 'waits drains ');
  child.kill('SIGTERM');
  await once(child, 'close');
  assert.equal(said, 'waits drains ends');
});
