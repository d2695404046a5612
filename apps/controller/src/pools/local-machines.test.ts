import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pool, poolsFileSchema, type RunnerEnd } from '@filmwright/contracts';
import { createLocalMachines } from './local-machines.ts';

test('of a machine that dies it is told how, by the name that it joined under; of one that is let go nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-machines-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const entry = join(folder, 'runner.mjs');
  const runnerId = '018f0000-0000-7000-8000-000000000001';
  writeFileSync(
    entry,
    `import { writeFileSync } from 'node:fs';
     process.on('SIGTERM', () => process.exit(0));
     process.send({ ready: true, runner: '${runnerId}' });
     process.on('disconnect', () => process.exit(0));
     writeFileSync(new URL(process.env.FILMWRIGHT_RUNNER_NAME, import.meta.url), '');
     if (process.env.FILMWRIGHT_RUNNER_NAME === 'dies') setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 100);`,
  );
  const [pool] = poolsFileSchema.parse({ pools: [{ name: 'here', maximum: 2 }] }).pools as readonly [Pool];
  const ends: { readonly name: string; readonly end: RunnerEnd }[] = [];
  let heard = (): void => {};
  const dead = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const onEnd = async (ended: { readonly name: string; readonly end: RunnerEnd }): Promise<void> => {
    ends.push(ended);
    heard();
  };
  const machines = createLocalMachines({ pool, entry, url: Promise.resolve('http://127.0.0.1:1'), env: process.env, onEnd, graceMs: 0 });
  t.after(() => machines.close());
  await machines.put('goes');
  await machines.put('dies');
  await dead;
  while (!existsSync(join(folder, 'goes'))) await sleep(10);
  await machines.remove('goes');
  // Its end would be told before this process hears that a later one died.
  while ((await machines.list()).length > 0) await sleep(10);
  const more = new Promise<void>((resolve) => {
    heard = resolve;
  });
  await machines.put('dies');
  await more;
  assert.deepEqual(
    ends.map(({ name, end }) => [name, end.runnerId, end.signal]),
    Array(2).fill(['dies', runnerId, 'SIGSEGV']),
  );
});
