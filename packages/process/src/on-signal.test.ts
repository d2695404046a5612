import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than two signals may be apart that count as one. */
const apartMs = 1100;

/** A process that says what it hears; `program` has `onSignal` and `say`. */
async function started(context: TestContext, program: string): Promise<{ readonly child: ChildProcess; readonly said: () => string }> {
  const whole = `
    import { onSignal } from ${JSON.stringify(new URL('./on-signal.ts', import.meta.url).href)};
    const alive = setInterval(() => {}, 60_000);
    const say = (what) => process.stdout.write(what + ' ');
    ${program}
    say('waits');
  `;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', whole];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('waits')) await sleep(10);
  return { child, said: () => said };
}

async function tell(child: ChildProcess, ...names: readonly NodeJS.Signals[]): Promise<void> {
  for (const name of names) {
    child.kill(name);
    await sleep(30);
  }
}

test('signals that come together are one, and a later one is another', async (context) => {
  const { child, said } = await started(context, `onSignal((name) => say(name)); onSignal(() => say('too'));`);
  await tell(child, 'SIGTERM', 'SIGTERM', 'SIGINT');
  assert.equal(said(), 'waits SIGTERM too ');
  await sleep(apartMs);
  await tell(child, 'SIGINT', 'SIGINT');
  assert.equal(said(), 'waits SIGTERM too SIGINT too ');
});

test('who listens alone hears instead of those before, until it gives the signals back', async (context) => {
  const program = `onSignal(() => say('before')); const giveBack = onSignal(() => { say('alone'); giveBack(); }, { alone: true }); onSignal(() => say('after'));`;
  const { child, said } = await started(context, program);
  await tell(child, 'SIGTERM', 'SIGTERM');
  assert.equal(said(), 'waits alone after ');
  await sleep(apartMs);
  await tell(child, 'SIGTERM');
  assert.equal(said(), 'waits alone after before after ');
});

test('where nobody listens any more a doubled signal is still left out, and the next ends the process', async (context) => {
  const { child, said } = await started(context, `const giveBack = onSignal(() => { say('heard'); giveBack(); });`);
  await tell(child, 'SIGTERM', 'SIGTERM');
  await sleep(apartMs);
  assert.equal(said(), 'waits heard ');
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
});
