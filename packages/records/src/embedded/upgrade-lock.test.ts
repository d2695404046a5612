import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { releaseUpgradeLock, takeUpgradeLock } from './upgrade-lock.ts';

async function folder(context: TestContext): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'filmwright-lock-'));
  context.after(() => rm(base, { recursive: true, force: true }));
  return base;
}

const never = async (): Promise<boolean> => false;

test('P10: a lock is taken by one at a time, names it from its first moment, and is free afterwards', async (context) => {
  const base = await folder(context);
  assert.equal(await takeUpgradeLock({ base, isDone: never }), true);
  assert.deepEqual(await readdir(base), ['upgrade.lock']);
  assert.equal(await readFile(join(base, 'upgrade.lock'), 'utf8'), String(process.pid));
  await releaseUpgradeLock(base);
  assert.deepEqual(await readdir(base), []);
});

test('P10: a lock that was left empty, or whose holder was killed, keeps nobody from starting', async (context) => {
  const { pid: gone } = spawnSync(process.execPath, ['--version']);
  for (const said of ['', '0', 'torn', String(gone)]) {
    const base = await folder(context);
    const path = join(base, 'upgrade.lock');
    await writeFile(path, said);
    const before = new Date(Date.now() - 60_000);
    await utimes(path, before, before);
    assert.equal(await takeUpgradeLock({ base, isDone: never }), true, said);
    assert.equal(await readFile(path, 'utf8'), String(process.pid));
  }
});

test('P10: a lock of somebody who is there is waited for until that one has done it', async (context) => {
  const base = await folder(context);
  const path = join(base, 'upgrade.lock');
  await writeFile(path, String(process.ppid));
  let looks = 0;
  assert.equal(await takeUpgradeLock({ base, isDone: async () => ++looks === 3 }), false);
  assert.equal(await readFile(path, 'utf8'), String(process.ppid));
  assert.deepEqual(await readdir(base), ['upgrade.lock']);
});
